/// Takes transport damage off a raw line: terminal escapes, control bytes, quoted-printable, foreign blanks.
struct LineDecoder: Sendable {
  /// The input was seen to be quoted-printable, so that `=3D` is an equals sign.
  private(set) var isQuotedPrintable = false

  mutating func decode(_ raw: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var bytes = [UInt8](raw)
    if bytes[...].index(of: UInt8(ascii: "=")) != nil { decodeQuotedPrintable(&bytes) }
    if Self.hasControls(bytes) { Self.removeControls(&bytes) }
    return bytes
  }

  /// Looks at every byte, because without an early end the compiler takes many at once.
  private static func hasControls(_ bytes: [UInt8]) -> Bool {
    var marks: UInt8 = 0
    for byte in bytes { marks |= (byte < 0x20 ? 1 : 0) | (byte >= 0xc2 ? 1 : 0) }
    return marks != 0
  }

  /// Source: RFC 2045, section 6.7.
  private mutating func decodeQuotedPrintable(_ bytes: inout [UInt8]) {
    let text = bytes[...]
    // A lone `=20` could be a register's value; these can't.
    if text.contains("=C2=A0") || text.contains("=3D") || text.contains("=E2=80") { isQuotedPrintable = true }
    guard isQuotedPrintable else { return }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "="), index + 2 < bytes.count,
        let high = bytes[index + 1].quotedDigit, let low = bytes[index + 2].quotedDigit
      {
        output.append(high << 4 | low)
        index += 3
      } else {
        output.append(bytes[index])
        index += 1
      }
    }
    bytes = output
  }

  private static func removeControls(_ bytes: inout [UInt8]) {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case 0x09: output.append(0x20)
      case 0x1b: index = skipEscape(bytes, index)
      case 0x01:
        // A raw printk level (KERN_SOH of include/linux/kern_levels.h) is this byte and one more.
        if index < bytes.count, bytes[index].isDigit || bytes[index] == UInt8(ascii: "c") { index += 1 }
      case 0..<0x20: break
      case 0xc2 where index < bytes.count && bytes[index] == 0xa0:
        output.append(0x20)
        index += 1
      default: output.append(byte)
      }
    }
    bytes = output
  }

  /// The index after an ANSI sequence whose escape byte stands before `start`.
  private static func skipEscape(_ bytes: [UInt8], _ start: Int) -> Int {
    guard start < bytes.count else { return start }
    guard bytes[start] == UInt8(ascii: "[") else { return start + 1 }
    var index = start + 1
    while index < bytes.count, bytes[index] < 0x40 { index += 1 }
    return min(index + 1, bytes.count)
  }
}

extension UInt8 {
  /// A digit of quoted-printable, which has no lower case.
  fileprivate var quotedDigit: UInt8? { isDigit || isUpper ? hexDigit : nil }
}
