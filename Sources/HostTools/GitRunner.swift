package import Foundation

/// Starts git, always in a repository of zlab's own and with no configuration but zlab's.
///
/// No file of the user's, the system's or another repository's configuration is read, so none can name a program:
/// no hook, filter, file system monitor, remote command, external diff, pager or credential helper. A user's repository
/// is read through ``GitLayout/borrowed(_:)``, and never named to git as its repository.
package struct GitRunner: Sendable {
  /// `GIT_DIR`.
  package let repository: URL
  /// `GIT_WORK_TREE`, and the folder in which git starts; nil starts it in the repository.
  package var workTree: URL?
  /// `GIT_INDEX_FILE`; nil is the repository's own.
  package var index: String?
  /// Folders of further objects, which are only read.
  package var objects: [String] = []
  /// The git to run; tests replace it.
  package var executable = "git"

  /// - Parameter repository: one that zlab made.
  package init(repository: URL) { self.repository = repository }

  /// A call of git; everything but its arguments is set here.
  package func tool(_ arguments: [String], to purpose: String) -> HostTool {
    var tool = HostTool(executable, Self.settings(hasWorkTree: workTree != nil) + arguments, to: purpose)
    tool.environment = Self.closedEnvironment
    tool.environment["GIT_DIR"] = repository.path
    tool.environment["GIT_WORK_TREE"] = workTree?.path
    tool.environment["GIT_INDEX_FILE"] = index
    tool.directory = (workTree ?? repository).path
    if !objects.isEmpty {
      // Git splits the list at colons and unquotes what begins with a quote.
      tool.environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = objects.map(quoted).joined(separator: ":")
    }
    return tool
  }

  /// Makes an empty bare repository without hooks.
  /// - Throws: `LabError` when git is missing or the disk refuses; `CancellationError`.
  package static func makeRepository(_ folder: URL, executable: String = "git") async throws {
    var tool = HostTool(
      executable, settings(hasWorkTree: false) + ["init", "--quiet", "--bare", "--template=", folder.path],
      to: "make a repository in \(folder.path)")
    tool.environment = closedEnvironment
    tool.directory = folder.deletingLastPathComponent().path
    try await tool.run()
  }

  // Settings that a repository's own configuration could have; -c is above all files (git-config(1)).
  private static func settings(hasWorkTree: Bool) -> [String] {
    [
      "core.bare=\(!hasWorkTree)", "core.quotePath=false", "core.hooksPath=/dev/null", "core.fsmonitor=false",
      "core.attributesFile=/dev/null", "core.excludesFile=/dev/null", "gc.auto=0", "maintenance.auto=false",
      "log.showSignature=false", "submodule.recurse=false", "fetch.recurseSubmodules=false", "protocol.ext.allow=never",
    ].flatMap { ["-c", $0] }
  }

  // GIT_ALLOW_PROTOCOL is above all configuration; a protocol of this name does not exist. GIT_NO_LAZY_FETCH is known to
  // git 2.45 and to the security updates of older ones; without a promisor in the configuration there is none to ask.
  private static let closedEnvironment = [
    "HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1",
    "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "/bin/false", "SSH_ASKPASS": "/bin/false", "GIT_SSH_COMMAND": "/bin/false",
    "GIT_EDITOR": "/bin/false",
    "GIT_PAGER": "cat", "GIT_MERGE_AUTOEDIT": "no",
  ]

  /// Fetches refs from a remote, which the user asked for, with the user's own git configuration and the protocols that
  /// people fetch by: no remote helper, no command of the repository's.
  /// - Parameters:
  ///   - folder: where a relative path of a remote starts.
  ///   - settings: of the remote: its `url`, and what marks a partial clone.
  package func fetch(
    _ remote: String, _ refspec: String, from folder: URL, settings: [String]
  ) -> HostTool {
    let words = settings.flatMap { ["-c", $0] } + ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"]
    var tool = tool(words + ["--no-recurse-submodules", remote, refspec], to: "fetch from \(remote)")
    let host = ProcessInfo.processInfo.environment
    for name in ["HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_SSH_COMMAND", "GIT_ASKPASS", "SSH_ASKPASS"] {
      tool.environment[name] = host[name]
    }
    tool.environment["SSH_AUTH_SOCK"] = host["SSH_AUTH_SOCK"]
    tool.environment["GIT_ALLOW_PROTOCOL"] = "file:git:http:https:ssh"
    tool.directory = folder.path
    tool.timeLimit = .seconds(1800)
    return tool
  }
}

private func quoted(_ path: String) -> String {
  "\"" + path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
}
