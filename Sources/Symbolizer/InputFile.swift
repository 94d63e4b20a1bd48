import Foundation
import Model

/// A file that is read in pieces, and whose bytes nobody vouches for.
final class InputFile: Sendable {
  let path: String
  let size: Int
  private let descriptor: Int32

  /// - Throws: ``RequestError`` when it cannot be read or is not a regular file.
  init(_ path: String) throws(RequestError) {
    // A FIFO would wait for a writer.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw RequestError("cannot read \(path): \(String(cString: strerror(errno)))") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw RequestError("cannot read \(path): it is not a regular file")
    }
    // Absolute, so that no tool can take it for an option.
    self.path = URL(fileURLWithPath: path).standardizedFileURL.path
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// The bytes at a place; nil when the file has not that many there or they are more than `limit`.
  func bytes(at offset: UInt64, count: UInt64, limit: Int = 1 << 28) -> [UInt8]? {
    guard let start = Int(exactly: offset), let count = Int(exactly: count), count <= limit,
      start <= size, count <= size - start
    else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      while used < count {
        let got = pread(descriptor, buffer.baseAddress.map { $0 + used }, count - used, off_t(start + used))
        if got < 0 && errno == EINTR { continue }
        guard got > 0 else { break }
        used += got
      }
    }
    return bytes.count == count ? bytes : nil
  }
}
