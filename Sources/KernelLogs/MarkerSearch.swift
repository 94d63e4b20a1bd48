import CCompression

/// Finds the lines of a text that have a marker, however the text is cut.
struct MarkerSearch {
  private let marker: [UInt8]
  /// The last bytes of what went by, in which a marker can have begun.
  private var tail: [UInt8] = []
  /// The line that is going by has the marker.
  private(set) var isOnMarkedLine = false
  private(set) var wasFound = false

  /// - Parameter marker: not empty.
  init(_ marker: String) { self.marker = Array(marker.utf8) }

  /// Hands the text on in pieces, each with whether it ends a line that has the marker.
  mutating func pass(_ text: UnsafeBufferPointer<UInt8>, to sink: (UnsafeBufferPointer<UInt8>, Bool) -> Void) {
    var rest = text
    while !rest.isEmpty {
      guard isOnMarkedLine || find(in: &rest, to: sink) else { return }
      guard let end = rest.firstIndex(of: 0x0a) else {
        sink(rest, false)
        return
      }
      wasFound = true
      isOnMarkedLine = false
      sink(UnsafeBufferPointer(rebasing: rest[...end]), true)
      rest = UnsafeBufferPointer(rebasing: rest[(end + 1)...])
    }
  }

  /// True if a marker ends in the rest, which begins behind it then; else all of the rest has been handed on.
  private mutating func find(
    in rest: inout UnsafeBufferPointer<UInt8>, to sink: (UnsafeBufferPointer<UInt8>, Bool) -> Void
  ) -> Bool {
    // A marker that began in an earlier piece.
    let seam = tail + rest.prefix(marker.count - 1)
    if !tail.isEmpty, let hit = Self.index(of: marker, in: seam), hit < tail.count {
      tail = []
      isOnMarkedLine = true
      wasFound = true
      return true
    }
    let hit = rest.baseAddress.flatMap { log_find($0, rest.count, marker, marker.count) }
    guard let hit else {
      tail = Array((tail + rest.suffix(marker.count - 1)).suffix(marker.count - 1))
      sink(rest, false)
      return false
    }
    let end = hit - UnsafeRawPointer(rest.baseAddress!) + marker.count
    sink(UnsafeBufferPointer(rebasing: rest[..<end]), false)
    rest = UnsafeBufferPointer(rebasing: rest[end...])
    tail = []
    isOnMarkedLine = true
    wasFound = true
    return true
  }

  private static func index(of needle: [UInt8], in text: [UInt8]) -> Int? {
    guard text.count >= needle.count else { return nil }
    return (0...(text.count - needle.count)).first { text[$0...].starts(with: needle) }
  }
}
