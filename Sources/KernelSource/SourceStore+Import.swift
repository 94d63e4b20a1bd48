import Foundation
import HostTools
import Model
import Storage

extension SourceStore {
  /// A tar archive's tree.
  func tarballTree(_ file: URL, _ progress: (String) -> Void) async throws -> SourceTree {
    let sum = try await sha256(ofFile: file)
    return try await imported(sum, file.path) { _ in
      progress("unpacking \(file.lastPathComponent)")
      return file
    }
  }

  /// A folder's tree. In a git checkout, what `.gitignore` names and git does not track stays out: a build may have left
  /// its products there. Files of nested repositories are files like others.
  ///
  /// Elsewhere nothing is left out: Debian's source package comes with a `.gitignore` that names everything.
  /// The index is kept, so that only files whose times changed are read again.
  func folderTree(_ folder: URL, _ progress: (String) -> Void) async throws -> SourceTree {
    let name = try await sha256(ofText: folder.path)
    try makeFolder(place.appending(path: "known"))
    let index = place.appending(path: "known/\(name).index").path
    let lock = try await FileLock.waiting(for: index + ".user")
    try? FileManager.default.removeItem(atPath: index + ".lock")
    progress("reading \(folder.path)")
    let isCheckout = GitLayout(at: folder)?.workTree != nil
    let id = try await writtenTree(of: folder, index: index, honorsIgnores: isCheckout)
    _ = consume lock
    return SourceTree(id: id, origin: folder.path)
  }

  /// Writes a folder's files into the store.
  func writtenTree(of folder: URL, index: String, honorsIgnores: Bool) async throws -> String {
    let snapshot = FolderSnapshot(folder: folder, repository: repository, keepsLinks: false) { arguments, purpose in
      git(arguments, workTree: folder, index: index, to: purpose)
    }
    return try await snapshot.write(honorsIgnores: honorsIgnores)
  }

  /// Unpacks an archive and writes its tree, once for each checksum.
  func imported(_ sum: String, _ origin: String, archive: (URL) async throws -> URL) async throws -> SourceTree {
    let known = place.appending(path: "known")
    try makeFolder(known, advice: "Set ZLAB_HOME to move the cache.")
    let lock = try await FileLock.waiting(for: known.appending(path: sum + ".lock").path)
    let tree: SourceTree
    if let noted = try await knownTree(sum, origin) {
      tree = noted
    } else {
      tree = SourceTree(id: try await unpackedTree(sum, origin, archive), origin: origin)
      try await reportingDisk("keep \(origin)") { try Data(tree.id.utf8).write(to: note(sum), options: .atomic) }
    }
    _ = consume lock
    return tree
  }

  /// The tree of an archive that was unpacked before; nil when it was not.
  func knownTree(_ sum: String, _ origin: String) async throws -> SourceTree? {
    guard let noted = try? String(contentsOf: note(sum), encoding: .utf8), noted.utf8.count == 40,
      try await has(noted)
    else { return nil }
    return SourceTree(id: noted, origin: origin)
  }

  private func note(_ sum: String) -> URL { place.appending(path: "known/\(sum).tree") }

  private func has(_ tree: String) async throws -> Bool {
    try await git(["cat-file", "-e", tree + "^{tree}"], to: "look for a source").result().code == 0
  }

  private func unpackedTree(_ sum: String, _ origin: String, _ archive: (URL) async throws -> URL) async throws
    -> String
  {
    // Left by a process that was killed: the lock is ours, so nobody uses it.
    let draft = place.appending(path: "unpacked-\(sum)")
    try? FileManager.default.removeItem(at: draft)
    defer { try? FileManager.default.removeItem(at: draft) }
    let tree = draft.appending(path: "tree")
    try makeFolder(tree, advice: "Set ZLAB_HOME to move the cache.")
    let file = try await archive(draft)
    try await Tarball(file).unpack(into: tree, to: "unpack \(origin)")
    return try await writtenTree(of: tree, index: draft.appending(path: "index").path, honorsIgnores: false)
  }
}
