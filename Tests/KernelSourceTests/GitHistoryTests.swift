import Foundation
import HostTools
import KernelSource
import Model
import Testing

/// A repository made by a script.
private final class HistoryWorkshop {
  let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-history-\(UUID().uuidString)")

  init(_ script: String) async throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    _ = try await shell(
      """
      git init -q -b main .
      commit() { git commit -q --allow-empty -m "$1"; git tag "$2"; }
      \(script)
      """)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  @discardableResult
  func shell(_ script: String) async throws -> String {
    var tool = HostTool("bash", ["-ec", script], to: "prepare")
    tool.directory = folder.path
    tool.environment = [
      "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "A",
      "GIT_COMMITTER_EMAIL": "a@b",
    ]
    return try await tool.run().text.trimmingCharacters(in: .newlines)
  }

  var repository: GitRepository { get throws { try GitRepository(at: folder) } }
}

@Suite struct GitHistoryTests {
  /// old - good - one - two - merge - bad, with side forked from old and merged; late lies behind good only.
  private static let merged = """
    commit old old; commit good good; commit one one; commit two two
    git checkout -q -b side old; commit side side
    git checkout -q main; git merge -q --no-ff -m merge side; git tag merge; commit bad bad
    git checkout -q -b late good; commit late late
    """

  @Test func `what git bisect would search is what bad has and good lacks, parents first`() async throws {
    let workshop = try await HistoryWorkshop(Self.merged)
    let repository = try workshop.repository
    let range = try await repository.range(good: [repository.commit("good")], bad: repository.commit("bad"))
    let subjects = range.candidates.map(\.subject)
    #expect(Set(subjects) == ["one", "two", "side", "merge", "bad"])
    #expect(subjects.last == "bad")
    for (index, commit) in range.candidates.enumerated() {
      let later = range.candidates[index...].map(\.id)
      #expect(commit.parents.allSatisfy { !later.contains($0) })
    }
    #expect(range.candidates.first { $0.subject == "merge" }?.parents.count == 2)
    #expect(Set(range.boundary.map(\.subject)) == ["good", "old"])
    #expect(range.candidates.allSatisfy { $0.author == "A <a@b>" && $0.tree.utf8.count == 40 })
  }

  @Test func `a good commit beside the history leaves the fork as the end`() async throws {
    let workshop = try await HistoryWorkshop(Self.merged)
    let repository = try workshop.repository
    let range = try await repository.range(good: [repository.commit("late")], bad: repository.commit("bad"))
    #expect(Set(range.boundary.map(\.subject)) == ["good", "old"])
  }

  @Test func `ends that are exchanged or equal are told`() async throws {
    let workshop = try await HistoryWorkshop(Self.merged)
    let repository = try workshop.repository
    let (good, bad) = (try await repository.commit("good"), try await repository.commit("bad"))
    await #expect(throws: RequestError.self) { try await repository.range(good: [bad], bad: good) }
    await #expect(throws: RequestError.self) { try await repository.range(good: [bad], bad: bad) }
    await #expect(throws: RequestError.self) { try await repository.commit("--help") }
    await #expect(throws: RequestError.self) { try await repository.commit("nothing") }
  }

  @Test func `a hostile message stays one field of one commit`() async throws {
    let workshop = try await HistoryWorkshop(
      """
      commit good good
      git commit -q --allow-empty --cleanup=verbatim -m "$(printf 'a\\033[31m\\037b\\001c\\nd')"; git tag odd
      git commit -q --allow-empty -m "$(head -c 100000 /dev/zero | tr '\\0' x)"; git tag bad
      """)
    let repository = try workshop.repository
    let range = try await repository.range(good: [repository.commit("good")], bad: repository.commit("bad"))
    #expect(range.candidates.count == 2)
    #expect(range.candidates.allSatisfy { $0.subject.count <= 200 && !$0.subject.contains("\n") })
  }

  @Test func `reading changes nothing, and what is no repository is told`() async throws {
    let workshop = try await HistoryWorkshop(
      Self.merged + "\necho x > file; git add file; git commit -q -m f; echo y > file")
    func print() async throws -> String { try await workshop.shell("find . -printf '%p %s %T@\\n' | sort") }
    let before = try await print()
    let repository = try workshop.repository
    #expect(try await repository.hasChanges())
    _ = try await repository.range(good: [repository.commit("good")], bad: repository.commit("HEAD"))
    _ = try await repository.diff(of: repository.commit("HEAD"), cap: 1 << 20)
    #expect(try await repository.bisectSession() == nil)
    #expect(try await print() == before)
    #expect(throws: RequestError.self) { try GitRepository(at: URL(fileURLWithPath: "/nonexistent")) }
  }

  @Test func `a git bisect that goes on tells its ends, also with words of its own`() async throws {
    let workshop = try await HistoryWorkshop(Self.merged)
    try await workshop.shell(
      "git checkout -q main; git bisect start --no-checkout --term-new=broken --term-old=fine bad good")
    let repository = try workshop.repository
    let session = try #require(try await repository.bisectSession())
    #expect(session.bad == (try await repository.commit("bad")))
    #expect(session.candidates == 5)
    let test = try await repository.commitUnderTest()
    #expect(!test.isCheckedOut)
    #expect(test.id == (try await workshop.shell("git rev-parse BISECT_HEAD")))
    try await workshop.shell("git bisect reset -q 2>/dev/null || git bisect reset; git bisect start bad good")
    #expect(try await repository.bisectSession()?.identity != session.identity)
  }

  @Test func `a file of a commit is read as far as it may be`() async throws {
    let workshop = try await HistoryWorkshop("echo hello > file; git add file; git commit -q -m f")
    let repository = try workshop.repository
    let head = try await repository.commit("HEAD")
    #expect(try await repository.file("file", in: head, cap: 100) == Array("hello\n".utf8))
    #expect(try await repository.file("file", in: head, cap: 3) == nil)
    #expect(try await repository.file("none", in: head, cap: 100) == nil)
  }
}
