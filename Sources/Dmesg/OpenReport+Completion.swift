import Records

extension OpenReport {
  /// Nothing that a finding needs can follow any more.
  var isComplete: Bool {
    if hasEnded { return !awaitsConsequence || strangers >= 1 }
    if headline == nil { return strangers > Self.preambleLimit }
    return strangers > strangerLimit
  }

  /// Lines between `cut here` and the headline: the text of the warning, and what others print meanwhile.
  private static let preambleLimit = 8

  /// How many lines of others may stand in a row inside the report.
  private var strangerLimit: Int {
    guard hasFrames else { return headline?.blame == .nobody ? 4 : 60 }
    switch headline?.ending {
    case .marker: return 16
    case .rule: return 60
    case .quiet, nil: return 8
    }
  }

  /// On s390x a panic comes before the line that ends an oops; everywhere else it comes after.
  private var awaitsConsequence: Bool {
    guard !isFatal, let headline else { return false }
    return headline.ending == .rule || architecture != .s390x
  }

  /// The input stopped in the middle, or the next report did.
  var isTruncated: Bool {
    guard let headline else { return true }
    if headline.blame == .nobody || isFatal { return false }
    switch headline.ending {
    case .marker, .rule: return !hasEnded
    case .quiet: return !hasFrames
    }
  }
}
