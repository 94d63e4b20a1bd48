import Foundation
import Model
import PatchMail
import Testing

@testable import KernelSource

@Suite struct HostileTests {
  private static let change = """
    diff --git a/x.c b/x.c
    --- a/x.c
    +++ b/x.c
    @@ -1 +1 @@
    -int x;
    +int y;
    """

  private func rejection(_ series: PatchSeries, _ fixture: PatchFixture) async throws -> PatchRejected {
    let before = try fixture.state()
    let error = await #expect(throws: PatchRejected.self) { try await series.apply(to: fixture.tree) }
    #expect(try fixture.state() == before)
    return try #require(error)
  }

  // The mail's reader lets no such name pass, but a series may be made otherwise.
  @Test(arguments: [
    "../outside.c", "a/../../outside.c", "/etc/passwd", ".git/hooks/post-commit", "a/.Git/config", "a//b",
  ])
  func `a path out of the tree is refused`(_ path: String) async throws {
    let fixture = try PatchFixture(["x.c": "int x;\n"])
    try Data("int x;\n".utf8).write(to: fixture.root.appending(path: "outside.c"))
    for isNew in [false, true] {
      var series = try Mails.series(Self.change)
      series.patches[0].files[0].oldPath = isNew ? nil : path
      series.patches[0].files[0].newPath = path
      if isNew { series.patches[0].files[0].headers = ["new file mode 100644"] }
      let rejected = try await rejection(series, fixture)
      guard case .refused = rejected.files[0].fault else {
        Issue.record("\(rejected)")
        return
      }
      #expect(rejected.files[0].path == path)
    }
  }

  @Test(arguments: ["../../etc/passwd", "/etc/passwd", ".git/hooks/pre-commit"])
  func `the mail's reader refuses such a path first`(_ path: String) {
    let diff = Self.change.replacing("a/x.c", with: "a/" + path).replacing("b/x.c", with: "b/" + path)
    #expect(throws: RequestError.self) { try Mails.series(diff) }
  }

