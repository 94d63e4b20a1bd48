/// Prior for a failure rate that changes along the history.
///
/// It has two weights for each assumption. Tests are chosen by the first one, because what is held likely has to be
/// excluded with trials, in every search. An answer states its confidence, and the search ends, by the second one, because
/// a change that leaves no trace in the trials of one search is no rarer for that.
package struct RateChangeModel: Codable, Hashable, Sendable {
  /// Changes of one kind.
  package struct Kind: Codable, Hashable, Sendable {
    /// In the whole history, on average.
    package var changes: Double
    /// The chance of this kind, before any trial, by which tests are chosen; above 0.
    package var chance: Double
    /// The chance of this kind by which an answer states its confidence.
    package var statedChance: Double
    /// Factors on the odds of a failure in the older commits, evenly spread by their logarithm; above 0.
    package var factors: ClosedRange<Double>
  }

  /// Whatever their chances leave is that of a rate which hardly ever changes: ``BisectSettings/rateChange``.
  package var kinds = [
    // Bugs accumulate, and who reports one does so where it shows most: older commits fail less often.
    Kind(changes: 1, chance: 0.3, statedChance: 0.4, factors: 1 / 6.0...1 / 4),
    Kind(changes: 5, chance: 0.05, statedChance: 0.1, factors: 1 / 4.0...4),
  ]
  /// Factor, at least 1, by which the rate may fall below ``BisectSettings/smallestRate``.
  package var below = 2.0
  /// The weight before any trial of the rates there, beside those above; above 0.
  package var belowWeight = 0.3
  /// The same where an answer states its confidence.
  package var statedBelowWeight = 1.0

  package init() {}
}
