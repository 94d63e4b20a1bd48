/// A patch as a comparison names it.
package struct PatchMention: Codable, Sendable, Hashable {
  /// Its subject, or its file's name when it has none.
  package var title: String
  /// `Name <address>` as far as it is known.
  package var author: String?
  /// Without angle brackets.
  package var messageID: String?
  /// As the user named it; nil when it came from standard input.
  package var file: String?

  package init(title: String, author: String? = nil, messageID: String? = nil, file: String? = nil) {
    self.title = title
    self.author = author
    self.messageID = messageID
    self.file = file
  }
}

/// The mail that a reply answers.
package struct MailReference: Codable, Sendable, Hashable {
  /// The whole subject with its tags, for instance `[PATCH v4 1/2] iommu/s390: Fix race`.
  package var subject: String
  /// `Name <address>` as far as the mail says.
  package var author: String?
  /// As printed in the mail.
  package var date: String?
  /// Without angle brackets.
  package var messageID: String?
  /// The ids of the mails before it in its thread, without angle brackets, nearest last.
  package var references: [String]

  package init(
    subject: String, author: String? = nil, date: String? = nil, messageID: String? = nil, references: [String] = []
  ) {
    self.subject = subject
    self.author = author
    self.date = date
    self.messageID = messageID
    self.references = references
  }
}

/// Phase of a comparison, for instance `build before`.
package struct VerifyStage: Codable, Sendable, Hashable {
  package var name: String
  /// Elapsed time; stages may overlap.
  package var seconds: Double

  package init(name: String, seconds: Double) {
    self.name = name
    self.seconds = seconds
  }
}

/// The trial that shows a signature most clearly.
package struct SignatureSighting: Codable, Sendable, Hashable {
  package var side: PatchSide
  /// The trial's number in its side's run.
  package var trial: Int
  package var finding: Finding

  package init(side: PatchSide, trial: Int, finding: Finding) {
    self.side = side
    self.trial = trial
    self.finding = finding
  }
}
