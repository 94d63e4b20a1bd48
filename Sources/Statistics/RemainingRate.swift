import Foundation
package import Model

/// Share of the rate before a patch that clean trials after it exclude; that rate is itself known from trials only.
///
/// Let K trials fail at the rate p before the patch, which takes about K/p of them, and r times as many trials follow
/// after it. A rate of p/F there leaves all of them clean with a chance of (1 + r/F)^-K where failures are rare, and with
/// less where they are not: the Laplace transform of the waiting time for K failures. So the uncertainty of p is part of
/// it, and no estimate of p is needed. With K and r fixed beforehand the bound is exact; see docs/decisions/fix-test.md.
package struct RemainingRate: Sendable, Hashable {
  /// Trials that fail before the patch.
  package let failures: Int
  /// Trials before the patch in which the failure could have shown.
  package let trials: Int
  /// Of what is excluded, strictly between 0 and 1.
  package let confidence: Double

  /// - Parameter before: with at least one failure, else nothing is ever excluded.
  package init(before: Share, confidence: Double) {
    (failures, trials) = (max(0, before.failures), max(before.trials, before.failures))
    self.confidence = confidence
  }

  /// Clean trials after the patch that exclude the rate before divided by `factor`; nil without a failure before.
  package func trialsNeeded(factor: Double) -> Int? {
    guard failures > 0, trials > 0 else { return nil }
    let needed = factor * Double(trials) * growth
    return needed < 1e9 ? max(1, Int((needed - 1e-9).rounded(.up))) : nil
  }

  /// The part of the rate before, 0 to 1, at and above which `clean` trials after the patch exclude the rate.
  package func shareExcluded(byCleanTrials clean: Int) -> Double? {
    guard failures > 0, trials > 0, clean > 0 else { return nil }
    return min(1, Double(trials) * growth / Double(clean))
  }

  // r / F at which (1 + r/F)^-K is what may be left to chance.
  private var growth: Double { expm1(-log(1 - confidence) / Double(failures)) }
}
