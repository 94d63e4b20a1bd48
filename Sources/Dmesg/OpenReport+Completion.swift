import Model

extension OpenReport {
  /// Nothing that a finding needs can follow any more.
  var isComplete: Bool {
    if hasEnded { return !awaitsConsequence || strangers >= 1 }
    if headline == nil { return strangers > Self.preambleLimit }
    return strangers > strangerLimit
  }

  /// Lines between `cut here` and the headline: the text of the warning, and what others print meanwhile. As many may
  /// follow a headline behind other text.
  private static let preambleLimit = 8

  /// Maximum number of consecutive foreign lines inside the report.
  private var strangerLimit: Int {
    if lacksEvidence { return Self.preambleLimit }
    guard hasFrames else { return headline?.blame == .nobody ? 4 : 60 }
    switch ending {
    case .marker: return 16
    case .rule: return 60
    case .quiet, nil: return 8
    }
  }

  /// The line that ends a report can be followed by the panic that the report leads to. Only a warning of s390x has its
  /// panic before that line, and comes out with it; an oops may be of any order, by what logs show.
  private var awaitsConsequence: Bool {
    guard !isFatal, headline != nil else { return false }
    return ending == .rule || architecture != .s390x || [.oops, .bug].contains(headline?.kind)
  }

  /// The input stopped in the middle, or the next report did.
  var isTruncated: Bool {
    guard let headline else { return true }
    if headline.blame == .nobody || isFatal { return false }
    switch ending {
    case .marker, .rule: return !hasEnded
    case .quiet, nil: return !hasFrames
    }
  }
}
