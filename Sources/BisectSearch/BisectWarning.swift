/// Condition that the user should know about before the search ends.
package enum BisectWarning: Codable, Hashable, Sendable {
  /// The bad end stayed clean: so many trials exclude a rate of `excludes` and more, at the confidence asked.
  case badEndSilent(trials: Int, excludes: Double)
  /// A good end showed a target signature.
  case goodEndFailed(trials: Int, failures: Int)
  /// The rate does not seem to be the same all along; `chance` is that of a change, `rate` what is seen near the culprit.
  case rateChanges(chance: Double, badEnd: BisectRate, culprit: BisectRate)
  /// Between these two the rate changes, with this chance: a second bug of the signature came in there, or something that
  /// makes the first one likelier. `commits` are those that may have done so: the newer one, and what lies between.
  case rateChangesBetween(older: String, newer: String, commits: Int, chance: Double)
  /// Good commits showed the targeted signature, if the answer is right: `rate` on average, in so many trials.
  case strays(chance: Double, rate: Double)
  /// A finding that is no target, and came with one in `together` trials and alone in `alone`, is the same bug's, with
  /// this chance: trials that show it count as failed by that chance.
  case companion(signature: String, together: Int, alone: Int, chance: Double)
  /// The rate near the culprit seems to be below the smallest one worth searching with.
  case tooRare(chance: Double, smallest: Double)
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
