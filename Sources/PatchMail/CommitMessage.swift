/// Text before a diff: the commit message, with what the mail says about its author.
struct CommitMessage {
  private(set) var text = ""
  /// From lines at the top of the text, as git takes them for its own.
  private(set) var author: String?
  private(set) var date: String?
  private(set) var subject: String?
  /// Statistics of the mail.
  private(set) var statistics: Statistics?
  private(set) var repairs: [PatchRepair] = []
  /// The number of the first line that belongs to the message.
  private(set) var firstLine = 0

  /// The totals that `git diff --stat` prints.
  struct Statistics: Equatable {
    var files: Int
    var added = 0
    var removed = 0
  }

  init(_ lines: ArraySlice<Line>, isCommit: Bool) {
    var rest = lines
    if let scissors = rest.lastIndex(where: { Self.isScissors($0.bytes) }) { rest = rest[(scissors + 1)...] }
    rest = rest.drop(while: \.isBlank)
    firstLine = rest.first?.number ?? lines.first?.number ?? 0
    rest = readInBodyHeaders(rest)
    let end = rest.firstIndex { Self.isEnd($0.bytes) } ?? rest.endIndex
    readStatistics(rest[end...])
    var message: [String] = []
    for line in rest[..<end] {
      // Where somebody's words stood between two lines, the blank line around them may be theirs or the author's.
      if line.followsGap, message.last?.isEmpty == false, !line.isBlank { message.append("") }
      message.append(plain(line, isCommit: isCommit))
    }
    if isCommit {
      subject = message.first
      message = Array(message.dropFirst())
    }
    while message.last?.isEmpty == true { message.removeLast() }
    text = message.drop(while: \.isEmpty).map { $0 + "\n" }.joined()
  }

  private static func isEnd(_ line: ArraySlice<UInt8>) -> Bool {
    line.trimmedEnd.elementsEqual([.minus, .minus, .minus]) || DiffMarks.isBoundary(line)
  }

  // git-mailinfo's line of dashes with a pair of scissors: what stands above it is no part of the commit.
  private static func isScissors(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.first == .minus || line.first == .space, line.count < 200 else { return false }
    let text = String(decoding: line, as: UTF8.self)
    guard text.contains(">8") || text.contains("8<") || text.contains(">%") || text.contains("%<") else { return false }
    return text.count { $0 == "-" } * 3 >= text.count { $0 != " " } && text.hasPrefix("-")
  }

  private mutating func readInBodyHeaders(_ lines: ArraySlice<Line>) -> ArraySlice<Line> {
    var rest = lines
    while let line = rest.first?.text {
      if author == nil, line.hasPrefix("From: "), line.contains("<") {
        author = String(line.dropFirst(6))
      } else if date == nil, line.hasPrefix("Date: ") {
        date = String(line.dropFirst(6))
      } else if subject == nil, line.hasPrefix("Subject: ") {
        subject = String(line.dropFirst(9))
      } else {
        break
      }
      rest = rest.dropFirst()
    }
    return rest.drop(while: \.isBlank)
  }

  private mutating func plain(_ line: Line, isCommit: Bool) -> String {
    var bytes = WhitespaceDamage.spaced(line.bytes).trimmedEnd
    if isCommit, bytes.hasPrefix("    ") { bytes = bytes.dropFirst(4) }
    if bytes.hasPrefix(">From ") {
      bytes = bytes.dropFirst()
      repairs.append(PatchRepair(.fromEscape, line: line.number, action: "took the mark before `From` away"))
    }
    return String(decoding: bytes, as: UTF8.self).withoutControls
  }

  private mutating func readStatistics(_ lines: ArraySlice<Line>) {
    for line in lines.suffix(20) where line.bytes.count < 200 {
      let words = WhitespaceDamage.spaced(line.bytes).split(whereSeparator: \.isBlank)
      let texts = words.map { String(decoding: $0, as: UTF8.self) }
      guard texts.count >= 3, let files = Int(texts[0]), texts[1].hasPrefix("file"), texts[2].hasPrefix("changed")
      else { continue }
      var found = Statistics(files: files)
      for (count, what) in zip(texts.dropFirst(3), texts.dropFirst(4)) {
        if what.hasPrefix("insertion") { found.added = Int(count) ?? 0 }
        if what.hasPrefix("deletion") { found.removed = Int(count) ?? 0 }
      }
      statistics = found
    }
  }
}
