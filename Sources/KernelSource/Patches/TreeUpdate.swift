import Foundation
import Model
import Storage

/// Brings what changed on the bench into the tree, all of it or nothing.
///
/// All new files are written beside their places first; then only renames are left, which are undone in reverse when
/// one fails. Files are replaced and not written to, so that a tree made of hard links spares what it shares.
struct TreeUpdate {
  private struct Change {
    var path: String
    /// The new content's temporary place; nil when the file goes away.
    var draft: URL?
    /// Temporary path of the old file; nil when there is none.
    var backup: URL?
  }

  private let bench: Workbench
  private let mark = ".zlab-\(UUID().uuidString.prefix(8))"
  private var changes: [Change] = []
  private var newFolders: [URL] = []

  init(_ bench: Workbench) { self.bench = bench }

  /// - Throws: ``LabError`` when the disk refuses; then the tree is as it was.
  mutating func run() throws(LabError) {
    do throws(LabError) {
      for path in bench.originals.keys.sorted() { try draft(path) }
    } catch {
      dropDrafts()
      throw error
    }
    try swap()
    for change in changes {
      if let backup = change.backup { unlink(backup.path) }
      if change.draft == nil { removeEmptyFolders(above: change.path) }
    }
  }

  private mutating func draft(_ path: String) throws(LabError) {
    let bytes = try bench.bytes(path, in: bench.files)
    let mode = bench.mode(path, in: bench.files) ?? 0o644
    let place = TreePath(tree: bench.tree, path: path)
    var old: (bytes: [UInt8], mode: mode_t)?
    if case .file(let mode) = place.look() { old = (try readPlainFile(place.url, cap: SourceText.byteCap), mode) }
    guard let bytes else {
      if old != nil { changes.append(Change(path: path, draft: nil, backup: sibling(place.url, "old"))) }
      return
    }
    let isExecutable = mode & 0o100 != 0
    if let old, old.bytes == bytes, (old.mode & 0o100 != 0) == isExecutable { return }
    try makeFolders(above: path)
    let draft = sibling(place.url, "new")
    // git knows no bits but this one, so the others stay.
    let kept = old.flatMap { ($0.mode & 0o100 != 0) == isExecutable ? $0.mode : nil }
    try writeNewFile(bytes, to: draft, mode: kept ?? (isExecutable ? 0o755 : 0o644))
    changes.append(Change(path: path, draft: draft, backup: old == nil ? nil : sibling(place.url, "old")))
  }

  // The name is short whatever the file's is, so that it never exceeds what a folder can hold.
  private func sibling(_ file: URL, _ suffix: String) -> URL {
    file.deletingLastPathComponent().appending(path: "\(mark)-\(changes.count)-\(suffix)")
  }

  private mutating func makeFolders(above path: String) throws(LabError) {
    var folder = bench.tree
    for part in path.split(separator: "/").dropLast() {
      folder.append(path: String(part))
      if mkdir(folder.path, 0o755) == 0 {
        newFolders.append(folder)
      } else if errno != EEXIST {
        throw LabError("cannot create \(folder.path): \(String(cString: strerror(errno)))")
      }
    }
  }

  private func swap() throws(LabError) {
    for (index, change) in changes.enumerated() {
      let place = bench.tree.appending(path: change.path)
      if let backup = change.backup, rename(place.path, backup.path) != 0 {
        let failure = errno
        undo(changes[..<index])
        throw refusal(change, failure)
      }
      if let draft = change.draft, rename(draft.path, place.path) != 0 {
        let failure = errno
        if let backup = change.backup { rename(backup.path, place.path) }
        undo(changes[..<index])
        throw refusal(change, failure)
      }
    }
  }

  private func refusal(_ change: Change, _ code: Int32) -> LabError {
    LabError("cannot replace \(change.path) in \(bench.tree.path): \(String(cString: strerror(code)))")
  }

  private func undo(_ done: ArraySlice<Change>) {
    for change in done.reversed() {
      let place = bench.tree.appending(path: change.path)
      if let backup = change.backup { rename(backup.path, place.path) } else { unlink(place.path) }
    }
    dropDrafts()
  }

  private func dropDrafts() {
    for change in changes { if let draft = change.draft { unlink(draft.path) } }
    for folder in newFolders.reversed() { rmdir(folder.path) }
  }

  // As git does, which knows no empty folders.
  private func removeEmptyFolders(above path: String) {
    var parts = path.split(separator: "/").dropLast()
    while !parts.isEmpty, rmdir(bench.tree.appending(path: parts.joined(separator: "/")).path) == 0 {
      parts.removeLast()
    }
  }
}
