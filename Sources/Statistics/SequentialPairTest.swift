import Foundation

/// The evidence, pair by pair, that a patch took a failure away; a safe test, so one may look and stop at any time.
///
/// Each pair is one trial before the patch and one after it, in random order. The e-value doubles with each pair that
/// fails before only, and is 0 for good once a trial after the patch fails. Had the patch left the rate as it was, a
/// pair with one failure would have it on either side with equal chance, so the e-value never grows on average,
/// whatever the rate is, and however it drifts from pair to pair. By Ville's inequality the chance that it ever
/// reaches 1/error is then at most `error`.
///
/// This is the E-variable of Turner, Ly and Gruenwald ("Generic E-variables for exact sequential k-sample tests that
/// allow for optional stopping", J. Stat. Plan. Inference 230, 2024) for a rate of 0 after the patch, in the limit of
/// a small rate before it. Estimating the rates instead takes more pairs at all but the highest rates, and needs the
/// trials of one pair to be independent; see `docs/decisions/fix-test.md`.
package struct SequentialPairTest: Sendable, Hashable {
  /// The chance, at most, to be convinced of a patch that leaves the rate as it was.
  package let error: Double
  /// Pairs that were added.
  package private(set) var pairs = 0
  /// Pairs that failed before the patch.
  package private(set) var failuresBefore = 0
  /// True if a trial after the patch failed.
  package private(set) var isRefuted = false

  /// - Parameter error: clamped to 1e-12...0.5.
  package init(error: Double) { self.error = min(max(error, 1e-12), 0.5) }

  /// Adds a pair: whether it failed before the patch, and after it.
  package mutating func add(before: Bool, after: Bool) {
    pairs += 1
    if before { failuresBefore += 1 }
    if after { isRefuted = true }
  }

  /// Failures before the patch, without one after it, that convince.
  package var failuresNeeded: Int { Int((-log2(error)).rounded(.up)) }

  /// True if chance is excluded.
  package var isConvincing: Bool { !isRefuted && failuresBefore >= failuresNeeded }

  /// The e-value; stays finite.
  package var value: Double { isRefuted ? 0 : exp2(Double(min(failuresBefore, 1000))) }
}
