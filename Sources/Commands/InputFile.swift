import Foundation
import Model

/// Reads a file, a FIFO, or standard input for `-`, so that a cancellation of the task ends it within 100 ms.
///
/// A read that waits for a writer would ignore the first SIGINT and SIGTERM, which only cancel.
/// - Parameters:
///   - limit: bytes after which it stops.
///   - name: of the file, for errors.
/// - Throws: `RequestError` when it cannot be read, `CancellationError`.
func readInput(_ path: String, limit: Int, as name: String) throws -> [UInt8] {
  // Without O_NONBLOCK the opening of a FIFO waits for a writer.
  let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  func unreadable() -> RequestError { RequestError("cannot read \(name): \(String(cString: strerror(errno)))") }
  guard descriptor >= 0 else { throw unreadable() }
  defer { if descriptor != STDIN_FILENO { close(descriptor) } }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while bytes.count < limit {
    try Task.checkCancellation()
    // POLLHUP comes when a writer has come and gone, not before the first one.
    var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&ready, 1, 100) > 0 else { continue }
    let count = read(descriptor, &buffer, min(buffer.count, limit - bytes.count))
    if count < 0, errno == EINTR || errno == EAGAIN { continue }
    guard count >= 0 else { throw unreadable() }
    guard count > 0 else { break }
    bytes += buffer[..<count]
  }
  return bytes
}
