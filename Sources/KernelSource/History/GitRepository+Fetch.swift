import Foundation
import HostTools
import Model

extension GitRepository {
  /// Fetches a branch into `refs/remotes/REMOTE/BRANCH`, as the user asked for; nothing else of the repository changes.
  ///
  /// Of the repository's configuration only the remote's URL is used, and that it is a partial clone: no command that it
  /// names, no hook. What the user's own configuration says, such as credentials, holds.
  /// - Throws: ``RequestError`` when there is no such remote, ``LabError`` when it cannot be reached;
  ///   `CancellationError`.
  package func fetch(_ branch: String, from remote: String) async throws {
    guard !remote.hasPrefix("-"), !remote.contains("="), let url = try await layout.setting("remote.\(remote).url")
    else { throw RequestError("\(folder.path) has no remote '\(remote)'") }
    let name = "refs/remotes/\(remote)/\(branch)"
    var settings = ["remote.\(remote).url=\(url)"]
    for key in ["promisor", "partialclonefilter"] {
      if let value = try await layout.setting("remote.\(remote).\(key)") {
        settings.append("remote.\(remote).\(key)=\(value)")
      }
    }
    let place = layout.commonFolder.appending(path: "refs/remotes")
    try? FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try await layout.borrowed { git in
      _ = try await git.fetch(remote, "+refs/heads/\(branch):\(name)", from: folder, settings: settings).run()
    }
  }

  /// Advice for a revision or object that is missing; nil where nothing is left at a remote.
  package var adviceOnMissing: String? { layout.adviceOnMissing }
}
