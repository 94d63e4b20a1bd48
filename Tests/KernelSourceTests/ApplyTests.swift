import Foundation
import Model
import PatchMail
import Testing

@testable import KernelSource

@Suite struct ApplyTests {
  private static let dimmed = Lamp.text.replacing(
    "\n\tlevel -= steps;", with: "\n\tif (level < 0)\n\t\treturn level;\n\n\tlevel -= steps;")

  @Test func `a patch that fits is applied exactly`() async throws {
    let fixture = try PatchFixture([Lamp.path: Lamp.text, "other.c": "int other;\n"])
    let applied = try await Mails.series(Lamp.dim()).apply(to: fixture.tree)
    let file = AppliedFile(path: Lamp.path, origin: nil, change: .modified, how: .exact, offsets: [])
    #expect(applied == [AppliedPatch(number: 1, subject: "lamp: Glow", files: [file])])
    #expect(try fixture.text(Lamp.path) == Self.dimmed)
    #expect(try fixture.text("other.c") == "int other;\n")
    #expect(try fixture.state().count == 5)
  }

  @Test func `hunks that moved are told with their offsets`() async throws {
    let fixture = try PatchFixture([Lamp.path: "// One more.\n// And one.\n" + Lamp.text])
    let diff =
      Lamp.dim() + "\n"
      + Lamp.release.split(separator: "\n").dropFirst(3).joined(separator: "\n")
      .replacing("@@ -24,5 +24,6 @@", with: "@@ -24,5 +27,6 @@")
    let applied = try await Mails.series(diff).apply(to: fixture.tree)
    #expect(applied[0].how == .exact)
    #expect(applied[0].files[0].offsets == [HunkOffset(hunk: 1, lines: 2), HunkOffset(hunk: 2, lines: 2)])
  }

