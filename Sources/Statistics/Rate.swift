import Foundation

/// Failure rate, with the interval that the numbers allow.
package struct Rate: Codable, Sendable, Hashable {
  /// Trials that failed; at most ``trials``.
  package let failures: Int
  /// Trials that were judged: fails and passes, no misses.
  package let trials: Int
  /// The chance, 0 to 1, that an interval made this way holds the true rate.
  package let confidence: Double
  /// The lower end, 0 to 1.
  package let low: Double
  /// The upper end, 0 to 1.
  package let high: Double

  /// Computes the Clopper-Pearson interval (Biometrika 26, 1934), which never covers less than it promises.
  ///
  /// - Parameters:
  ///   - failures: clamped to 0...trials.
  ///   - trials: with none, the interval is 0 to 1.
  ///   - confidence: strictly between 0 and 1.
  package init(failures: Int, trials: Int, confidence: Double = 0.95) {
    let trials = max(0, trials)
    let failures = min(max(0, failures), trials)
    let (k, n, tail) = (Double(failures), Double(trials), (1 - confidence) / 2)
    self.failures = failures
    self.trials = trials
    self.confidence = confidence
    low = failures == 0 ? 0 : betaQuantile(tail, k, n - k + 1)
    high = failures == trials ? 1 : betaQuantile(1 - tail, k + 1, n - k)
  }

  /// Failures per trial; nil without trials.
  package var value: Double? { trials == 0 ? nil : Double(failures) / Double(trials) }
}

/// Number of clean trials that exclude a failure rate of at least `rate` at `confidence`; nil for a rate of 0.
///
/// A kernel that fails at `rate` passes n trials with chance (1 - rate)^n; this is the first n where that is at
/// most 1 - confidence.
package func trialsToExclude(rate: Double, confidence: Double = 0.95) -> Int? {
  guard rate > 0 else { return nil }
  guard rate < 1 else { return 1 }
  return max(1, Int((log(1 - confidence) / log1p(-rate)).rounded(.up)))
}

/// The smallest failure rate that `trials` clean trials exclude at `confidence`, 0 to 1; 1 without trials.
package func rateExcluded(byCleanTrials trials: Int, confidence: Double = 0.95) -> Double {
  trials <= 0 ? 1 : -expm1(log(1 - confidence) / Double(trials))
}
