package import Foundation
import HostTools
import Records

/// A git repository of the user's, of which only is read: no ref, index or file of it changes.
package struct GitRepository: Sendable, Hashable {
  /// The top of the working tree, or the repository itself when it has none.
  package let folder: URL

  /// Finds the repository that `place` lies in.
  /// - Throws: ``RequestError`` when it lies in none, ``LabError`` without git.
  package init(at place: URL) async throws {
    let path = place.standardizedFileURL.path
    guard FileManager.default.fileExists(atPath: path) else {
      throw RequestError("there is no git repository \(path)")
    }
    let top = try await call(path, ["rev-parse", "--path-format=absolute", "--show-toplevel"]).result()
    if top.code == 0 {
      folder = URL(fileURLWithPath: trimmed(top.text), isDirectory: true)
      return
    }
    let bare = try await call(path, ["rev-parse", "--path-format=absolute", "--git-dir"]).result()
    guard bare.code == 0 else { throw RequestError("\(path) is no git repository: \(firstLine(bare.complaint))") }
    folder = URL(fileURLWithPath: trimmed(bare.text), isDirectory: true)
  }

  /// The id of the commit that a revision names.
  /// - Throws: ``RequestError`` when it names none.
  package func commit(_ revision: String) async throws -> String {
    if let id = try await commitIfAny(revision) { return id }
    throw RequestError("\(folder.path) has no commit '\(revision)'")
  }

  /// As ``commit(_:)``; nil when the revision names no commit.
  package func commitIfAny(_ revision: String) async throws -> String? {
    let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"]
    let result = try await git(arguments).result()
    let id = trimmed(result.text)
    return result.code == 0 && isObjectID(id) ? id : nil
  }

  /// Where git keeps one of its own files, such as `BISECT_START`.
  /// - Throws: ``LabError``.
  package func path(of name: String) async throws -> String {
    trimmed(try await git(["rev-parse", "--path-format=absolute", "--git-path", name]).run().text)
  }

  /// Whether files that git tracks differ from the commit that is checked out.
  /// - Throws: ``LabError``.
  package func hasChanges() async throws -> Bool {
    var tool = git(["status", "--porcelain", "--untracked-files=no", "--ignore-submodules"])
    tool.timeLimit = .seconds(600)
    return try await !tool.run().output.isEmpty
  }

  /// The bytes of a file in a commit; nil when it has none, or a larger one than `cap`.
  /// - Throws: ``LabError``.
  package func file(_ path: String, in commit: String, cap: Int) async throws -> [UInt8]? {
    let name = "\(commit):\(path)"
    let size = try await git(["cat-file", "-s", name]).result()
    guard size.code == 0, let bytes = Int(trimmed(size.text)), bytes <= cap else { return nil }
    var tool = git(["cat-file", "blob", name])
    tool.outputLimit = cap + 1
    let result = try await tool.result()
    return result.code == 0 ? result.output : nil
  }

  /// What a commit changes against its first parent, as a diff; nil when that is more than `cap` bytes.
  /// - Throws: ``LabError``.
  package func diff(of commit: String, cap: Int) async throws -> [UInt8]? {
    // No program of the repository's choice is run for it.
    let plain = ["--no-ext-diff", "--no-textconv", "--no-color"]
    var tool = git(["show", "--first-parent", "--format=", "--patch", "--no-show-signature"] + plain + [commit])
    tool.outputLimit = cap
    guard let result = try? await tool.result(), result.code == 0 else { return nil }
    return result.output
  }

  func git(_ arguments: [String]) -> HostTool { call(folder.path, arguments) }
}

// Without the locks that git takes to refresh an index, and without fetching what a partial clone lacks.
private func call(_ place: String, _ arguments: [String]) -> HostTool {
  let settings = ["-c", "core.quotePath=false", "-c", "log.showSignature=false", "-c", "core.fsmonitor=false"]
  var tool = HostTool("git", ["-C", place] + settings + arguments, to: "read \(place)")
  tool.environment = ["GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"]
  return tool
}

func isObjectID(_ text: some StringProtocol) -> Bool {
  (text.utf8.count == 40 || text.utf8.count == 64)
    && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
}

private func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .newlines) }

private func firstLine(_ text: String) -> String { text.split(separator: "\n").first.map(String.init) ?? "" }
