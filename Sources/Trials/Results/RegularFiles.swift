import Foundation
import Model
import Storage

/// Reader of files below a folder that somebody else filled: no link is followed below it, and only regular files are
/// opened.
struct RegularFiles {
  private let root: String

  /// - Parameter root: the folder, which the user named and which may be a link itself.
  init(below root: String) { self.root = root }

  /// Opens a file for the time of `body`, which gets its descriptor and size.
  /// - Parameter name: relative, of plain components.
  /// - Throws: `RequestError` when it is missing or no regular file; what `body` throws.
  func with<Value>(_ name: String, _ body: (Int32, Int) throws -> Value) throws -> Value {
    let parts = name.split(separator: "/").map(String.init)
    var folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if folder >= 0 { close(folder) } }
    for part in parts.dropLast() where folder >= 0 {
      let next = openat(folder, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      let code = errno
      close(folder)
      folder = next
      errno = code
    }
    // Not blocking, so that a FIFO is told by fstat(2) instead of waited for.
    let file = folder < 0 ? -1 : openat(folder, parts.last ?? "", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
      throw RequestError("cannot read \(root)/\(name): \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw RequestError("\(root)/\(name) is no regular file")
    }
    return try body(file, Int(status.st_size))
  }

  /// The whole file.
  /// - Throws: `RequestError` also for more bytes than `limit`.
  func data(_ name: String, limit: Int) throws -> Data {
    try with(name) { file, size in
      guard size <= limit else { throw RequestError("\(root)/\(name) exceeds \(limit >> 10) KiB") }
      let handle = FileHandle(fileDescriptor: file, closeOnDealloc: false)
      do { return try handle.read(upToCount: limit) ?? Data() } catch {
        throw RequestError("cannot read \(root)/\(name): \(reason(error))")
      }
    }
  }

  /// Copies a file; its holes stay holes where the file system can.
  /// - Returns: its size in bytes.
  /// - Throws: `RequestError` also for more bytes than `limit`; `LabError` when the target cannot be written.
  func copy(_ name: String, to target: String, limit: Int) throws -> Int {
    try with(name) { file, size in
      guard size <= limit else {
        throw RequestError(
          "\(root)/\(name): files of the trial exceed what it may leave by \((size - limit) >> 10) KiB")
      }
      let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
      guard output >= 0 else { throw LabError("cannot write \(target): \(String(cString: strerror(errno)))") }
      defer { close(output) }
      var left = size
      while left > 0 {
        let count = sendfile(output, file, nil, min(left, 1 << 24))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          if count == 0 { throw RequestError("\(root)/\(name) was cut while it was read") }
          throw LabError("cannot write \(target): \(String(cString: strerror(errno)))")
        }
        left -= count
      }
      return size
    }
  }
}

/// Writes a file that is whole or not there, and on the disk when this returns.
/// - Throws: `LabError` when the disk refuses.
func writeDurably(_ data: Data, to path: String) throws {
  let draft = "\(path).draft-\(getpid())-\(UInt32.random(in: .min ... .max))"
  do {
    try data.write(to: URL(fileURLWithPath: draft))
    try flush(draft)
  } catch {
    unlink(draft)
    throw (error as? LabError) ?? LabError("cannot write \(path): \(reason(error))")
  }
  guard rename(draft, path) == 0 else {
    throw LabError("cannot rename \(draft) to \(path): \(String(cString: strerror(errno)))")
  }
  try flush((path as NSString).deletingLastPathComponent)
}

/// Waits until the disk has a file or folder.
/// - Throws: `LabError` when it refuses.
func flush(_ path: String) throws(LabError) {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  defer { if descriptor >= 0 { close(descriptor) } }
  guard descriptor >= 0, fsync(descriptor) == 0 else {
    throw LabError("cannot write \(path) to the disk: \(String(cString: strerror(errno)))")
  }
}

/// JSON with its keys in order.
func encoded(_ value: some Encodable) throws -> Data {
  let encoder = JSONEncoder()
  encoder.dateEncodingStrategy = .iso8601
  encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
  return try encoder.encode(value) + Data("\n".utf8)
}

/// Reads what ``encoded(_:)`` wrote.
/// - Throws: `RequestError` naming the file.
func decoded<Value: Decodable>(_ type: Value.Type, _ data: Data, _ name: String) throws(RequestError) -> Value {
  let decoder = JSONDecoder()
  decoder.dateDecodingStrategy = .iso8601
  do { return try decoder.decode(type, from: data) } catch {
    throw RequestError("\(name) is damaged, or was written by another version of zlab")
  }
}
