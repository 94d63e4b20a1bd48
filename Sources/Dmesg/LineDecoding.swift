/// Takes transport damage off a raw line: terminal escapes, control bytes, quoted-printable, foreign blanks.
struct LineDecoder: Sendable {
  /// The input was seen to be quoted-printable, so that `=3D` is an equals sign.
  private(set) var isQuotedPrintable = false

  /// The line, kept by the store.
  mutating func decode(_ raw: UnsafeBufferPointer<UInt8>, into store: LineStore) -> Bytes {
    let line = Bytes(raw)
    let isEncoded = line.index(of: UInt8(ascii: "=")) != nil
    let hasControls = Self.hasControls(raw)
    // Nearly every line.
    guard isEncoded || hasControls else { return store.keep(raw) }
    var bytes = [UInt8](raw)
    if isEncoded {
      // Outlook's line feeds are encoded ones, and the real ones soft breaks.
      if line.hasSuffix("=0A=") { bytes.removeLast() }
      removeEncodedBlank(&bytes)
      decodeQuotedPrintable(&bytes)
    }
    if Self.hasControls(bytes) {
      Self.removeControls(&bytes)
      CodePage.restoreBrackets(&bytes)
    }
    return store.keep(bytes)
  }

  /// A blank at the end of a line has to be encoded; behind a name `=20` is that name's value.
  private func removeEncodedBlank(_ bytes: inout [UInt8]) {
    while bytes.withBytes({ $0.hasSuffix("=20") || $0.hasSuffix("=09") }) {
      if let name = bytes.dropLast(3).last, name.isLetter || name.isDigit || name == UInt8(ascii: "_") { return }
      bytes.removeLast(3)
    }
  }

  /// Looks at every byte, because without an early end the compiler takes many at once.
  private static func hasControls(_ bytes: some Sequence<UInt8>) -> Bool {
    var marks: UInt8 = 0
    for byte in bytes { marks |= (byte < 0x20 ? 1 : 0) | (byte & 0x80) }
    return marks != 0
  }

  /// Source: RFC 2045, section 6.7.
  private mutating func decodeQuotedPrintable(_ bytes: inout [UInt8]) {
    // A lone `=20` could be a register's value; these can't.
    let isSure = bytes.withBytes { text in
      text.contains("=C2=A0") || text.contains("=3D") || text.contains("=E2=80") || text.hasSuffix("=0A")
    }
    if isSure { isQuotedPrintable = true }
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

  /// A terminal's and a mail's view of the bytes: escapes and controls gone, foreign blanks made plain ones.
  static func removeControls(_ bytes: inout [UInt8]) {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte >= 0x80 {
        index += bytes.withBytes { appendCharacter($0[index...], to: &output) }
        continue
      }
      index += 1
      switch byte {
      case 0x09: output.append(0x20)
      case 0x1b: index = skipEscape(bytes, index)
      case 0x01:
        // A raw printk level (KERN_SOH of include/linux/kern_levels.h) is this byte and one more.
        if index < bytes.count, bytes[index].isDigit || bytes[index] == UInt8(ascii: "c") { index += 1 }
      case 0..<0x20, 0x7f: break
      default: output.append(byte)
      }
    }
    bytes = output
  }

  /// Appends what stands at the front and returns how many bytes that was.
  ///
  /// A byte that is no UTF-8 is taken for Latin-1 where it is a blank or one of the characters that code pages make of
  /// brackets; others stay.
  private static func appendCharacter(_ bytes: Bytes, to output: inout [UInt8]) -> Int {
    let first = bytes[bytes.startIndex]
    let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
    guard first >= 0xc2, first < 0xf5, bytes.count >= length,
      bytes.dropFirst().prefix(length - 1).allSatisfy({ $0 & 0xc0 == 0x80 })
    else {
      switch first {
      case 0xa0: output.append(0x20)
      case 0xa2, 0xa8: output += [0xc2, first]
      case 0xdd: output += [0xc3, first & 0xbf]
      default: output.append(first)
      }
      return 1
    }
    let character = bytes.prefix(length)
    if isBlank(character) {
      output.append(0x20)
    } else if !character.elementsEqual([0xef, 0xbb, 0xbf]) {
      output += character
    }
    return length
  }

  /// No-break space, and the spaces of U+2000 to U+200A, U+202F and U+3000.
  private static func isBlank(_ character: Bytes) -> Bool {
    let bytes = Array(character)
    switch (bytes[0], bytes[1]) {
    case (0xc2, 0xa0): return true
    case (0xe2, 0x80): return bytes[2] <= 0x8a || bytes[2] == 0xaf
    case (0xe3, 0x80): return bytes[2] == 0x80
    default: return false
    }
  }

  /// The index after an escape sequence (ECMA-48) whose escape byte stands before `start`.
  private static func skipEscape(_ bytes: [UInt8], _ start: Int) -> Int {
    guard start < bytes.count else { return start }
    switch bytes[start] {
    case UInt8(ascii: "["):
      var index = start + 1
      while index < bytes.count, (0x20..<0x40).contains(bytes[index]) { index += 1 }
      return min(index + 1, bytes.count)
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
      // A string for the terminal, ended by BEL or ESC \; one without an end must not take the line with it.
      guard let end = bytes[start...].firstIndex(where: { $0 == 0x07 || $0 == 0x1b }) else { return start + 1 }
      guard bytes[end] == 0x1b else { return end + 1 }
      return end + 1 < bytes.count && bytes[end + 1] == UInt8(ascii: "\\") ? end + 2 : end
    case 0x20..<0x30: return min(start + 2, bytes.count)
    default: return start + 1
    }
  }
}

extension UInt8 {
  /// A digit of quoted-printable, which has no lower case.
  fileprivate var quotedDigit: UInt8? { isDigit || isUpper ? hexDigit : nil }
}
