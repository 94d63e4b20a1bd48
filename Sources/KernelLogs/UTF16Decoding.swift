/// Text in UTF-16 on its way to UTF-8, as Windows' terminal programs and PowerShell's redirection write it.
struct UTF16Decoding {
  private let isBigEndian: Bool
  private var odd: UInt8?
  private var high: UInt16?
  private var isAtStart = true

  /// nil when the bytes do not look like UTF-16: no byte-order mark, and not a zero in nearly every second byte.
  init?(start: some Collection<UInt8>) {
    let bytes = Array(start.prefix(512))
    if bytes.starts(with: [0xff, 0xfe]) {
      isBigEndian = false
    } else if bytes.starts(with: [0xfe, 0xff]) {
      isBigEndian = true
    } else {
      let pairs = bytes.count / 2
      guard pairs >= 8 else { return nil }
      let first = stride(from: 0, to: pairs * 2, by: 2).count { bytes[$0] == 0 }
      let second = stride(from: 1, to: pairs * 2, by: 2).count { bytes[$0] == 0 }
      // A dump of zeros has them on both sides.
      guard first * 8 < pairs && second * 10 > pairs * 8 || second * 8 < pairs && first * 10 > pairs * 8 else {
        return nil
      }
      isBigEndian = first > second
    }
  }

  mutating func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count / 2 + 4)
    for byte in bytes {
      guard let first = odd else {
        odd = byte
        continue
      }
      odd = nil
      append(isBigEndian ? UInt16(first) << 8 | UInt16(byte) : UInt16(byte) << 8 | UInt16(first), to: &output)
    }
    return output
  }

  private mutating func append(_ unit: UInt16, to output: inout [UInt8]) {
    defer { isAtStart = false }
    if unit == 0xfeff, isAtStart { return }
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
