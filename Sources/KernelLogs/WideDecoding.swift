/// Text in UTF-16 or UTF-32 on its way to UTF-8, as Windows' terminal programs, PowerShell's redirection and converters
/// write it.
struct WideDecoding {
  private enum Width: Int { case two = 2, four = 4 }

  private let width: Width
  private let isBigEndian: Bool
  private var unit: UInt32 = 0
  private var unitLength = 0
  private var high: UInt16?
  private var isAtStart = true

  /// As ``LogUnpacking/containers`` has it.
  var name: String { width == .two ? "utf-16" : "utf-32" }

  /// nil when the bytes look like neither: no byte-order mark, and not a zero in nearly every place where ASCII has one.
  init?(start: some Collection<UInt8>) {
    let bytes = Array(start.prefix(512))
    // A mark of UTF-32 begins with one of UTF-16.
    let marks: [([UInt8], Width, Bool)] = [
      ([0xff, 0xfe, 0, 0], .four, false), ([0, 0, 0xfe, 0xff], .four, true), ([0xff, 0xfe], .two, false),
      ([0xfe, 0xff], .two, true),
    ]
    if let mark = marks.first(where: { bytes.starts(with: $0.0) }) {
      (width, isBigEndian) = (mark.1, mark.2)
    } else if let found = Self.zeros(in: bytes, .four) ?? Self.zeros(in: bytes, .two) {
      (width, isBigEndian) = found
    } else {
      return nil
    }
  }

  /// Widths and order by the places of zeros; a dump of zeros has them everywhere.
  private static func zeros(in bytes: [UInt8], _ width: Width) -> (Width, Bool)? {
    let units = bytes.count / width.rawValue
    guard units >= 8 else { return nil }
    let counts = (0..<width.rawValue).map { place in
      (0..<units).count { bytes[$0 * width.rawValue + place] == 0 }
    }
    let isZero = counts.map { $0 * 10 > units * 8 }
    let isText = counts.map { $0 * 8 < units }
    if isText[0], isZero.dropFirst().allSatisfy({ $0 }) { return (width, false) }
    return isText[width.rawValue - 1] && isZero.dropLast().allSatisfy { $0 } ? (width, true) : nil
  }

  mutating func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count / width.rawValue + 4)
    for byte in bytes {
      unit = isBigEndian ? unit << 8 | UInt32(byte) : unit | UInt32(byte) << (8 * UInt32(unitLength))
      unitLength += 1
      guard unitLength == width.rawValue else { continue }
      if unit != 0xfeff || !isAtStart { append(unit, to: &output) }
      (unit, unitLength, isAtStart) = (0, 0, false)
    }
    return output
  }

  private mutating func append(_ unit: UInt32, to output: inout [UInt8]) {
    guard width == .two else { return append(Unicode.Scalar(unit), to: &output) }
    let unit = UInt16(truncatingIfNeeded: unit)
    if let first = high {
      high = nil
      if UTF16.isTrailSurrogate(unit) {
        return append(Unicode.Scalar(0x10000 + UInt32(first & 0x3ff) << 10 + UInt32(unit & 0x3ff)), to: &output)
      }
      append(nil, to: &output)
    }
    if UTF16.isLeadSurrogate(unit) {
      high = unit
    } else {
      append(Unicode.Scalar(unit), to: &output)
    }
  }

  private func append(_ scalar: Unicode.Scalar?, to output: inout [UInt8]) {
    output += Array(String(Character(scalar ?? "\u{fffd}")).utf8)
  }
}
