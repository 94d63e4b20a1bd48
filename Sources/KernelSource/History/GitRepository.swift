package import Foundation
import HostTools
package import Model

/// A git repository of the user's, of which only is read: no ref, index or file of it changes, and no program that its
/// configuration names is run.
package struct GitRepository: Sendable, Hashable {
  /// The top of the working tree, or the repository itself when it has none.
  package let folder: URL
  let layout: GitLayout

  /// Finds the repository that `place` lies in.
  /// - Throws: ``RequestError`` when it lies in none.
  package init(at place: URL) throws(RequestError) {
    let path = place.standardizedFileURL.path
    guard FileManager.default.fileExists(atPath: path) else {
      throw RequestError("\(path) is not a git repository")
    }
    guard let layout = GitLayout.enclosing(place) else { throw RequestError("\(path) is not a git repository") }
    self.layout = layout
    folder = layout.workTree ?? layout.gitFolder
  }

  /// The id of the commit that a revision names.
  /// - Throws: ``RequestError`` when it names none.
  package func commit(_ revision: String) async throws -> String {
    if let id = try await commitIfAny(revision) { return id }
    throw RequestError("\(folder.path) has no commit '\(revision)'", advice: adviceOnMissing)
  }

  /// As ``commit(_:)``; nil when the revision names no commit.
  package func commitIfAny(_ revision: String) async throws -> String? {
    let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"]
    let result = try await answer(to: arguments)
    let id = trimmed(result.text)
    return result.code == 0 && isObjectID(id) ? id : nil
  }

  /// Path of one of git's own files, such as `BISECT_START`, for this working tree.
  package func path(of name: String) -> String { layout.gitFolder.appending(path: name).path }

  /// True if files that git tracks differ from the commit that is checked out.
  ///
  /// Compared byte by byte: filters that the user's configuration names are not run.
  /// - Throws: ``LabError``.
  package func hasChanges() async throws -> Bool {
    guard let workTree = layout.workTree else { return false }
    let index = layout.gitFolder.appending(path: "index").path
    return try await layout.borrowed { git in
      var git = git
      (git.workTree, git.index) = (workTree, index)
      var tool = git.tool(
        ["status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all"], to: "read \(folder.path)")
      tool.timeLimit = .seconds(600)
      return try await !tool.run().output.isEmpty
    }
  }

  /// The bytes of a file in a commit; nil when it has none, or a larger one than `cap`.
  /// - Throws: ``LabError``.
  package func file(_ path: String, in commit: String, cap: Int) async throws -> [UInt8]? {
    let name = "\(commit):\(path)"
    let size = try await answer(to: ["cat-file", "-s", name])
    guard size.code == 0, let bytes = Int(trimmed(size.text)), bytes <= cap else { return nil }
    let result = try await answer(to: ["cat-file", "blob", name]) { $0.outputLimit = cap + 1 }
    return result.code == 0 ? result.output : nil
  }

  /// Diff of a commit against its first parent; nil when that is more than `cap` bytes.
  /// - Throws: ``LabError``.
  package func diff(of commit: String, cap: Int) async throws -> [UInt8]? {
    // No program of the repository's choice is run for it.
    let plain = ["--no-ext-diff", "--no-textconv", "--no-color"]
    let show = ["show", "--first-parent", "--format=", "--patch", "--no-show-signature"] + plain + [commit]
    guard let result = try? await answer(to: show, { $0.outputLimit = cap }), result.code == 0 else { return nil }
    return result.output
  }

  /// Output of git, whatever its exit code.
  /// - Parameter adjust: sets limits and input.
  func answer(to arguments: [String], _ adjust: (inout HostTool) -> Void = { _ in }) async throws -> ToolOutput {
    try await layout.borrowed { git in
      var tool = git.tool(arguments, to: "read \(folder.path)")
      adjust(&tool)
      return try await tool.result()
    }
  }

  /// As ``answer(to:_:)``, with exit code 0 insisted on.
  func read(_ arguments: [String], _ adjust: (inout HostTool) -> Void = { _ in }) async throws -> ToolOutput {
    try await layout.borrowed { git in
      var tool = git.tool(arguments, to: "read \(folder.path)")
      adjust(&tool)
      return try await tool.run()
    }
  }
}

func isObjectID(_ text: some StringProtocol) -> Bool {
  (text.utf8.count == 40 || text.utf8.count == 64)
    && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
}

private func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .newlines) }
