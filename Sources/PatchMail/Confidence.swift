/// Confidence that a recovered patch is what its author sent; greater is worse.
package enum PatchConfidence: String, Codable, Sendable, CaseIterable, Comparable {
  /// Nothing had to be changed but the mail's envelope.
  case exact
  /// Damage was undone, and the hunks' counts allow one reading only.
  case repaired
  /// Readings that differ fit the counts equally well, or the mail contradicts itself.
  case doubtful

  /// Orders from exact to doubtful, so that the worst of several is their maximum.
  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .exact: 0
    case .repaired: 1
    case .doubtful: 2
    }
  }
}
