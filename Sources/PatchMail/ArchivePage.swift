/// The head of a text that is no mail: an archive's page, the output of `git show`, or a bare diff.
struct ArchivePage {
  private(set) var subject: String?
  private(set) var author: String?
  private(set) var date: String?
  private(set) var messageID: String?
  private(set) var references: [String] = []
  /// True if the message is indented by four spaces, as `git show` prints it.
  private(set) var isCommit = false
  /// Text after the head.
  private(set) var body: ArraySlice<Line>

  // An archive prints its few fields first; what looks like one further down belongs to the text.
  private static let reach = 40

  init(_ lines: ArraySlice<Line>) {
    body = lines
    for line in lines.prefix(Self.reach) {
      guard !line.isBlank else {
        body = body.dropFirst()
        continue
      }
      guard readField(Self.text(line)) || readTitle(Self.text(line)) else { break }
      body = body.dropFirst()
    }
  }

  // No field or title that is read here is longer.
  private static func text(_ line: Line) -> String {
    String(decoding: line.bytes.prefix(4096), as: UTF8.self).withoutControls
  }

  private mutating func readField(_ line: String) -> Bool {
    if line.hasPrefix("commit "), line.dropFirst(7).prefix(while: \.isHexDigit).count >= 7 {
      isCommit = true
      return true
    }
    guard let colon = line.prefix(16).firstIndex(of: ":") else { return false }
    let value = line[line.index(after: colon)...].split(separator: " ").joined(separator: " ")
    switch line[..<colon].lowercased() {
    case "from", "author": author = author ?? value
    case "date", "authordate": date = date ?? value
    case "subject": subject = subject ?? value
    case "message-id": messageID = messageID ?? value.filter { $0 != "<" && $0 != ">" }
    case "in-reply-to": references = [value.filter { $0 != "<" && $0 != ">" }]
    case "to", "cc", "sent", "newsgroups", "list-id", "merge", "commit", "commitdate", "references", "archived-at":
      break
    default: return false
    }
    return true
  }

  // A page's first line is its subject when it says so by its marks.
  private mutating func readTitle(_ line: String) -> Bool {
    guard subject == nil, author == nil, !isCommit else { return false }
    let title = SubjectLine(line)
    guard title.isReply || title.isPatch else { return false }
    subject = line
    return true
  }
}
