import Foundation
import Model
import Storage

/// Type of an entry in a tree.
enum TreeEntry: Hashable {
  case missing
  /// A regular file, with its permission bits.
  case file(mode: mode_t)
  /// Nothing that a patch may touch; the clause follows the path.
  case refused(String)
}

/// Looks at a path component by component, so that no symbolic link leads out of the tree.
///
/// A tree of a stranger must not change while it is looked at: nothing of it may be running.
struct TreePath {
  let tree: URL
  let path: String

  var url: URL { tree.appending(path: path) }

  func look() -> TreeEntry {
    if let fault = Self.fault(path) { return .refused(fault) }
    var place = tree.path
    let parts = path.split(separator: "/")
    for (index, part) in parts.enumerated() {
      place += "/" + part
      var status = stat()
      guard lstat(place, &status) == 0 else {
        return errno == ENOENT ? .missing : .refused("cannot be looked at: \(String(cString: strerror(errno)))")
      }
      let isLast = index == parts.count - 1
      switch status.st_mode & S_IFMT {
      case S_IFLNK: return .refused(isLast ? "is a symbolic link" : "lies beyond the symbolic link \(part)")
      case S_IFDIR: if isLast { return .refused("is a folder") }
      case S_IFREG:
        return isLast ? .file(mode: status.st_mode & 0o777) : .refused("lies below \(part), which is a file")
      default: return .refused("is neither a file nor a folder")
      }
    }
    return .missing
  }

  // Linux's own paths have at most 12 components and 130 bytes. What is much deeper cannot be removed or checked out by
  // tools that hold a path in 4096 bytes, PATH_MAX.
  private static let longest = 1024
  private static let deepest = 64

  // The mail's reader refuses these too, but a series may come from elsewhere.
  private static func fault(_ path: String) -> String? {
    if path.hasPrefix("/") { return "is an absolute path" }
    if path.utf8.count > longest { return "is longer than \(longest) bytes" }
    if path.count(where: { $0 == "/" }) >= deepest { return "lies more than \(deepest - 1) folders deep" }
    if path.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) { return "has control characters" }
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      if part.utf8.count > 255 { return "has a component longer than 255 bytes" }
      if part == ".." { return "leads out of the tree" }
      if part.isEmpty || part == "." { return "has an empty component" }
      if part.lowercased() == ".git" { return "leads into git's own folder" }
    }
    return nil
  }
}

/// Reads a regular file whole, and nothing else: no link, pipe or device.
/// - Throws: ``LabError`` when the disk refuses or the file is larger than `cap` bytes.
func readPlainFile(_ file: URL, cap: Int) throws(LabError) -> [UInt8] {
  let descriptor = open(file.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
  guard descriptor >= 0 else { throw LabError("cannot read \(file.path): \(String(cString: strerror(errno)))") }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw LabError("cannot read \(file.path): it is not a regular file")
  }
  guard Int(status.st_size) <= cap else {
    throw LabError("cannot read \(file.path): it is larger than \(cap >> 20) MiB")
  }
  var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
  var filled = 0
  while filled < bytes.count {
    let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress.map { $0 + filled }, $0.count - filled) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { throw LabError("cannot read \(file.path): \(String(cString: strerror(errno)))") }
    filled += count
  }
  return bytes
}

/// Writes a new file where none may be.
/// - Throws: ``LabError`` when the disk refuses; then nothing is left of it.
func writeNewFile(_ bytes: [UInt8], to file: URL, mode: mode_t) throws(LabError) {
  let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
  guard descriptor >= 0 else { throw LabError("cannot write \(file.path): \(String(cString: strerror(errno)))") }
  var written = 0
  var failure: Int32 = fchmod(descriptor, mode) == 0 ? 0 : errno
  while failure == 0, written < bytes.count {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written) }
    if count >= 0 { written += count } else if errno != EINTR { failure = errno }
  }
  if close(descriptor) != 0, failure == 0 { failure = errno }
  guard failure != 0 else { return }
  unlink(file.path)
  throw LabError("cannot write \(file.path): \(String(cString: strerror(failure)))")
}
