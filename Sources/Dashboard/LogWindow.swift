import Foundation

/// Some lines of a console's log, read without holding more of it than is shown.
package struct LogWindow: Sendable {
  package struct Line: Sendable {
    /// 1-based, in the log.
    package let number: Int
    /// Lines of the window.
    package let text: String
  }

  package private(set) var lines: [Line] = []
  /// Lines in the whole log.
  package private(set) var total = 0

  /// Bytes of a line that are shown.
  static let widest = 2000

  /// - Parameters:
  ///   - first: the number of the first line that is wanted, from 1.
  ///   - most: lines.
  /// - Throws: what the system says of a log that cannot be read; a link is not followed.
  package init(_ path: String, from first: Int, most: Int) throws(Failure) {
    let descriptor = try openLog(path)
    defer { close(descriptor) }
    var (held, length): ([UInt8], Int) = ([], 0)
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { break }
      take(buffer[..<count], &held, &length, first, most)
    }
    if length > 0 { end(held, length, first, most) }
  }

  package struct Failure: Error {
    package let text: String

    init(_ number: Int32) { text = String(cString: strerror(number)) }
  }

  private mutating func take(
    _ bytes: ArraySlice<UInt8>, _ held: inout [UInt8], _ length: inout Int, _ first: Int, _ most: Int
  ) {
    var rest = bytes
    while !rest.isEmpty {
      let feed = rest.withUnsafeBufferPointer { $0.firstIndex(of: UInt8(ascii: "\n")) }
      let piece = rest.prefix(feed ?? rest.count)
      let isWanted = total + 1 >= first && lines.count < most
      if isWanted, held.count < Self.widest { held += piece.prefix(Self.widest - held.count) }
      length += piece.count
      guard let feed else { return }
      end(held, length, first, most)
      (held, length) = ([], 0)
      rest = rest.dropFirst(feed + 1)
    }
  }

  private mutating func end(_ held: [UInt8], _ length: Int, _ first: Int, _ most: Int) {
    total += 1
    guard total >= first, lines.count < most else { return }
    var text = String(decoding: held, as: UTF8.self)
    while text.utf8.last == UInt8(ascii: "\r") { text.unicodeScalars.removeLast() }
    if length > Self.widest { text += " [and \(length - held.count) bytes more]" }
    lines.append(Line(number: total, text: text))
  }
}

// A link is not followed, and nothing but a file is read.
private func openLog(_ path: String) throws(LogWindow.Failure) -> Int32 {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
  guard descriptor >= 0 else { throw LogWindow.Failure(errno) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    close(descriptor)
    throw LogWindow.Failure(EINVAL)
  }
  return descriptor
}

/// The bytes of a log.
/// - Parameter most: bytes that are read.
/// - Throws: as ``LogWindow``.
func rawLog(_ path: String, most: Int) throws(LogWindow.Failure) -> [UInt8] {
  let descriptor = try openLog(path)
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 20)
  while bytes.count < most {
    let count = read(descriptor, &buffer, min(buffer.count, most - bytes.count))
    guard count > 0 else { break }
    bytes += buffer[..<count]
  }
  return bytes
}
