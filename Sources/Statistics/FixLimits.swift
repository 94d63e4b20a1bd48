/// Stopping rule of a comparison.
package struct FixLimits: Codable, Sendable, Hashable {
  /// The chance, at most, to call a patch `fixed` that leaves the rate as it was; 1e-12 to 0.5.
  package var error: Double
  /// Pairs before any verdict is final: one sighting after the patch is proof, but one trial a side is no rate.
  package var minimumPairs: Int
  /// Pairs after which it ends without a verdict.
  package var maximumPairs: Int
  /// `fixed` must exclude at ``confidence`` that the rate after the patch is the one before divided by this; at least 1.
  package var factor: Double
  /// Of what clean trials exclude, strictly between 0 and 1.
  package var confidence: Double

  package init(
    error: Double = 0.01, minimumPairs: Int = 5, maximumPairs: Int = 200, factor: Double = 10,
    confidence: Double = 0.95
  ) {
    self.error = error
    self.maximumPairs = max(1, maximumPairs)
    self.minimumPairs = min(max(1, minimumPairs), self.maximumPairs)
    self.factor = max(1, factor)
    self.confidence = confidence
  }

  /// Failures before the patch, without one after it, that make a verdict; with fewer pairs nothing can be `fixed`.
  package var failuresNeeded: Int { SequentialPairTest(error: error).failuresNeeded }

  /// Clean trials before the patch that exclude every rate at which ``maximumPairs`` would be enough.
  var silenceToGiveUp: Int {
    let rate = min(1, Double(failuresNeeded) / Double(maximumPairs))
    return max(minimumPairs, trialsToExclude(rate: rate, confidence: confidence) ?? .max)
  }
}
