/// Outcome of a bisection. The raw values are part of the `zlab.bisect/2` contract.
package enum BisectOutcome: String, Codable, Hashable, Sendable, CaseIterable {
  /// The culprit is found, at the confidence asked.
  case found
  /// The good end has the bug: the culprit is older.
  case goodEndFails = "good-end-fails"
  /// The bad end stayed clean for so long that no rate worth searching with is left.
  case badEndIsClean = "bad-end-is-clean"
  /// The bad end cannot be tested.
  case badEndUntestable = "bad-end-untestable"
  /// The lab missed the trials of one commit after the other.
  case onlyMisses = "only-misses"
  /// No trial is left that could tell more, or that was allowed.
  case undecided
}
