/// Non-ASCII text in a header field (RFC 2047).
enum EncodedWords {
  /// The text with all words that can be decoded in place of their codes.
  static func decode(_ value: String) -> String {
    var result = ""
    var rest = value[...]
    var lastWasCode = false
    while let start = rest.firstRange(of: "=?") {
      let before = rest[..<start.lowerBound]
      guard let word = word(in: rest[start.upperBound...]) else {
        result += rest[..<start.upperBound]
        rest = rest[start.upperBound...]
        lastWasCode = false
        continue
      }
      // Section 6.2: blanks between two encoded words only part them.
      if !(lastWasCode && before.allSatisfy(\.isWhitespace)) { result += before }
      result += word.text
      rest = word.rest
      lastWasCode = true
    }
    return result + rest
  }

  private static func word(in text: Substring) -> (text: String, rest: Substring)? {
    guard let end = text.firstRange(of: "?=", afterMarks: 2) else { return nil }
    let parts = text[..<end].split(separator: "?", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    let bytes: [UInt8]
    switch parts[1].lowercased() {
    case "b": bytes = TransferDecoding.base64(Array(parts[2].utf8))
    case "q":
      let code = parts[2].utf8.map { $0 == 0x5F ? .space : $0 }
      bytes = TransferDecoding.quotedPrintable(code[...]).bytes
    default: return nil
    }
    let charset = String(parts[0].prefix { $0 != "*" })
    return (String(decoding: CharacterSets.utf8(bytes[...], from: charset), as: UTF8.self), text[end...].dropFirst(2))
  }
}

extension Substring {
  // A word's own `?=` may follow its encoding at once: `?q?=41?=`. Encoded words are 75 characters at most.
  fileprivate func firstRange(of end: String, afterMarks marks: Int) -> Index? {
    var seen = 0
    var index = startIndex
    let limit = self.index(startIndex, offsetBy: 200, limitedBy: endIndex) ?? endIndex
    while index < limit {
      if self[index] == "?" {
        if seen >= marks, self[index...].hasPrefix(end) { return index }
        seen += 1
      } else if self[index] == " " {
        return nil
      }
      index = self.index(after: index)
    }
    return nil
  }
}
