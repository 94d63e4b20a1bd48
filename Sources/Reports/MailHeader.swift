import Foundation

/// Header fields that every mail of ours ends its header with: plain text in UTF-8 (RFC 2045).
let plainTextFields = "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"

extension MailAddresses {
  /// The header fields `From` and `To`, as far as there are any.
  var fields: String {
    let sender = from.map { mailHeader("From", $0) } ?? ""
    return to.isEmpty ? sender : sender + mailHeader("To", to.joined(separator: ", "))
  }
}

/// One header field of a mail, folded, with a final newline; whatever `text` holds, it stays one field.
///
/// Non-ASCII text becomes encoded words of RFC 2047; lines are folded as RFC 5322 section 2.2.3 has it.
func mailHeader(_ name: String, _ text: String, prefix: String = "") -> String {
  let text = oneLine(text, width: 800)
  let isPlain = text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && !text.contains("=?")
  let words = isPlain ? text.split(separator: " ").map(String.init) : encodedWords(text)
  var lines: [String] = []
  var line = "\(name):" + (prefix.isEmpty ? "" : " " + prefix)
  for word in words {
    if line.width + 1 + word.width > 76, !line.allSatisfy({ $0 == " " }) {
      lines.append(line)
      line = ""
    }
    line += " " + word
  }
  return (lines + [line]).joined(separator: "\n") + "\n"
}

// Section 2 of RFC 2047 allows 75 characters a word, and no word may break a character.
private func encodedWords(_ text: String) -> [String] {
  var words: [String] = []
  var bytes: [UInt8] = []
  for scalar in text.unicodeScalars {
    let next = Array(String(scalar).utf8)
    if bytes.count + next.count > 36 {
      words.append("=?UTF-8?B?\(Data(bytes).base64EncodedString())?=")
      bytes = []
    }
    bytes += next
  }
  return bytes.isEmpty ? words : words + ["=?UTF-8?B?\(Data(bytes).base64EncodedString())?="]
}

/// A message id in angle brackets; nil for what RFC 5322 would not let stand there.
func bracketedID(_ id: String) -> String? {
  let isPlain = id.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
  guard isPlain, id.utf8.count <= 250, id.contains("@") else { return nil }
  return "<\(id)>"
}
