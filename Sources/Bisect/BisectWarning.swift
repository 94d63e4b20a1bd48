/// Condition that the user should know about before the search ends.
package enum BisectWarning: Codable, Hashable, Sendable {
  /// The bad end stayed clean: so many trials exclude a rate of `excludes` and more, at the confidence asked.
  case badEndSilent(trials: Int, excludes: Double)
  /// A good end showed the hunted signature.
  case goodEndFailed(trials: Int, failures: Int)
  /// The rate does not seem to be the same all along; `chance` is that of a change, `rate` what is seen near the culprit.
  case rateChanges(chance: Double, badEnd: BisectRate, culprit: BisectRate)
  /// The lab missed so many trials, and judged so few.
  case misses(misses: Int, trials: Int)
  /// Neighbours of the likeliest culprit cannot be tested, so that the answer will name several.
  case untestable(commits: [String])
}

/// A failure rate, with the interval that holds it at 95 %.
package struct BisectRate: Codable, Hashable, Sendable {
  /// The mean of what is possible, 0 to 1.
  package let mean: Double
  package let low: Double
  package let high: Double
}

/// Work, done or to do.
package struct BisectEffort: Codable, Hashable, Sendable {
  /// Judged ones.
  package var trials = 0.0
  package var builds = 0.0
  package var seconds = 0.0
}