  @Test func `a patch with spaces for tabs is applied with white space ignored`() async throws {
    let fixture = try PatchFixture([Lamp.path: Lamp.text])
    let series = try Mails.series(Lamp.dim().replacing("\t", with: "        "))
    #expect(series.needsWhitespaceIgnored)
    let applied = try await series.apply(to: fixture.tree)
    #expect(applied[0].how == .whitespaceIgnored)
    let text = try fixture.text(Lamp.path)
    // The file's own lines keep their tabs, and the new ones are as the mail has them.
    #expect(
      text
        == Self.dimmed.replacing("\tif (level < 0)\n\t\treturn", with: "        if (level < 0)\n                return")
    )
  }

  @Test func `patches of one file follow each other`() async throws {
    let fixture = try PatchFixture([Lamp.path: Lamp.text])
    let applied = try await Mails.series(Lamp.dim(), Lamp.release).apply(to: fixture.tree)
    #expect(applied.map(\.number) == [1, 2])
    #expect(applied[1].files[0].offsets == [HunkOffset(hunk: 1, lines: 3)])
    #expect(try fixture.text(Lamp.path).contains("return level;\n\n\tlevel -= steps"))
    #expect(try fixture.text(Lamp.path).hasSuffix("\tlamp_log(\"released\");\n\tlamp_drop(lamp);\n}\n"))
  }

  @Test func `files are added, deleted and renamed, and folders follow`() async throws {
    let fixture = try PatchFixture(["old/gone.c": "int gone;\n", "was/here.c": "int here;\n"])
    let diff = """
      diff --git a/new/place/added.c b/new/place/added.c
      new file mode 100755
      --- /dev/null
      +++ b/new/place/added.c
      @@ -0,0 +1 @@
      +int added;
      diff --git a/old/gone.c b/old/gone.c
      deleted file mode 100644
      --- a/old/gone.c
      +++ /dev/null
      @@ -1 +0,0 @@
      -int gone;
      diff --git a/was/here.c b/is/there.c
      similarity index 50%
      rename from was/here.c
      rename to is/there.c
      --- a/was/here.c
      +++ b/is/there.c
      @@ -1 +1 @@
      -int here;
      +int there;
      """
    let applied = try await Mails.series(diff).apply(to: fixture.tree)
    #expect(applied[0].files.map(\.change) == [.added, .deleted, .renamed])
    #expect(applied[0].files.map(\.path) == ["new/place/added.c", "old/gone.c", "is/there.c"])
    #expect(applied[0].files[2].origin == "was/here.c")
    let left = try FileManager.default.subpathsOfDirectory(atPath: fixture.tree.path)
    #expect(Set(left) == ["new", "new/place", "new/place/added.c", "is", "is/there.c"])
    #expect(try fixture.text("is/there.c") == "int there;\n")
    #expect(FileManager.default.isExecutableFile(atPath: fixture.tree.appending(path: "new/place/added.c").path))
  }

  @Test func `a mode changes without its content`() async throws {
    let fixture = try PatchFixture(["run.sh": "#!/bin/sh\n"])
    let diff = "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755"
    let applied = try await Mails.series(diff).apply(to: fixture.tree)
    #expect(applied[0].files[0].change == .modified)
    #expect(FileManager.default.isExecutableFile(atPath: fixture.tree.appending(path: "run.sh").path))
    #expect(try fixture.text("run.sh") == "#!/bin/sh\n")
  }

  @Test func `permissions that a patch does not speak of stay`() async throws {
    let fixture = try PatchFixture()
    try fixture.write(Lamp.text, to: Lamp.path, mode: 0o640)
    _ = try await Mails.series(Lamp.dim()).apply(to: fixture.tree)
    let facts = try FileManager.default.attributesOfItem(atPath: fixture.tree.appending(path: Lamp.path).path)
    #expect(facts[.posixPermissions] as? Int == 0o640)
  }

  @Test func `a binary change is applied`() async throws {
    let fixture = try PatchFixture(["logo.bin": "a\0b"])
    let new = fixture.root.appending(path: "new.bin")
    try Data("a\0c\u{1}".utf8).write(to: new)
    let folder = fixture.root.appending(path: "made")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try fixture.git("init", "--quiet", in: folder)
    try Data("a\0b".utf8).write(to: folder.appending(path: "logo.bin"))
    try fixture.git("add", ".", in: folder)
    try Data("a\0c\u{1}".utf8).write(to: folder.appending(path: "logo.bin"))
    let diff = try fixture.git("diff", "--binary", in: folder)
    #expect(diff.contains("GIT binary patch"))
    _ = try await Mails.series(diff + "\n").apply(to: fixture.tree)
    #expect(try fixture.text("logo.bin") == "a\0c\u{1}")
  }

  @Test func `a file with carriage returns keeps them`() async throws {
    let fixture = try PatchFixture(["dos.txt": "one\r\ntwo\r\nthree\r\n"])
    let diff = """
      diff --git a/dos.txt b/dos.txt
      --- a/dos.txt
      +++ b/dos.txt
      @@ -1,3 +1,3 @@
       one\r
      -two\r
      +zwei\r
       three\r
      """
    let applied = try await Mails.series(diff).apply(to: fixture.tree)
    #expect(applied[0].how == .exact)
    #expect(try fixture.text("dos.txt").utf8.elementsEqual("one\r\nzwei\r\nthree\r\n".utf8))
  }

  @Test func `a last line without an end stays so, or gets one`() async throws {
    let fixture = try PatchFixture(["a": "one\ntwo", "b": "one\ntwo"])
    let diff = """
      diff --git a/a b/a
      --- a/a
      +++ b/a
      @@ -1,2 +1,2 @@
      -one
      +eins
       two
      \\ No newline at end of file
      diff --git a/b b/b
      --- a/b
      +++ b/b
      @@ -1,2 +1,2 @@
       one
      -two
      \\ No newline at end of file
      +zwei
      """
    let applied = try await Mails.series(diff).apply(to: fixture.tree)
    #expect(applied[0].how == .exact)
    #expect(try fixture.text("a") == "eins\ntwo")
    #expect(try fixture.text("b") == "one\nzwei\n")
  }

  @Test func `a tree of hard links spares what it shares`() async throws {
    let fixture = try PatchFixture([Lamp.path: Lamp.text])
    let twin = fixture.root.appending(path: "twin.c")
    try FileManager.default.linkItem(at: fixture.tree.appending(path: Lamp.path), to: twin)
    _ = try await Mails.series(Lamp.dim()).apply(to: fixture.tree)
    #expect(try fixture.text(Lamp.path) == Self.dimmed)
    #expect(try String(contentsOf: twin, encoding: .utf8) == Lamp.text)
  }
}
