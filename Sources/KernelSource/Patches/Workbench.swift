import Foundation
import Model
import Storage

/// A folder of ours with the files that a series touches and nothing else, where git works on them.
///
/// What git sees is plain files that we put there, so no link, attribute or setting of the tree has a say.
struct Workbench {
  // Above any series; a hostile one could name the tree's largest files again and again.
  private static let totalCap = 1 << 30

  let root: URL
  let tree: URL
  /// The state of the files after the patches so far.
  var files: URL { root.appending(path: "files") }
  /// Every path that was asked for, and what the tree has there.
  private(set) var originals: [String: TreeEntry] = [:]
  private var total = 0

  /// - Throws: ``LabError`` when the temporary folder cannot be made.
  init(for tree: URL) throws(LabError) {
    self.tree = tree
    let place = FileManager.default.temporaryDirectory
    var template = Array(place.appending(path: "zlab-apply-XXXXXX").path.utf8CString)
    guard let made = mkdtemp(&template) else {
      throw LabError("cannot make a folder in \(place.path): \(String(cString: strerror(errno)))")
    }
    root = URL(filePath: String(cString: made), directoryHint: .isDirectory)
    try makeFolder(files)
  }

  func remove() { try? FileManager.default.removeItem(at: root) }

  /// Brings a file in, unless it was before; returns what the tree has there.
  /// - Throws: ``LabError`` when the disk refuses.
  mutating func bring(_ path: String) throws(LabError) -> TreeEntry {
    if let known = originals[path] { return known }
    let place = TreePath(tree: tree, path: path)
    var entry = place.look()
    if case .file(let mode) = entry {
      let size = (try? FileManager.default.attributesOfItem(atPath: place.url.path))?[.size] as? Int ?? 0
      if size > SourceText.byteCap {
        entry = .refused("is larger than \(SourceText.byteCap >> 20) MiB")
      } else if total + size > Self.totalCap {
        entry = .refused("is one file too many: together they are larger than \(Self.totalCap >> 20) MiB")
      } else {
        total += size
        try put(try readPlainFile(place.url, cap: SourceText.byteCap), mode: mode, at: path, in: files)
      }
    }
    originals[path] = entry
    return entry
  }

  /// A file's bytes as the patches so far have left it; nil when it is not there.
  func bytes(_ path: String, in folder: URL) throws(LabError) -> [UInt8]? {
    guard mode(path, in: folder) != nil else { return nil }
    return try readPlainFile(folder.appending(path: path), cap: Self.totalCap)
  }

  /// The permission bits of a file on the bench; nil when it is not there.
  func mode(_ path: String, in folder: URL) -> mode_t? {
    guard case .file(let mode) = TreePath(tree: folder, path: path).look() else { return nil }
    return mode
  }

  /// Writes a file of the bench anew.
  func put(_ bytes: [UInt8], mode: mode_t, at path: String, in folder: URL) throws(LabError) {
    let file = folder.appending(path: path)
    try makeFolder(file.deletingLastPathComponent())
    unlink(file.path)
    try writeNewFile(bytes, to: file, mode: mode | 0o600)
  }
}
