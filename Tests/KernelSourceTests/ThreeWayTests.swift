import Foundation
import PatchMail
import Testing

@testable import KernelSource

@Suite struct ThreeWayTests {
  // The tree's file has changed beside what the patch touches, so that its context is gone.
  private static let drifted = Lamp.text.replacing("int level = lamp_level(lamp);", with: "int level = lamp_get(lamp);")
  // And here where the patch writes.
  private static let clashing = Lamp.text.replacing("\tlevel -= steps;\n", with: "\tlevel = steps;\n")

  private func series(_ fixture: PatchFixture, damaging: Bool = false) throws -> PatchSeries {
    let index = try fixture.blobName(Lamp.text).prefix(12) + "..0123456789ab"
    let diff = Lamp.dim(index: String(index))
    return try Mails.series(damaging ? diff.replacing("\t", with: "    ") : diff)
  }

  private func rejection(_ series: PatchSeries, _ fixture: PatchFixture, _ objects: URL?) async throws -> PatchRejected
  {
    let before = try fixture.state()
    let error = await #expect(throws: PatchRejected.self) {
      try await series.apply(to: fixture.tree, objects: objects)
    }
    #expect(try fixture.state() == before)
    return try #require(error)
  }

  @Test(arguments: [false, true]) func `the blob of the index line is merged`(_ damaging: Bool) async throws {
    let fixture = try PatchFixture([Lamp.path: Self.drifted])
    let repository = try fixture.repository(with: Lamp.text)
    let series = try series(fixture, damaging: damaging)
    // With two lines between them git's merge does not take the changes for one.
    let applied = try await series.apply(to: fixture.tree, objects: repository)
    #expect(applied[0].how == .threeWay)
    let text = try fixture.text(Lamp.path)
    #expect(text.contains("lamp_get(lamp);"))
    #expect(text.contains("return level;\n"))
    let added = "if(level<0)returnlevel;"
    #expect(text.filter { !$0.isWhitespace }.count == Self.drifted.filter { !$0.isWhitespace }.count + added.count)
  }

  @Test func `a bare repository and a linked working tree serve as well`() async throws {
    for kind in ["bare", "linked"] {
      let fixture = try PatchFixture([Lamp.path: Self.drifted])
      let repository = try fixture.repository(with: Lamp.text)
      let other = fixture.root.appending(path: kind)
      if kind == "bare" {
        try fixture.git("clone", "--quiet", "--bare", repository.path, other.path, in: fixture.root)
      } else {
        try fixture.git("worktree", "add", "--quiet", other.path, in: repository)
      }
      let applied = try await series(fixture).apply(to: fixture.tree, objects: other)
      #expect(applied[0].files[0].how == .threeWay)
    }
  }

  @Test func `only the file that needs it is merged`() async throws {
    let fixture = try PatchFixture([Lamp.path: Self.drifted, "a.h": "int a;\n"])
    let repository = try fixture.repository(with: Lamp.text)
    let index = try fixture.blobName(Lamp.text).prefix(12) + "..0123456789ab"
    let diff =
      "diff --git a/a.h b/a.h\n--- a/a.h\n+++ b/a.h\n@@ -1 +1 @@\n-int a;\n+int b;\n" + Lamp.dim(index: String(index))
    let applied = try await Mails.series(diff).apply(to: fixture.tree, objects: repository)
    #expect(applied[0].files.map(\.how) == [.whitespaceIgnored, .threeWay])
    #expect(try fixture.text("a.h") == "int b;\n")
    #expect(try fixture.text(Lamp.path).contains("return level;\n"))
  }

  @Test func `a renamed file is merged into its new place`() async throws {
    let fixture = try PatchFixture([Lamp.path: Self.drifted])
    let repository = try fixture.repository(with: Lamp.text)
    let index = try fixture.blobName(Lamp.text).prefix(12) + "..0123456789ab"
    let moved = "rename from drivers/lamp/lamp.c\nrename to drivers/light/lamp.c\nindex"
    let diff = Lamp.dim(index: String(index)).replacing("b/drivers/lamp/", with: "b/drivers/light/")
      .replacing("\nindex", with: "\nsimilarity index 90%\n" + moved)
    let applied = try await Mails.series(diff).apply(to: fixture.tree, objects: repository)
    #expect(applied[0].files.map(\.change) == [.renamed])
    #expect(applied[0].files.map(\.how) == [.threeWay])
    #expect(!fixture.exists(Lamp.path))
    #expect(try fixture.text("drivers/light/lamp.c").contains("return level;\n"))
  }

  @Test func `without a repository the report says which blob it takes`() async throws {
    let fixture = try PatchFixture([Lamp.path: Self.drifted])
    let rejected = try await rejection(series(fixture), fixture, nil)
    #expect(rejected.files[0].threeWay == .noRepository)
    #expect(rejected.advice.contains(try fixture.blobName(Lamp.text).prefix(12)))
    #expect(rejected.files[0].treeBlob == (try fixture.blobName(Self.drifted)))
  }

  @Test func `a blob that the repository lacks is told`() async throws {
    let fixture = try PatchFixture([Lamp.path: Self.drifted])
    let repository = try fixture.repository(with: "something else\n")
    let rejected = try await rejection(series(fixture), fixture, repository)
    #expect(rejected.files[0].threeWay == .noBlob)
    #expect(rejected.report.contains("the repository does not have the former"))
  }

  @Test func `a conflict rejects the patch and leaves no marks`() async throws {
    let fixture = try PatchFixture([Lamp.path: Self.clashing])
    let repository = try fixture.repository(with: Lamp.text)
    let rejected = try await rejection(series(fixture), fixture, repository)
    #expect(rejected.files[0].threeWay == .conflicts(1))
    #expect(rejected.report.contains("merging the two leaves 1 conflict\n"))
  }

  @Test func `a patch that does not fit its own blob is told`() async throws {
    let fixture = try PatchFixture([Lamp.path: Self.drifted])
    let foreign = "int other;\n"
    let repository = try fixture.repository(with: foreign)
    let series = try Mails.series(Lamp.dim(index: "\(try fixture.blobName(foreign).prefix(12))..0123456789ab"))
    #expect(try await rejection(series, fixture, repository).files[0].threeWay == .foreignBlob)
  }

  @Test func `a merge does not do again what the file has`() async throws {
    // With the surroundings changed too, git's merge takes the same lines for two changes side by side.
    let there = Self.drifted.replacing(
      "\n\tlevel -= steps;", with: "\n\tif (level < 0)\n\t\treturn level;\n\n\tlevel -= steps;")
    let fixture = try PatchFixture([Lamp.path: there])
    let repository = try fixture.repository(with: Lamp.text)
    let rejected = try await rejection(series(fixture), fixture, repository)
    #expect(rejected.files[0].threeWay == .repeated)
    #expect(rejected.advice.hasPrefix("Another version of the change"))
  }

  @Test func `what is no repository is the request's fault`() async throws {
    let fixture = try PatchFixture([Lamp.path: Lamp.text])
    let series = try series(fixture)
    await #expect(throws: (any Error).self) { try await series.apply(to: fixture.tree, objects: fixture.tree) }
    #expect(try fixture.text(Lamp.path) == Lamp.text)
  }
}