  @Test func `a link in the tree leads nowhere`() async throws {
    let fixture = try PatchFixture()
    let outside = fixture.root.appending(path: "outside")
    try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: true)
    try Data("int x;\n".utf8).write(to: outside.appending(path: "x.c"))
    let files = FileManager.default
    try files.createSymbolicLink(at: fixture.tree.appending(path: "folder"), withDestinationURL: outside)
    let target = outside.appending(path: "x.c")
    try files.createSymbolicLink(at: fixture.tree.appending(path: "x.c"), withDestinationURL: target)
    let through = try await rejection(Mails.series(Self.change.replacing("/x.c", with: "/folder/x.c")), fixture)
    #expect(through.files[0].fault == .refused("lies beyond the symbolic link folder"))
    let direct = try await rejection(Mails.series(Self.change), fixture)
    #expect(direct.files[0].fault == .refused("is a symbolic link"))
    let new =
      "diff --git a/folder/n.c b/folder/n.c\nnew file mode 100644\n--- /dev/null\n+++ b/folder/n.c\n@@ -0,0 +1 @@\n+n"
    #expect(try await rejection(Mails.series(new), fixture).files[0].fault == through.files[0].fault)
  }

  @Test(arguments: ["120000", "160000", "040000"]) func `a patch makes no links, submodules or folders`(_ mode: String)
    async throws
  {
    let fixture = try PatchFixture()
    let diff = "diff --git a/l b/l\nnew file mode \(mode)\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc/passwd"
    guard case .refused = try await rejection(Mails.series(diff), fixture).files[0].fault else {
      Issue.record("not refused")
      return
    }
  }

  @Test func `pipes and folders in a file's place are refused`() async throws {
    let fixture = try PatchFixture(["y.c/z": ""])
    #expect(mkfifo(fixture.tree.appending(path: "x.c").path, 0o644) == 0)
    let before = try FileManager.default.subpathsOfDirectory(atPath: fixture.tree.path)
    let pipe = await #expect(throws: PatchRejected.self) { try await Mails.series(Self.change).apply(to: fixture.tree) }
    #expect(pipe?.files.map(\.fault) == [.refused("is neither a file nor a folder")])
    let folder = Self.change.replacing("/x.c", with: "/y.c")
    let other = await #expect(throws: PatchRejected.self) { try await Mails.series(folder).apply(to: fixture.tree) }
    #expect(other?.files.map(\.fault) == [.refused("is a folder")])
    #expect(try FileManager.default.subpathsOfDirectory(atPath: fixture.tree.path) == before)
  }

  // A tree that is a repository of a stranger's, with every setting that runs a program.
  private func trapped(_ fixture: PatchFixture) throws {
    try fixture.git("init", "--quiet", in: fixture.tree)
    let trap = "touch '\(fixture.root.path)/sprung'"
    for (name, value) in [
      ("filter.trap.clean", "\(trap); cat"), ("filter.trap.smudge", "\(trap); cat"), ("filter.trap.process", trap),
      ("core.fsmonitor", trap), ("merge.trap.driver", trap), ("diff.external", trap), ("core.editor", trap),
      ("diff.trap.textconv", trap), ("core.pager", trap), ("core.worktree", fixture.root.path),
      ("extensions.partialClone", "trap"), ("remote.trap.promisor", "true"), ("remote.trap.url", "ext::sh -c \(trap)"),
      ("protocol.ext.allow", "always"), ("core.autocrlf", "true"),
    ] { try fixture.git("config", name, value, in: fixture.tree) }
    try fixture.write("* text eol=crlf filter=trap merge=trap diff=trap\n", to: ".gitattributes")
    for hook in ["post-checkout", "pre-commit", "post-index-change", "applypatch-msg"] {
      try fixture.write("#!/bin/sh\n\(trap)\n", to: ".git/hooks/\(hook)", mode: 0o755)
    }
  }

  @Test func `nothing of a hostile tree or repository runs`() async throws {
    let drifted = Lamp.text.replacing("int level = lamp_level(lamp);", with: "int level = lamp_get(lamp);")
    let fixture = try PatchFixture([Lamp.path: drifted, "x.c": "int x;\n"])
    let clean = try fixture.state()
    try trapped(fixture)
    let index = try fixture.blobName(Lamp.text).prefix(12) + "..0123456789ab"
    // The blob is not there, so a partial clone would fetch it.
    let series = try Mails.series(Self.change, Lamp.dim(index: String(index)))
    let error = await #expect(throws: PatchRejected.self) {
      try await series.apply(to: fixture.tree, objects: fixture.tree)
    }
    #expect(error?.files[0].threeWay == .noBlob)
    #expect(!FileManager.default.fileExists(atPath: fixture.root.appending(path: "sprung").path))
    _ = try await Mails.series(Self.change).apply(to: fixture.tree, objects: fixture.tree)
    #expect(try fixture.text("x.c") == "int y;\n")
    #expect(!FileManager.default.fileExists(atPath: fixture.root.appending(path: "sprung").path))
    #expect(try fixture.state()["tree/" + Lamp.path] == clean["tree/" + Lamp.path])
  }

  @Test func `attributes that a patch brings along mean nothing`() async throws {
    let fixture = try PatchFixture(["x.c": "int x;\n"])
    let diff = """
      diff --git a/.gitattributes b/.gitattributes
      new file mode 100644
      --- /dev/null
      +++ b/.gitattributes
      @@ -0,0 +1 @@
      +* text eol=crlf ident working-tree-encoding=UTF-16
      """
    _ = try await Mails.series(diff, Self.change).apply(to: fixture.tree)
    #expect(try fixture.text("x.c").utf8.elementsEqual("int y;\n".utf8))
  }

  @Test func `a huge patch is applied`() async throws {
    let old = (0..<60_000).map { "int old\($0);\n" }
    let fixture = try PatchFixture(["big.c": old.joined()])
    var diff = "diff --git a/big.c b/big.c\n--- a/big.c\n+++ b/big.c\n"
    for start in stride(from: 0, to: 60_000, by: 20) {
      diff += "@@ -\(start + 1),5 +\(start + 1),5 @@\n"
      diff += " " + old[start] + " " + old[start + 1] + "-" + old[start + 2]
      diff += "+int new\(start);\n " + old[start + 3] + " " + old[start + 4]
    }
    let applied = try await Mails.series(String(diff.dropLast())).apply(to: fixture.tree)
    #expect(applied[0].how == .exact)
    #expect(applied[0].files[0].offsets.isEmpty)
    #expect(try fixture.text("big.c").split(separator: "\n").count { $0.hasPrefix("int new") } == 3000)
  }

  // The same line over and over gives each hunk each place; a search that tries all pairs would not end.
  @Test func `repetitions do not make the search endless`() async throws {
    let fixture = try PatchFixture([Lamp.path: String(repeating: "\tx = 1;\n", count: 100_000)])
    var diff =
      "diff --git a/drivers/lamp/lamp.c b/drivers/lamp/lamp.c\n--- a/drivers/lamp/lamp.c\n+++ b/drivers/lamp/lamp.c\n"
    for number in 0..<20 {
      let start = number * 5000 + 1
      diff += "@@ -\(start),4001 +\(start),4001 @@\n" + String(repeating: " \tx = 1;\n", count: 4000)
      diff += "-\tx = 2;\n+\tx = 3;\n"
    }
    let rejected = try await rejection(Mails.series(String(diff.dropLast())), fixture)
    #expect(rejected.files[0].failedCount == 20)
    #expect(rejected.files[0].hunks.count == 20)
  }

  @Test func `a patch of too many files is refused`() async throws {
    let fixture = try PatchFixture(["x.c": "int x;\n"])
    var series = try Mails.series(Self.change)
    series.patches[0].files = Array(repeating: series.patches[0].files[0], count: 20_001)
    let rejected = try await rejection(series, fixture)
    guard case .refused(let clause) = rejected.files[0].fault else {
      Issue.record("\(rejected)")
      return
    }
    #expect(clause.contains("20001"))
  }

  @Test func `git takes no more memory than it may`() async throws {
    let fixture = try PatchFixture()
    let bench = try Workbench(for: fixture.tree)
    defer { bench.remove() }
    // In place of git, the shell that it would run in says what it may take.
    let probe = fixture.root.appending(path: "probe")
    try Data("#!/bin/sh\ncase \" $* \" in *' apply '*) ulimit -d >'\(fixture.root.path)/limit' ;; esac\nexit 0\n".utf8)
      .write(to: probe)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: probe.path)
    let git = try await Git(probe.path, in: bench.root, objects: nil)
    _ = try await git.apply([], in: bench.files, ignoringWhitespace: false)
    let limit = try String(contentsOf: fixture.root.appending(path: "limit"), encoding: .utf8)
    #expect(limit == "2097152\n")
  }
}
