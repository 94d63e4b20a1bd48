import Foundation
import HostTools
import Records

extension SourceStore {
  /// The tree of a revision in the user's repository, whose objects are used where they are.
  func gitTree(_ repository: URL, _ revision: String) async throws -> SourceTree {
    let commit = try await ask(
      repository, ["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"],
      orElse: "\(repository.path) has no commit '\(revision)'")
    let tree = try await ask(
      repository, ["rev-parse", "--verify", "--end-of-options", commit + "^{tree}"],
      orElse: "\(repository.path) has no tree for '\(revision)'")
    let objects = try await ask(
      repository, ["rev-parse", "--path-format=absolute", "--git-path", "objects"],
      orElse: "\(repository.path) is no git repository")
    let described = try await git(repository, ["describe", "--always", "--tags", commit]).result().text
    let name = described.trimmingCharacters(in: .whitespacesAndNewlines)
    return SourceTree(
      id: tree, origin: "\(repository.path) at \(name.isEmpty ? String(commit.prefix(12)) : name)", objects: [objects])
  }

  // Only what reads, and without the locks that git takes to refresh an index.
  private func git(_ repository: URL, _ arguments: [String]) -> HostTool {
    var tool = HostTool("git", ["-C", repository.path] + arguments, to: "read \(repository.path)")
    tool.environment = ["GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"]
    return tool
  }

  private func ask(_ repository: URL, _ arguments: [String], orElse problem: String) async throws -> String {
    let result = try await git(repository, arguments).result()
    let answer = result.text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard result.code == 0, !answer.isEmpty else {
      let words = result.complaint.split(separator: "\n").first.map { ": \($0)" } ?? ""
      throw RequestError(problem + words)
    }
    return answer
  }
}
