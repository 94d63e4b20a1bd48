/// One patch, taken out of the mail that carried it.
package struct MailedPatch: Codable, Sendable, Hashable {
  /// The subject without `Re:` and tags in brackets; the input's name when there is no subject.
  package var subject: String
  /// Tags in brackets of the subject.
  package var tag: SubjectTag
  /// `Name <address>` as far as the mail says; for a quoted patch the one who is quoted.
  package var author: String?
  /// As printed in the mail; for a quoted patch the date of what is quoted.
  package var date: String?
  /// Without angle brackets; for a quoted patch the id of what is quoted, when the reply's headers tell it.
  package var messageID: String?
  /// The commit message without subject, statistics and what follows the `---` line; lines end in `\n`.
  package var message: String
  /// Number of reply marks before its lines; 0 when it was not quoted.
  package var quoteDepth: Int
  /// In the order of the mail; at least one.
  package var files: [PatchedFile]
  /// In the order of the mail.
  package var repairs: [PatchRepair]
  /// True if its white space differs from the author's, so that only `--ignore-whitespace` can match it.
  package var needsWhitespaceIgnored: Bool

  /// The worst that its repairs allow.
  package var confidence: PatchConfidence {
    if repairs.contains(where: \.isDoubtful) { return .doubtful }
    return repairs.isEmpty ? .exact : .repaired
  }

  /// The change alone, byte for byte as `git apply` takes it.
  package var diff: [UInt8] {
    var text: [UInt8] = []
    for file in files { file.write(to: &text) }
    return text
  }

  /// The whole patch in the form of `git format-patch`, which `git am` and ``PatchMail`` read again.
  ///
  /// Bytes that are no UTF-8 come out as replacement characters; ``diff`` keeps them.
  package var text: String {
    var text = "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
    if let messageID { text += "Message-ID: <\(messageID)>\n" }
    if let author { text += "From: \(author)\n" }
    if let date { text += "Date: \(date)\n" }
    text += "Subject: \(tag.description)\(subject)\n"
    text += "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n"
    for line in message.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      text += (line.hasPrefix("From ") ? ">" : "") + line + "\n"
    }
    return text + "---\n\n" + String(decoding: diff, as: UTF8.self) + "-- \n\n"
  }
}
