import Glibc

/// The character sets of mails, brought to the UTF-8 in which kernel sources are.
enum CharacterSets {
  /// The same text in UTF-8; unchanged when the set is unknown or is UTF-8 or ASCII already.
  static func utf8(_ bytes: ArraySlice<UInt8>, from charset: String) -> ArraySlice<UInt8> {
    CharacterConverter(charset)?.utf8(bytes) ?? bytes
  }

  /// All lines in UTF-8, and what is to be told about it.
  ///
  /// Text that declares nothing, or ASCII, is taken for windows-1252 when it is no UTF-8 and has that set's
  /// non-breaking space beside another blank; otherwise its bytes stay, for sources may hold any.
  static func utf8(_ lines: [Line], from declared: String?) -> (lines: [Line], remark: String?) {
    let charset = declared?.lowercased() ?? ""
    if let converter = CharacterConverter(charset) {
      return (lines.map { recoded($0, by: converter) }, nil)
    }
    guard let odd = lines.first(where: { !isUTF8($0.bytes) }) else { return (lines, nil) }
    guard lines.contains(where: { hasLatinBlank($0.bytes) }) else { return (lines, nil) }
    let remark = "text that is no UTF-8 from line \(odd.number) on was read as windows-1252"
    guard let converter = CharacterConverter("windows-1252") else { return (lines, nil) }
    return (lines.map { isUTF8($0.bytes) ? $0 : recoded($0, by: converter) }, remark)
  }

  private static func recoded(_ line: Line, by converter: CharacterConverter) -> Line {
    var line = line
    line.bytes = converter.utf8(line.bytes) ?? line.bytes
    return line
  }

  private static func isUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
    !bytes.contains { $0 >= 0x80 } || String(validating: bytes, as: UTF8.self) != nil
  }

  private static func hasLatinBlank(_ bytes: ArraySlice<UInt8>) -> Bool {
    var last: UInt8 = .space
    for byte in bytes {
      if byte == 0xA0, last == .space || last == 0xA0 || last == .plus || last == .minus { return true }
      last = byte
    }
    return false
  }
}

/// iconv(3) for one character set.
final class CharacterConverter {
  private let descriptor: iconv_t?
  // It can hold zero bytes and line feeds inside of characters.
  let isWide: Bool

  // The WHATWG's encoding standard reads Latin-1's labels as windows-1252, and so do mail programs.
  private static let latin: Set<String> = ["iso-8859-1", "latin1", "iso8859-1", "iso_8859-1", "windows-1252", "cp1252"]
  private static let plain: Set<String> = ["", "utf-8", "utf8", "us-ascii", "ascii", "unknown-8bit", "x-unknown"]
  // What windows-1252 has at 0x80 to 0x9f; five bytes stand for nothing.
  private static let specials = Array("€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ".unicodeScalars)

  /// nil for a set that is unknown, and for UTF-8 and ASCII, which need none.
  init?(_ charset: String) {
    let name = charset.lowercased()
    guard !Self.plain.contains(name), name.utf8.count < 40,
      name.utf8.allSatisfy({ $0.isDigit || (0x61...0x7a).contains($0) || "-_.".utf8.contains($0) })
    else { return nil }
    isWide = name.hasPrefix("utf-16") || name.hasPrefix("utf-32") || name.hasPrefix("ucs-")
    guard !Self.latin.contains(name) else {
      descriptor = nil
      return
    }
    let opened = iconv_open("UTF-8", name)
    guard opened != iconv_t(bitPattern: -1) else { return nil }
    descriptor = opened
  }

  deinit { if let descriptor { iconv_close(descriptor) } }

  /// nil when the bytes are ASCII already, or no text of this set.
  func utf8(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard isWide || bytes.contains(where: { $0 >= 0x80 || $0 == 0x1b || descriptor != nil && $0 == 0x2b }) else {
      return nil
    }
    guard let descriptor else { return Self.latin(bytes) }
    var input = bytes.map { CChar(bitPattern: $0) }
    // No character of any set takes more than four times its bytes in UTF-8.
    var output = [CChar](repeating: 0, count: input.count * 4 + 16)
    let filled: Int? = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        var from = input.baseAddress
        var to = output.baseAddress
        var inLeft = input.count
        var outLeft = output.count
        iconv(descriptor, nil, nil, nil, nil)
        guard iconv(descriptor, &from, &inLeft, &to, &outLeft) != Int(bitPattern: UInt.max) || inLeft == 0 else {
          return nil
        }
        return output.count - outLeft
      }
    }
    return filled.map { output[..<$0].map { UInt8(bitPattern: $0) }[...] }
  }

  private static func latin(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + 16)
    for byte in bytes {
      if byte < 0x80 {
        output.append(byte)
      } else {
        let scalar = byte < 0xa0 ? specials[Int(byte) - 0x80] : Unicode.Scalar(byte)
        output += Array(String(Character(scalar)).utf8)
      }
    }
    return output[...]
  }
}
