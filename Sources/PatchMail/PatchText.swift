import Model

/// One decoded text with a diff in it, on the way to a patch.
struct PatchText {
  let identity: MailIdentity
  let text: MailParts.Text
  let name: String

  private var place: MailPlace { MailPlace(name: name, isDecoded: text.isDecoded) }

  /// nil when the text has no diff. `notes` gets what was left out, `effort` is ``DiffReader/effort``'s rest.
  func read(effort: inout Int, notes: inout [String]) throws(RequestError) -> MailedPatch? {
    var repairs: [PatchRepair] = []
    let all = ClearSignature.open(text.lines, repairs: &repairs)
    guard let quoted = try QuotedPatch(all, name: name) else { return nil }
    var wraps = false
    var lines = quoted.lines(of: all) { line in
      wraps = true
      let action = "joined the line with the quoted one before it, which it seems to be the rest of"
      repairs.append(PatchRepair(.wrappedLine, line: line.number, action: action, isDoubtful: true))
    }
    if quoted.depth > 0, quoted.isSpaced { LostMarks.restore(in: &lines, repairs: &repairs) }
    guard let start = diffStart(lines) else { return nil }
    let words = quoted.others.isEmpty ? lines[..<start] : ownWords(lines[..<start])
    let message = CommitMessage(words, isCommit: identity.isCommit)
    let (diffLines, damage) = WhitespaceDamage.undo(lines[start...], isFlowed: text.isFlowed)
    // Mail programs cut blank lines at a text's end, and the last hunk may end with one.
    let end = DiffLine(bytes: [], number: diffLines.last?.number ?? 0, followsGap: false, isEnd: true)
    var reader = DiffReader(diffLines + [end], isStuffed: damage.isStuffed, place: place, effort: effort)
    defer { effort = reader.effort }
    try reader.read()
    guard !reader.files.isEmpty else { return nil }
    for depth in quoted.others.prefix(max(0, SeriesBuilder.notesCap - notes.count)) {
      notes.append("a patch quoted \(depth) deep, below the one that was taken, was left out")
    }
    repairs += self.repairs(of: damage, quoted, at: lines[start].number) + message.repairs + reader.repairs
    let tabs = LostTabs.find(in: reader.files, at: lines[start].number, isCertain: damage.hasNonBreaking)
    repairs += tabs + check(message.statistics, reader.files, at: lines[start].number)
    var patch = assemble(message, quoted, in: all)
    patch.files = reader.files
    patch.repairs = repairs
    patch.needsWhitespaceIgnored = damage.hasNonBreaking || !tabs.isEmpty || wraps || reader.guessedBlanks
    return patch
  }

  private func diffStart(_ lines: [Line]) -> Int? {
    for (index, line) in lines.enumerated() {
      let bytes = line.bytes
      if DiffMarks.isFileStart(bytes) { return index }
      if bytes.first == .minus, bytes.hasPrefix("--- "), index + 1 < lines.count,
        lines[index + 1].bytes.hasPrefix("+++ ")
      {
        return index
      }
      if bytes.first == .plus || bytes.first == .minus, index + 1 < lines.count,
        DiffMarks.isHunk(lines[index + 1].bytes), isHeadless([line, lines[index + 1]])
      {
        return index
      }
    }
    return nil
  }

  private func isHeadless(_ pair: [Line]) -> Bool {
    HunkEnd.startsHeadless(
      pair.map { DiffLine(bytes: $0.bytes, number: $0.number, followsGap: $0.followsGap) }, at: 0)
  }

  // Who answers a patch with another has the first one quoted above the second.
  private func ownWords(_ lines: ArraySlice<Line>) -> ArraySlice<Line> {
    var result: [Line] = []
    for line in lines {
      if Quoting.depth(line.bytes) == 0 {
        result.append(line)
      } else if let last = result.last, last.bytes.suffix(6).elementsEqual("wrote:".utf8) {
        result.removeLast()
      }
    }
    return result[...]
  }

  private func assemble(_ message: CommitMessage, _ quoted: QuotedPatch, in all: [Line]) -> MailedPatch {
    let subject = SubjectLine(identity.subject ?? "")
    let own = SubjectLine(message.subject ?? "")
    var title = own.subject.isEmpty ? subject.subject : own.subject
    if title.isEmpty { title = name.split(separator: "/").last.map(String.init) ?? name }
    let attribution = Attribution(above: message.firstLine, in: all, depth: quoted.depth)
    let isQuoted = quoted.depth > 0
    var author = message.author ?? (isQuoted ? attribution?.author : identity.author)
    if let name = author, !name.contains("<") { author = signed(name, in: message.text) ?? name }
    let references = identity.references
    let quotedID =
      references.count >= quoted.depth ? references[references.count - quoted.depth..<references.count].first : nil
    return MailedPatch(
      // A counter-proposal is no member of the series that it answers.
      subject: title, tag: quoted.others.isEmpty ? subject.tag : SubjectTag(), author: author,
      date: message.date ?? (isQuoted ? attribution?.date : identity.date),
      messageID: isQuoted ? quotedID : identity.messageID, message: message.text, quoteDepth: quoted.depth,
      files: [], repairs: [], needsWhitespaceIgnored: false)
  }

  // Attributions often lack the address that the sign-off of the same person has.
  private func signed(_ name: String, in message: String) -> String? {
    for line in message.split(separator: "\n") where line.hasPrefix("Signed-off-by: \(name) <") {
      return String(line.dropFirst(15))
    }
    return nil
  }

  private func repairs(of damage: WhitespaceDamage, _ quoted: QuotedPatch, at start: Int) -> [PatchRepair] {
    var repairs: [PatchRepair] = []
    if let remark = text.remark { repairs.append(PatchRepair(.characterSet, line: start, action: remark)) }
    if quoted.depth > 0 {
      let marks = quoted.depth == 1 ? "a reply mark" : "\(quoted.depth) reply marks"
      repairs.append(PatchRepair(.quoting, line: start, action: "took \(marks) off each line"))
    }
    if let line = quoted.strayHunk {
      let action = "left out a hunk with another count of reply marks than the patch"
      repairs.append(PatchRepair(.surplusLines, line: line, action: action))
    }
    if damage.hasNonBreaking {
      let action = "put plain spaces for non-breaking ones"
      repairs.append(PatchRepair(.nonBreakingSpaces, line: damage.firstLine, action: action))
    }
    if damage.isStuffed {
      let action = "took a space off each line that began with one too many"
      repairs.append(PatchRepair(.spaceStuffing, line: damage.firstLine, action: action))
    }
    return repairs
  }

  private func check(_ said: CommitMessage.Statistics?, _ files: [PatchedFile], at line: Int) -> [PatchRepair] {
    // git counts binary files as files only.
    guard let said else { return [] }
    var found = CommitMessage.Statistics(files: files.count)
    for hunk in files.flatMap(\.hunks) {
      found.added += hunk.lines.count { $0.kind == .added }
      found.removed += hunk.lines.count { $0.kind == .removed }
    }
    guard found != said else { return [] }
    let action =
      "counted files, added and removed lines as \(found.files), \(found.added) and \(found.removed), where the mail "
      + "says \(said.files), \(said.added) and \(said.removed)"
    return [PatchRepair(.statistics, line: line, action: action)]
  }
}
