import Glibc

/// The newest text of a log, of which lines can be had by their numbers.
struct TextWindow {
  private let limit: Int
  private var bytes: [UInt8] = []
  /// Number of the first line in `bytes`.
  private var firstLine = 1
  /// Offsets of the lines in `bytes`; nil until somebody asks.
  private var starts: [Int]?

  /// - Parameter limit: bytes that are kept; twice as many while text arrives.
  init(limit: Int) { self.limit = limit }

  mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
    bytes.append(contentsOf: text)
    starts = nil
  }

  /// Gives up the oldest lines.
  mutating func trim() {
    guard bytes.count > 2 * limit else { return }
    let end = bytes.count - limit
    guard let cut = bytes[..<end].lastIndex(of: 0x0a).map({ $0 + 1 }) else { return }
    firstLine += Self.newlines(bytes[..<cut]).count
    bytes.removeFirst(cut)
    starts = nil
  }

  /// Lines by number, as far as they are still there.
  mutating func lines(_ range: ClosedRange<Int>) -> ArraySlice<UInt8> {
    if starts == nil { starts = [0] + Self.newlines(bytes[...]).map { $0 + 1 } }
    let starts = starts ?? [0]
    let first = max(0, range.lowerBound - firstLine)
    let end = range.upperBound - firstLine + 1
    guard end > first, first < starts.count else { return [] }
    return bytes[starts[first]..<(end < starts.count ? starts[end] : bytes.count)]
  }

  private static func newlines(_ bytes: ArraySlice<UInt8>) -> [Int] {
    var places: [Int] = []
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var offset = 0
      while offset < buffer.count, let hit = memchr(base + offset, 0x0a, buffer.count - offset) {
        let place = UnsafeRawPointer(hit) - UnsafeRawPointer(base)
        places.append(bytes.startIndex + place)
        offset = place + 1
      }
    }
    return places
  }
}
