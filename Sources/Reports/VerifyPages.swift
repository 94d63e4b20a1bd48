import Model
import Statistics

// Parts of `zlab.verify/2` beside its plain values. Written by hand because the contract promises `null`, where
// the synthesized form leaves the key out.

/// One side of a comparison.
struct SidePage: Encodable {
  let side: VerifySide
  let counts: SideCounts
  let rate: Rate
  let excludedRate: Double?

  init(_ result: VerifyResult, _ which: PatchSide) {
    side = which == .before ? result.before : result.after
    counts = result.counts(which)
    rate = result.rate(which)
    excludedRate = result.excludedRate(which)
  }

  enum CodingKeys: String, CodingKey {
    case kernel, run, folder, passes, fails, misses, shown, censored, rate
    case excludedRate = "excluded_rate"
    case early = "early_reports"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(side.early ?? [], forKey: .early)
    try container.encode(side.kernel, forKey: .kernel)
    try container.encode(side.run, forKey: .run)
    try container.encode(side.folder, forKey: .folder)
    try container.encode(counts.passes, forKey: .passes)
    try container.encode(counts.fails, forKey: .fails)
    try container.encode(counts.misses, forKey: .misses)
    try container.encode(counts.shown, forKey: .shown)
    try container.encode(counts.censored, forKey: .censored)
    try container.encode(rate, forKey: .rate)
    try container.encode(excludedRate, forKey: .excludedRate)
  }
}

/// One signature with the trial that shows it best.
struct SignaturePage: Encodable {
  let row: SignatureComparison
  let sighting: SignatureSighting?

  enum CodingKeys: String, CodingKey { case title, kind, side, trial, finding }

  func encode(to encoder: any Encoder) throws {
    try row.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(sighting?.finding.title, forKey: .title)
    try container.encode(sighting?.finding.kind, forKey: .kind)
    try container.encode(sighting?.side, forKey: .side)
    try container.encode(sighting?.trial, forKey: .trial)
    try container.encode(sighting?.finding, forKey: .finding)
  }
}

/// One patch.
struct PatchPage: Encodable {
  let patch: PatchMention

  init(_ patch: PatchMention) { self.patch = patch }

  enum CodingKeys: String, CodingKey {
    case title, author, file
    case messageID = "message_id"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(patch.title, forKey: .title)
    try container.encode(patch.author, forKey: .author)
    try container.encode(patch.messageID, forKey: .messageID)
    try container.encode(patch.file, forKey: .file)
  }
}

/// The mail that carried the patch.
struct MailPage: Encodable {
  let mail: MailReference

  init(_ mail: MailReference) { self.mail = mail }

  enum CodingKeys: String, CodingKey {
    case subject, author, date, references
    case messageID = "message_id"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(mail.subject, forKey: .subject)
    try container.encode(mail.author, forKey: .author)
    try container.encode(mail.date, forKey: .date)
    try container.encode(mail.messageID, forKey: .messageID)
    try container.encode(mail.references, forKey: .references)
  }
}
