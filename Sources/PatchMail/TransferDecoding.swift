import FoundationEssentials

/// The codes that carry 8-bit text through 7-bit mail (RFC 2045 section 6).
enum TransferDecoding {
  /// Decoded bytes; bytes outside the alphabet are skipped, as section 6.8 asks.
  static func base64(_ code: [UInt8]) -> [UInt8] {
    // A cut or badly joined part must not cost the part: the padding is put right first.
    var alphabet = code.filter { byte in
      (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte.isDigit || byte == 0x2B || byte == 0x2F
    }
    if alphabet.count % 4 == 1 { alphabet.removeLast() }
    while alphabet.count % 4 != 0 { alphabet.append(0x3D) }
    return Data(base64Encoded: Data(alphabet)).map { [UInt8]($0) } ?? []
  }

  /// One line decoded, and whether it goes on with the next; a `=` that is no code stands for itself.
  static func quotedPrintable(_ line: ArraySlice<UInt8>) -> (bytes: [UInt8], continues: Bool) {
    let line = line.trimmedEnd
    guard line.contains(0x3D) else { return (Array(line), false) }
    var bytes: [UInt8] = []
    var index = line.startIndex
    while index < line.endIndex {
      if line[index] == 0x3D, index + 1 == line.endIndex { return (bytes, true) }
      if line[index] == 0x3D, index + 2 < line.endIndex, let high = nibble(line[index + 1]),
        let low = nibble(line[index + 2])
      {
        bytes.append(high << 4 | low)
        index += 3
      } else {
        bytes.append(line[index])
        index += 1
      }
    }
    return (bytes, false)
  }

  /// All lines decoded; each keeps the number of the first line that carried it.
  ///
  /// Line feeds can be encoded themselves, with a soft break behind each (Outlook); they end lines as others do.
  static func quotedPrintable(_ lines: ArraySlice<Line>) -> [Line] {
    var result: [Line] = []
    var pending: [UInt8] = []
    var first: Int?
    for line in lines {
      let (bytes, continues) = quotedPrintable(line.bytes)
      var rest = bytes[...]
      while let feed = rest.firstIndex(of: .lineFeed) {
        result.append(Line(bytes: (pending + rest[..<feed])[...], number: first ?? line.number))
        rest = rest[(feed + 1)...]
        (pending, first) = ([], nil)
      }
      // Behind an encoded line feed and a soft break nothing has begun.
      if rest.isEmpty, continues, pending.isEmpty { continue }
      pending += rest
      first = first ?? line.number
      if !continues {
        result.append(Line(bytes: pending[...], number: first ?? line.number))
        (pending, first) = ([], nil)
      }
    }
    if let first { result.append(Line(bytes: pending[...], number: first)) }
    return result
  }

  private static func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}
