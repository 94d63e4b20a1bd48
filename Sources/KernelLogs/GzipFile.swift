import CCompression
import Glibc
package import Model

/// Compresses a file as gzip (RFC 1952) at zlib's fastest level.
/// - Parameter target: made, or emptied.
/// - Throws: `LabError` when either file refuses.
package func gzipFile(_ source: String, to target: String) throws(LabError) {
  let input = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
  guard input >= 0 else { throw LabError("cannot read \(source): \(String(cString: strerror(errno)))") }
  defer { close(input) }
  guard let output = gzopen(target, "wb1") else {
    throw LabError("cannot write \(target): \(String(cString: strerror(errno)))")
  }
  var buffer = [UInt8](repeating: 0, count: pieceSize)
  while true {
    let count = read(input, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    if count == 0 { break }
    guard count > 0, gzwrite(output, buffer, UInt32(count)) == count else {
      let problem = String(cString: strerror(errno))
      gzclose(output)
      throw LabError("cannot compress \(source) to \(target): \(problem)")
    }
  }
  guard gzclose(output) == Z_OK else {
    throw LabError("cannot write \(target): \(String(cString: strerror(errno)))")
  }
}

/// Decompresses a gzip file that somebody else wrote.
///
/// - Parameters:
///   - descriptor: of the compressed file; stays open.
///   - name: of the compressed file, for errors.
///   - target: made anew; what is there is not overwritten.
///   - limit: bytes that may come out.
/// - Throws: `RequestError` for a file that is no gzip, is cut or damaged, or beyond the limit; `LabError` when the target
///   cannot be written.
package func gunzipFile(_ descriptor: Int32, named name: String, to target: String, limit: Int) throws {
  let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
  guard copy >= 0, let input = gzdopen(copy, "rb") else {
    throw LabError("cannot read \(name): \(String(cString: strerror(errno)))")
  }
  var isOpen = true
  defer { if isOpen { gzclose(input) } }
  let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
  guard output >= 0 else { throw LabError("cannot write \(target): \(String(cString: strerror(errno)))") }
  defer { close(output) }
  var buffer = [UInt8](repeating: 0, count: pieceSize)
  var total = 0
  while true {
    let count = Int(gzread(input, &buffer, UInt32(buffer.count)))
    guard count >= 0, gzdirect(input) == 0 else { throw RequestError("\(name) is no gzip file, or is damaged") }
    if count == 0 { break }
    total += count
    guard total <= limit else { throw RequestError("\(name) holds more than \(limit >> 20) MiB") }
    var place = 0
    while place < count {
      let written = buffer.withUnsafeBytes { write(output, $0.baseAddress! + place, count - place) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw LabError("cannot write \(target): \(String(cString: strerror(errno)))") }
      place += written
    }
  }
  isOpen = false
  // Tells a file that was cut in the middle of a stream (Z_BUF_ERROR).
  guard gzclose(input) == Z_OK else { throw RequestError("\(name) is cut") }
}

private let pieceSize = 256 << 10
