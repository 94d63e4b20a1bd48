import Foundation

/// The character sets of mails, brought to the UTF-8 in which kernel sources are.
enum CharacterSets {
  /// The same text in UTF-8; unchanged when the set is unknown or is UTF-8 or ASCII already.
  static func utf8(_ bytes: ArraySlice<UInt8>, from charset: String) -> ArraySlice<UInt8> {
    guard let encoding = encoding(charset), bytes.contains(where: { $0 >= 0x80 }),
      let text = String(data: Data(bytes), encoding: encoding)
    else { return bytes }
    return Array(text.utf8)[...]
  }

  /// All lines in UTF-8, and what is to be told about it.
  ///
  /// Text that declares nothing, or ASCII, is taken for windows-1252 when it is no UTF-8 and has that set's
  /// non-breaking space beside another blank; otherwise its bytes stay, for sources may hold any.
  static func utf8(_ lines: [Line], from declared: String?) -> (lines: [Line], remark: String?) {
    let charset = declared?.lowercased() ?? ""
    if encoding(charset) != nil {
      return (lines.map { recoded($0, from: charset) }, nil)
    }
    guard let odd = lines.first(where: { !isUTF8($0.bytes) }) else { return (lines, nil) }
    guard lines.contains(where: { hasLatinBlank($0.bytes) }) else { return (lines, nil) }
    let remark = "text that is no UTF-8 from line \(odd.number) on was read as windows-1252"
    return (lines.map { isUTF8($0.bytes) ? $0 : recoded($0, from: "windows-1252") }, remark)
  }

  private static func recoded(_ line: Line, from charset: String) -> Line {
    var line = line
    line.bytes = utf8(line.bytes, from: charset)
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

  // The WHATWG's encoding standard reads latin1 and ASCII labels as windows-1252, and so do mail programs.
  private static func encoding(_ name: String) -> String.Encoding? {
    switch name.lowercased() {
    case "iso-8859-1", "latin1", "iso8859-1", "iso_8859-1", "windows-1252", "cp1252": .windowsCP1252
    case "iso-8859-2", "latin2": .isoLatin2
    case "windows-1251": .windowsCP1251
    case "iso-2022-jp": .iso2022JP
    case "euc-jp": .japaneseEUC
    case "shift_jis": .shiftJIS
    default: nil
    }
  }
}
