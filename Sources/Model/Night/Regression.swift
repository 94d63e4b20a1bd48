/// Change of one signature in a night, against the nights before it.
package enum RegressionStatus: String, Codable, Sendable, CaseIterable {
  /// Never seen before on this scenario and line of kernels.
  case new
  /// Its absence was no chance, and it is back.
  case reappeared
  /// It shows more often or more seldom than it did.
  case rateChanged = "rate-changed"
  /// Its absence is no chance any more.
  case gone
  /// Seen as before.
  case seen
  /// Not seen tonight, which may be chance.
  case quiet
}

/// Failures among trials, without an interval.
package struct Share: Codable, Sendable, Hashable {
  package var failures: Int
  package var trials: Int

  package init(failures: Int, trials: Int) { (self.failures, self.trials) = (failures, trials) }
}

/// One signature on one scenario and line of kernels, in one night.
package struct Regression: Codable, Sendable, Hashable {
  package var kind: RegressionStatus
  package var signature: String
  package var key: CellKey
  /// Trials that show it, of those that could have: over the nights it is compared with; nil without any.
  package var before: Share?
  /// The same of tonight.
  package var now: Share
  /// Of one that was not seen: that its absence is no chance, 0 to 1.
  package var confidence: Double?
  /// Of one whose rate was compared: the chance of such a difference without a change, adjusted for all comparisons.
  package var pValue: Double?

  package init(
    kind: RegressionStatus, signature: String, key: CellKey, before: Share?, now: Share, confidence: Double? = nil,
    pValue: Double? = nil
  ) {
    self.kind = kind
    self.signature = signature
    self.key = key
    self.before = before
    self.now = now
    self.confidence = confidence
    self.pValue = pValue
  }
}
