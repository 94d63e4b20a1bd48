package import Model

/// Takes patches out of mails, as they circulate on the kernel's lists.
package enum PatchMail {
  /// The largest input, in bytes.
  package static let cap = 32 << 20
  /// The most lines that an input may have; the largest patches ever posted have a tenth.
  package static let lineCap = 4_000_000

  /// The newest series in a mailbox, mail, reply, archive page or diff; `name` is what errors and notes call it.
  ///
  /// Throws when the input is too large or holds no patch, when a hunk cannot be read, or a file name leads
  /// out of the tree. Takes time in proportion to the input.
  package static func read(_ bytes: [UInt8], name: String) throws(RequestError) -> PatchSeries {
    guard bytes.count <= cap else {
      throw RequestError("\(name) is larger than the \(cap >> 20) MiB that a mail with a patch can have")
    }
    guard !bytes.starts(with: [0xFF, 0xFE]), !bytes.starts(with: [0xFE, 0xFF]) else {
      throw RequestError("\(name) is UTF-16 text", advice: "Save the mail as it was sent, with all its headers.")
    }
    let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let lines = Line.split(bytes.dropFirst(isMarked ? 3 : 0))
    guard lines.count <= lineCap else { throw RequestError("\(name) has more than \(lineCap) lines") }
    var reader = MailReader(name: name)
    try reader.read(lines[...], depth: 0)
    guard !reader.candidates.isEmpty else { throw reader.emptyError }
    var builder = SeriesBuilder(name: name, notes: reader.notes)
    return try builder.build(reader.candidates)
  }
}

/// Reads the mails of one input.
private struct MailReader {
  let name: String
  var candidates: [SeriesCandidate] = []
  var notes: [String] = []
  private var hasMarkup = false
  private var effort = DiffReader.effort

  // A patch that is attached to a mail that is attached is as far as it goes.
  private static let depthCap = 3

  init(name: String) { self.name = name }

  var emptyError: RequestError {
    if hasMarkup {
      return RequestError(
        "\(name) is HTML without a plain text part", advice: "Take the mail from the list's archive in its raw form.")
    }
    return RequestError(
      "no patch was found in \(name)", advice: "Give a mail, mailbox or diff with `diff --git` or `---` and `@@` lines."
    )
  }

  mutating func read(_ lines: ArraySlice<Line>, depth: Int) throws(RequestError) {
    for mail in Mailbox.split(lines) {
      if let (headers, body) = MailHeaders.read(mail) {
        try read(headers, body, depth: depth)
      } else {
        let page = ArchivePage(mail)
        let identity = MailIdentity(page)
        let (text, remark) = CharacterSets.utf8(Array(page.body), from: nil)
        take(MailParts.Text(lines: text, remark: remark), identity)
      }
    }
  }

  private mutating func read(
    _ headers: MailHeaders, _ body: ArraySlice<Line>, depth: Int
  ) throws(RequestError) {
    let identity = MailIdentity(headers)
    let parts = try MailParts(headers, body, name: name)
    hasMarkup = hasMarkup || parts.hasMarkup
    let before = candidates.count
    for patch in parts.patches { try readAttached(patch, identity, depth: depth) }
    if candidates.count == before { take(parts.body, identity) }
    guard depth < Self.depthCap else { return }
    for mail in parts.mails where candidates.count == before { try read(mail.lines[...], depth: depth + 1) }
  }

  // An attached file may be a mail of its own, as `git format-patch` writes it, or a mere diff.
  private mutating func readAttached(
    _ text: MailParts.Text, _ identity: MailIdentity, depth: Int
  ) throws(RequestError) {
    let mails = Mailbox.split(text.lines[...])
    if depth < Self.depthCap, let first = mails.first, MailHeaders.read(first) != nil {
      try read(text.lines[...], depth: depth + 1)
    } else {
      take(text, identity)
    }
  }

  // Parts that stand in the mail one after the other are one text, as lists' footers and quotations make them.
  private mutating func take(_ texts: [MailParts.Text], _ identity: MailIdentity) {
    guard var whole = texts.first else { return noteCover(identity) }
    for text in texts.dropFirst() { whole.lines += text.lines }
    whole.isFlowed = texts.contains(where: \.isFlowed)
    take(whole, identity)
  }

  private mutating func take(_ text: MailParts.Text, _ identity: MailIdentity) {
    let subject = SubjectLine(identity.subject ?? "")
    do throws(RequestError) {
      let source = PatchText(identity: identity, text: text, name: name)
      guard let patch = try source.read(effort: &effort, notes: &notes) else { return noteCover(identity) }
      let isReply = subject.isReply || patch.quoteDepth > 0
      candidates.append(
        SeriesCandidate(subject: patch.subject, tag: patch.tag, isReply: isReply, outcome: .success(patch)))
    } catch {
      candidates.append(
        SeriesCandidate(
          subject: subject.subject, tag: subject.tag, isReply: subject.isReply, outcome: .failure(error)))
    }
  }

  private mutating func noteCover(_ identity: MailIdentity) {
    let subject = SubjectLine(identity.subject ?? "")
    guard subject.tag.number == 0, !subject.isReply, notes.count < SeriesBuilder.notesCap else { return }
    notes.append("the cover letter \"\(subject.subject)\" was left out")
  }
}
