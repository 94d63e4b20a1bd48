import Foundation
import Model
import PatchMail
import Testing

@testable import KernelSource

@Suite struct RejectTests {
  private func rejection(_ series: PatchSeries, _ fixture: PatchFixture) async throws -> PatchRejected {
    let before = try fixture.state()
    let error = await #expect(throws: PatchRejected.self) { try await series.apply(to: fixture.tree, called: "linux") }
    #expect(try fixture.state() == before)
    return try #require(error)
  }

  @Test func `the report shows the closest place and what differs`() async throws {
    let text = "// New.\n" + Lamp.text.replacing("\tlevel -= steps;\n", with: "\tlevel -= lamp->step * steps;\n")
    let fixture = try PatchFixture([Lamp.path: text])
    let rejected = try await rejection(Mails.series(Lamp.dim()), fixture)
    #expect(
      rejected.report == """
        cannot apply the patch of glow.mbox, "lamp: Glow" to linux: none of its hunks fits
          drivers/lamp/lamp.c: its hunk does not fit
            hunk 1 in lamp_dim(), at line 10 of the mail, resembles line 14 most, where 5 of 6 lines match:
              the patch has "level -= steps;"
              line 17 has   "level -= lamp->step * steps;"
            the mail does not say which blob it was made for
          Take the source that the patch was made for, or apply first what it builds on.
        """)
    let hunk = try #require(rejected.files.first?.hunks.first)
    #expect(hunk.mailLine == 10)
    let place = ClosestPlace(
      line: 14, matched: 5, of: 6, expected: " level -= steps;", found: " level -= lamp->step * steps;", foundLine: 17)
    #expect(hunk.fault == .closest(place))
  }

  @Test func `a change that is there is called so, with its place`() async throws {
    let fixture = try PatchFixture([Lamp.path: Lamp.text])
    _ = try await Mails.series(Lamp.dim(), Lamp.release).apply(to: fixture.tree)
    let rejected = try await rejection(Mails.series(Lamp.release), fixture)
    #expect(rejected.isAlreadyApplied)
    #expect(rejected.files[0].hunks.map(\.fault) == [.alreadyApplied(line: 27)])
    #expect(rejected.report.hasPrefix("cannot apply the patch of glow.mbox, \"lamp: Glow\" to linux: the tree has it"))
    #expect(rejected.advice.hasPrefix("Leave the patch out"))
  }

  @Test func `a part that is there is told apart from one that is not`() async throws {
    let fixture = try PatchFixture([Lamp.path: Lamp.text.replacing("level -= steps", with: "level -= 2 * steps")])
    _ = try await Mails.series(Lamp.release).apply(to: fixture.tree)
    let both =
      Lamp.dim() + "\n"
      + Lamp.release.split(separator: "\n").dropFirst(3).joined(separator: "\n")
      .replacing("+24,6", with: "+27,6")
    let rejected = try await rejection(Mails.series(both), fixture)
    let file = try #require(rejected.files.first)
    #expect(file.failedCount == 2)
    #expect(file.hunks.map(\.hunk) == [1, 2])
    #expect(file.hunks[1].fault == .alreadyApplied(line: 24))
    #expect(!rejected.isAlreadyApplied)
    #expect(rejected.advice.hasPrefix("Another version of the change"))
  }

  @Test func `a missing file is looked for elsewhere`() async throws {
    let fixture = try PatchFixture([
      "drivers/light/lamp.c": Lamp.text, "attic/old/lamp.c": "", "drivers/lamp/lamp.h": "", "x/lamp.cc": "",
    ])
    let rejected = try await rejection(Mails.series(Lamp.dim()), fixture)
    #expect(rejected.files[0].fault == .missing(elsewhere: ["drivers/light/lamp.c", "attic/old/lamp.c"]))
    #expect(rejected.report.contains("drivers/lamp/lamp.c does not exist, but drivers/light/lamp.c and attic/old"))
  }

  @Test func `a new file that is there is told, with whether it is the same`() async throws {
    let diff =
      "diff --git a/n.c b/n.c\nnew file mode 100644\n--- /dev/null\n+++ b/n.c\n@@ -0,0 +1,2 @@\n+int n;\n+int m;"
    let same = try await rejection(Mails.series(diff), try PatchFixture(["n.c": "int n;\nint m;\n"]))
    #expect(same.isAlreadyApplied)
    let longer = try await rejection(Mails.series(diff), try PatchFixture(["n.c": "int n;\nint m;\nint o;\n"]))
    #expect(longer.files.map(\.fault) == [.exists])
  }

  @Test func `a changed file is not deleted, and a deleted one is gone already`() async throws {
    let diff = """
      diff --git a/d.c b/d.c
      deleted file mode 100644
      --- a/d.c
      +++ /dev/null
      @@ -1,3 +0,0 @@
      -int one;
      -int two;
      -int three;
      """
    let changed = try await rejection(
      Mails.series(diff), try PatchFixture(["d.c": "int one;\nint zwei;\nint three;\n"]))
    let place = ClosestPlace(line: 1, matched: 2, of: 3, expected: "int two;", found: "int zwei;", foundLine: 2)
    #expect(changed.files[0].hunks.map(\.fault) == [.closest(place)])
    let longer = try await rejection(
      Mails.series(diff), try PatchFixture(["d.c": "int one;\nint two;\nint three;\nint o;\n"]))
    #expect(longer.files[0].hunks.map(\.fault) == [.notAtEnd(line: 1)])
    let gone = try await rejection(Mails.series(diff), try PatchFixture())
    #expect(gone.isAlreadyApplied)
  }

  @Test func `lines that moved from the file's beginning are told`() async throws {
    let diff = "diff --git a/b.c b/b.c\n--- a/b.c\n+++ b/b.c\n@@ -1,2 +1,3 @@\n+int new;\n int one;\n int two;"
    let fixture = try PatchFixture(["b.c": "// SPDX\nint one;\nint two;\nint three;\n"])
    let rejected = try await rejection(Mails.series(diff), fixture)
    #expect(rejected.files[0].hunks.map(\.fault) == [.notAtBeginning(line: 2)])
    #expect(rejected.report.contains("is for the file's beginning, but its lines stand at line 2"))
  }

  @Test func `a file with nothing in common is told so`() async throws {
    let fixture = try PatchFixture([Lamp.path: "}\n\n{\n}\n"])
    let rejected = try await rejection(Mails.series(Lamp.dim()), fixture)
    #expect(rejected.files[0].hunks.map(\.fault) == [.nowhere(expected: " int level = lamp_level(lamp);")])
  }

  @Test func `a binary change of another file is refused in git's words`() async throws {
    let fixture = try PatchFixture(["logo.bin": "x\0y"])
    let diff = """
      diff --git a/logo.bin b/logo.bin
      index 1111111111111111111111111111111111111111..2222222222222222222222222222222222222222 100644
      GIT binary patch
      literal 3
      KcmYdEVqgFO01tuy

      literal 3
      KcmYdEVqgFO01tuy

      """
    let rejected = try await rejection(Mails.series(diff), fixture)
    guard case .refused(let clause) = rejected.files.first?.fault else {
      Issue.record("\(rejected)")
      return
    }
    #expect(clause.hasPrefix("is refused by git: "))
  }

  @Test func `the files that fit are counted, and those that do not are named`() async throws {
    let fixture = try PatchFixture([Lamp.path: "int x;\n", "a.h": "int a;\n"])
    let diff = "diff --git a/a.h b/a.h\n--- a/a.h\n+++ b/a.h\n@@ -1 +1 @@\n-int a;\n+int b;\n" + Lamp.dim()
    let rejected = try await rejection(Mails.series(diff), fixture)
    #expect(rejected.files.map(\.path) == [Lamp.path])
    #expect(rejected.report.contains("\n  the other file fits\n"))
  }

  @Test func `bytes of strangers cannot steer the terminal`() async throws {
    let fixture = try PatchFixture([
      Lamp.path: Lamp.text.replacing("level -= steps;", with: "x \u{1B}[2J\u{202E}level;\u{7}")
    ])
    let diff = Lamp.dim().replacing("level -= steps;", with: "\u{1B}]0;evil\u{7}level")
    let report = try await rejection(Mails.series(diff), fixture).report
    #expect(report.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    #expect(!report.unicodeScalars.contains("\u{202E}"))
    #expect(report.contains("\\u{1b}[2J\\u{202e}level;\\u{7}"))
  }

  @Test func `the request's error carries the report`() async throws {
    let rejected = try await rejection(Mails.series(Lamp.dim()), try PatchFixture())
    #expect(rejected.requestError.advice == rejected.advice)
    #expect(rejected.report == rejected.requestError.description)
    let copy = try JSONDecoder().decode(PatchRejected.self, from: JSONEncoder().encode(rejected))
    #expect(copy == rejected)
  }
}
