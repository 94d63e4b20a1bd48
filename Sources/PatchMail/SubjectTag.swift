/// Tag in the brackets of a patch's subject, for instance `[RFC PATCH net v4 1/2]`.
package struct SubjectTag: Codable, Sendable, Hashable, CustomStringConvertible {
  /// The posting's version, at least 1; nil when the subject does not say.
  package var version: Int?
  /// The patch's number, 0 for the cover letter; nil when it is not numbered.
  package var number: Int?
  /// The patches promised, at most 9999; nil when it is not numbered.
  package var total: Int?

  /// An untagged subject has nil for all; values outside the ranges are for the caller to keep out.
  package init(version: Int? = nil, number: Int? = nil, total: Int? = nil) {
    self.version = version
    self.number = number
    self.total = total
  }

  /// The tag as a prefix of a subject, `[PATCH v4 1/2] `.
  package var description: String {
    var text = "[PATCH"
    if let version { text += " v\(version)" }
    if let number, let total { text += " \(number)/\(total)" }
    return text + "] "
  }
}

/// A subject line, taken apart.
struct SubjectLine {
  var subject = ""
  var tag = SubjectTag()
  var isReply = false
  /// True if a bracket says that the mail is a patch.
  var isPatch = false

  init(_ line: String) {
    var rest = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")[...]
    while true {
      if let reply = Self.replyMark(rest) {
        isReply = true
        rest = rest.dropFirst(reply).drop(while: \.isWhitespace)
      } else if rest.first == "[", let end = rest.firstIndex(of: "]") {
        readTag(rest[..<end].dropFirst())
        rest = rest[end...].dropFirst().drop(while: \.isWhitespace)
      } else {
        break
      }
    }
    subject = String(rest)
  }

  // The marks that mail programs of several languages put before an answered or forwarded subject.
  private static func replyMark(_ text: Substring) -> Int? {
    guard let colon = text.prefix(5).firstIndex(of: ":") else { return nil }
    let mark = text[..<colon].lowercased()
    return ["re", "aw", "fw", "fwd", "sv", "antw", "wg"].contains(mark) ? mark.count + 1 : nil
  }

  private mutating func readTag(_ tag: Substring) {
    for word in tag.split(whereSeparator: { $0 == " " || $0 == "," }) {
      let upper = word.uppercased()
      if upper.hasPrefix("PATCH") || upper == "RFC" || upper == "RESEND" { isPatch = true }
      if let version = Self.version(upper) { self.tag.version = version }
      let parts = word.split(separator: "/", omittingEmptySubsequences: false)
      if parts.count == 2, let number = Int(parts[0]), let total = Int(parts[1]), 0...9999 ~= number,
        1...9999 ~= total, number <= total
      {
        self.tag.number = number
        self.tag.total = total
      }
    }
  }

  // `V4`, and `PATCHV4` as some write it.
  private static func version(_ word: String) -> Int? {
    let digits = word.hasPrefix("PATCHV") ? word.dropFirst(6) : word.hasPrefix("V") ? word.dropFirst() : ""
    guard let version = Int(digits), 1...9999 ~= version else { return nil }
    return version
  }
}
