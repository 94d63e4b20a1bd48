import Foundation
import Model

extension GitLayout {
  /// Lends the repository's objects, refs and index to git without its configuration, hooks and attributes.
  ///
  /// git is given a temporary repository of zlab's, whose objects and refs are links to the user's. Its configuration is
  /// empty, so whatever the user's names is neither run nor asked, and an object that is missing stays missing.
  /// - Parameter body: reads through the runner, which ends with it.
  /// - Throws: `RequestError` for a repository in a format that zlab does not read, `LabError` when the disk refuses, and
  ///   what `body` throws.
  package func borrowed<Value>(_ body: (GitRunner) async throws -> Value) async throws -> Value {
    let config = smallText(commonFolder.appending(path: "config")) ?? ""
    for (format, pattern) in [
      ("SHA-256 object names", #/(?i)objectformat[ \t]*=[ \t]*"?sha256/#),
      ("the reftable format", #/(?i)refstorage[ \t]*=[ \t]*"?reftable/#),
    ] where config.contains(pattern) {
      throw RequestError("\(gitFolder.path) uses \(format), which zlab does not read")
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-git-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    do { try fill(folder) } catch {
      throw LabError("cannot prepare \(folder.path) for reading \(gitFolder.path): \(error.localizedDescription)")
    }
    return try await body(GitRunner(repository: folder))
  }

  private func fill(_ folder: URL) throws {
    let files = FileManager.default
    for name in ["refs", "logs", "info"] {
      try files.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
    }
    try Data("[core]\n\trepositoryformatversion = 0\n".utf8).write(to: folder.appending(path: "config"))
    // git insists on a file of its own here: read by us, so that it is neither a pipe nor a link to anywhere.
    try Data(head.utf8).write(to: folder.appending(path: "HEAD"))
    try link("objects", in: commonFolder, to: folder)
    for name in ["packed-refs", "shallow", "info/exclude"] { try? link(name, in: commonFolder, to: folder) }
    for name in names(in: "refs", of: commonFolder) { try link("refs/\(name)", in: commonFolder, to: folder) }
    for name in names(in: "logs", of: commonFolder) where name != "HEAD" {
      try link("logs/\(name)", in: commonFolder, to: folder)
    }
    // A linked working tree has its own of these, and bisections besides.
    if gitFolder != commonFolder {
      for name in names(in: "refs", of: gitFolder) {
        unlink(folder.appending(path: "refs/\(name)").path)
        try link("refs/\(name)", in: gitFolder, to: folder)
      }
    }
    for name in ["logs/HEAD"] + names(in: "", of: gitFolder).filter({ $0.hasSuffix("_HEAD") }) {
      try? link(name, in: gitFolder, to: folder)
    }
    // Copies, because git marks them as used.
    for name in names(in: "", of: gitFolder) where name.hasPrefix("sharedindex.") {
      try files.copyItem(at: gitFolder.appending(path: name), to: folder.appending(path: name))
    }
  }

  // A branch by name, a commit, or in old repositories a link to a branch.
  private var head: String {
    let file = gitFolder.appending(path: "HEAD").path
    if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: file), target.hasPrefix("refs/") {
      return "ref: \(target)\n"
    }
    return smallText(URL(filePath: file)) ?? ""
  }

  private func link(_ name: String, in place: URL, to folder: URL) throws {
    let target = place.appending(path: name).path
    guard access(target, F_OK) == 0 else { return }
    try FileManager.default.createSymbolicLink(atPath: folder.appending(path: name).path, withDestinationPath: target)
  }

  private func names(in name: String, of place: URL) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: place.appending(path: name).path)) ?? []
  }
}

extension GitLayout {
  /// A value of the repository's own configuration, as git reads that one file, without the files that it includes.
  /// - Returns: nil when it is not set.
  /// - Throws: `LabError`, `CancellationError`.
  package func setting(_ name: String) async throws -> String? {
    let file = commonFolder.appending(path: "config")
    guard smallText(file) != nil else { return nil }
    // A folder that is no repository: only the named file is read.
    let git = GitRunner(repository: URL(filePath: "/", directoryHint: .isDirectory))
    let words = ["config", "--file", file.path, "--no-includes", "--get", name]
    let answer = try await git.tool(words, to: "read \(file.path)").result()
    return answer.code == 0 ? answer.text.trimmingCharacters(in: .newlines) : nil
  }
}
