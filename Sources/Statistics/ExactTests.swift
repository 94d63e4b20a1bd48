import Foundation
package import Model

/// The chance that two samples differ at least as much as these do although their rates are equal, 0 to 1.
///
/// Fisher's exact test, two-sided: the probabilities of all tables that are no likelier than the one seen, given its
/// margins (Fisher, Statistical Methods for Research Workers, section 21.02).
package func fisherTest(_ one: Share, _ other: Share) -> Double {
  let (n, m) = (max(0, one.trials), max(0, other.trials))
  let (a, b) = (min(max(0, one.failures), n), min(max(0, other.failures), m))
  let failures = a + b
  guard n > 0, m > 0, failures > 0, failures < n + m else { return 1 }
  let whole = logChoose(n + m, failures)
  func logChance(_ x: Int) -> Double { logChoose(n, x) + logChoose(m, failures - x) - whole }
  let seen = logChance(a)
  var sum = 0.0
  for x in max(0, failures - m)...min(n, failures) {
    let chance = logChance(x)
    // Tables of equal chance must not be told apart by the last bits.
    if chance <= seen + 1e-9 { sum += exp(chance) }
  }
  return min(1, sum)
}

/// Confidence that a failure which showed in `before` is gone after `clean` trials without it, 0 to 1.
///
/// One less the chance that, at one unchanged rate, all failures fall into the earlier trials: Fisher's exact test,
/// one-sided. That the old rate is itself known from few trials is part of it.
package func absenceConfidence(before: Share, clean: Int) -> Double {
  guard before.failures > 0, before.trials >= before.failures, clean > 0 else { return 0 }
  var log = 0.0
  for index in 0..<before.failures {
    log += Foundation.log(Double(before.trials - index) / Double(before.trials + clean - index))
    if log < -50 { break }
  }
  return -expm1(log)
}

/// Chances of error that hold for all of many tests together, in the order given (Holm, Scand. J. Stat. 6, 1979).
///
/// A result below `level` after this is a false one with chance `level` at most for the whole family, however its tests
/// depend on each other.
package func holmAdjusted(_ chances: [Double]) -> [Double] {
  let order = chances.indices.sorted { chances[$0] < chances[$1] }
  var adjusted = chances
  var highest = 0.0
  for (rank, index) in order.enumerated() {
    highest = max(highest, min(1, chances[index] * Double(chances.count - rank)))
    adjusted[index] = highest
  }
  return adjusted
}

private func logChoose(_ n: Int, _ k: Int) -> Double {
  lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
}
