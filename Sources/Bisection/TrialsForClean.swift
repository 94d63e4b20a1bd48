/// Number of trials that must pass until a commit may be called clean, after the bug was seen `shown` times in `judged`
/// trials.
///
/// The rate is not known but as well as those trials tell it: a Beta(shown + 1/2, judged - shown + 1/2) (Jeffreys).
/// The chance that a bad commit passes n trials is the mean of (1 - rate)^n over that, which is a product.
/// - Parameters:
///   - error: the chance, at most, that a bad commit passes so many; strictly between 0 and 1.
///   - most: where to stop counting.
/// - Returns: 1 to `most`.
package func trialsForClean(shown: Int, judged: Int, error: Double, most: Int = 10_000) -> Int {
  let bad = Double(shown) + 0.5
  let good = Double(max(0, judged - shown)) + 0.5
  var chance = 1.0
  for count in 0..<most {
    if chance <= error, count > 0 { return count }
    chance *= (good + Double(count)) / (bad + good + Double(count))
  }
  return most
}

/// The share of a confidence that each of the steps of a bisection may use up.
/// - Parameters:
///   - confidence: that all of them are right; strictly between 0 and 1.
///   - commits: candidates; a bisection asks about as many times as they can be halved.
package func errorPerStep(confidence: Double, commits: Int) -> Double {
  var steps = 1
  while steps < 60, 1 << steps < commits { steps += 1 }
  return (1 - confidence) / Double(steps)
}
