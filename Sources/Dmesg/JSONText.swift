/// The few things of JSON (RFC 8259) that a line of a log in JSON needs: the value of a key, unescaped.
package enum JSONText {
  /// The value of a field of a record of `journalctl -o json`, with what is no UTF-8 replaced; nil when it has none.
  package static func field(_ name: StaticString, of record: ArraySlice<UInt8>) -> String? {
    record.withUnsafeBufferPointer { value(of: [name], in: Bytes($0)) }.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The string or list of bytes that stands behind the first of these keys; nil when none has one.
  ///
  /// `journalctl -o json` writes what is no UTF-8 as a list of byte values, and a field that stands several times in
  /// a record as a list of its values, of which the first counts. Keys inside of strings do not count.
  /// Source: https://systemd.io/JOURNAL_EXPORT_FORMATS/, "Journal JSON Format".
  static func value(of keys: [StaticString], in text: Bytes) -> [UInt8]? {
    var rest = text
    while let quote = rest.index(of: UInt8(ascii: "\"")) {
      guard let end = endOfString(rest, from: quote + 1) else { return nil }
      let name = rest[(quote + 1)..<end]
      rest = rest[(end + 1)...]
      let after = rest.trimmedStart
      guard after.first == UInt8(ascii: ":") else { continue }
      let value = after.dropFirst().trimmedStart
      if keys.contains(where: { name.count == $0.utf8CodeUnitCount && name.hasPrefix($0) }) { return read(value) }
      // Values are strings too, and may look like keys.
      guard value.first == UInt8(ascii: "\"") else { continue }
      guard let end = endOfString(value, from: value.startIndex + 1) else { return nil }
      rest = value[(end + 1)...]
    }
    return nil
  }

  /// The content of a string or list of bytes at the text's start, also one that was cut.
  static func read(_ text: Bytes) -> [UInt8]? {
    if text.first == UInt8(ascii: "\"") {
      let start = text.startIndex + 1
      return unescaped(text[start..<(endOfString(text, from: start) ?? text.endIndex)])
    }
    guard text.first == UInt8(ascii: "[") else { return nil }
    let content = text.dropFirst().trimmedStart
    if content.first == UInt8(ascii: "\"") || content.first == UInt8(ascii: "[") { return read(content) }
    return byteList(content.prefix { $0 != UInt8(ascii: "]") })
  }

  /// `91, 32, 53`; nil for anything else.
  static func byteList(_ text: Bytes) -> [UInt8]? {
    var bytes: [UInt8] = []
    for word in text.split(separator: UInt8(ascii: ",")) {
      guard let value = word.trimmed.decimal, value < 256 else { return nil }
      bytes.append(UInt8(value))
    }
    return bytes
  }

  private static func endOfString(_ text: Bytes, from start: Int) -> Int? {
    var index = start
    while index < text.endIndex {
      switch text[index] {
      case UInt8(ascii: "\""): return index
      case UInt8(ascii: "\\"): index += 2
      default: index += 1
      }
    }
    return nil
  }

  private static func unescaped(_ text: Bytes) -> [UInt8] {
    guard text.index(of: UInt8(ascii: "\\")) != nil else { return Array(text) }
    var output: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
      guard text[index] == UInt8(ascii: "\\"), index + 1 < text.endIndex else {
        output.append(text[index])
        index += 1
        continue
      }
      let mark = text[index + 1]
      index += 2
      switch mark {
      case UInt8(ascii: "n"): output.append(0x0a)
      case UInt8(ascii: "t"): output.append(0x09)
      case UInt8(ascii: "r"): output.append(0x0d)
      case UInt8(ascii: "b"), UInt8(ascii: "f"): break
      case UInt8(ascii: "u"), UInt8(ascii: "x"):
        // `\x` is YAML's.
        let digits = text[index...].prefix(mark == UInt8(ascii: "u") ? 4 : 2)
        index += digits.count
        guard let value = digits.hexadecimal.map({ UInt32($0) }) else { continue }
        if value & 0xfc00 == 0xd800, text[index...].hasPrefix("\\u"),
          let low = text[(index + 2)...].prefix(4).hexadecimal, low & 0xfc00 == 0xdc00
        {
          index += 6
          append(0x10000 + (value & 0x3ff) << 10 + UInt32(low & 0x3ff), to: &output)
        } else {
          append(value, to: &output)
        }
      default: output.append(mark)
      }
    }
    return output
  }

  private static func append(_ scalar: UInt32, to output: inout [UInt8]) {
    output += Array(String(Character(Unicode.Scalar(scalar) ?? "\u{fffd}")).utf8)
  }
}
