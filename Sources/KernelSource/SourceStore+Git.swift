import Foundation
import HostTools
import Model

extension SourceStore {
  /// The tree of a revision in the user's repository, whose objects are used where they are.
  func gitTree(_ repository: URL, _ revision: String) async throws -> SourceTree {
    guard let layout = GitLayout.enclosing(repository), let objects = layout.objects else {
      throw RequestError("\(repository.path) is not a git repository")
    }
    return try await layout.borrowed { git in
      func answer(_ arguments: [String]) async throws -> String? {
        let result = try await git.tool(arguments, to: "read \(repository.path)").result()
        let text = result.text.trimmingCharacters(in: .whitespacesAndNewlines)
        return result.code == 0 && !text.isEmpty ? text : nil
      }
      let verify = ["rev-parse", "--verify", "--quiet", "--end-of-options"]
      guard let commit = try await answer(verify + [revision + "^{commit}"]) else {
        throw RequestError("\(repository.path) has no commit '\(revision)'", advice: layout.adviceOnMissing)
      }
      guard let tree = try await answer(verify + [commit + "^{tree}"]) else {
        throw RequestError("\(repository.path) has no tree for '\(revision)'")
      }
      let name = try await answer(["describe", "--always", "--tags", commit]) ?? String(commit.prefix(12))
      return SourceTree(id: tree, origin: "\(repository.path) at \(name)", objects: [objects.path])
    }
  }
}
