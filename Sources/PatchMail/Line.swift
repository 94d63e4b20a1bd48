extension UInt8 {
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let tab: UInt8 = 0x09
  static let space: UInt8 = 0x20
  static let plus: UInt8 = 0x2B
  static let minus: UInt8 = 0x2D
  static let quoteMark: UInt8 = 0x3E
  static let at: UInt8 = 0x40
  static let backslash: UInt8 = 0x5C

  var isDigit: Bool { 0x30...0x39 ~= self }
  var isBlank: Bool { self == .space || self == .tab || self == .carriageReturn }
}

/// One line of a mail without its line end, which remembers where it stood.
struct Line: Sendable, Hashable {
  var bytes: ArraySlice<UInt8>
  /// 1-based.
  var number: Int
  /// True if lines of other people's were left out directly before it.
  var followsGap = false

  var text: String { String(decoding: bytes, as: UTF8.self) }
  var isBlank: Bool { bytes.allSatisfy(\.isBlank) }

  static func split(_ bytes: ArraySlice<UInt8>) -> [Line] {
    var lines: [Line] = []
    bytes.withUnsafeBufferPointer { buffer in
      var start = 0
      for index in 0..<buffer.count where buffer[index] == .lineFeed {
        lines.append(Line(bytes: bytes[bytes.startIndex + start..<bytes.startIndex + index], number: lines.count + 1))
        start = index + 1
      }
      if start < buffer.count {
        lines.append(Line(bytes: bytes[(bytes.startIndex + start)...], number: lines.count + 1))
      }
    }
    return withoutTransportEnds(lines, isLastCut: bytes.last != .lineFeed)
  }

  /// The lines without the CR of a transport's line ends, when every line has it.
  ///
  /// A patch of a DOS file has both kinds. The last line can lack its end when it `isLastCut`.
  static func withoutTransportEnds(_ lines: [Line], isLastCut: Bool = false) -> [Line] {
    let whole = isLastCut ? lines.dropLast() : lines[...]
    guard !whole.isEmpty, whole.allSatisfy({ $0.bytes.last == .carriageReturn }) else { return lines }
    return lines.map { line in
      line.bytes.last == .carriageReturn ? Line(bytes: line.bytes.dropLast(), number: line.number) : line
    }
  }
}

extension ArraySlice<UInt8> {
  func hasPrefix(_ text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount, text.hasPointerRepresentation else { return false }
    for offset in 0..<text.utf8CodeUnitCount where self[startIndex + offset] != text.utf8Start[offset] { return false }
    return true
  }

  var trimmedEnd: ArraySlice<UInt8> {
    var end = endIndex
    while end > startIndex, self[end - 1].isBlank { end -= 1 }
    return self[startIndex..<end]
  }

  /// Number of leading spaces.
  var leadingSpaces: Int {
    var index = startIndex
    while index < endIndex, self[index] == .space { index += 1 }
    return index - startIndex
  }

  /// The columns that it takes on a terminal, to within its non-ASCII characters.
  var columns: Int {
    var column = 0
    for byte in self { column = byte == .tab ? (column / 8 + 1) * 8 : column + (byte & 0xC0 == 0x80 ? 0 : 1) }
    return column
  }
}
