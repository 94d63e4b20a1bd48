/// The trials of one side of a comparison, counted.
package struct SideCounts: Codable, Sendable, Hashable {
  package var passes: Int
  package var fails: Int
  package var misses: Int
  /// Fails that show a target signature.
  package var shown: Int
  /// Fails that show none, and that another finding cut short: they say nothing about a target.
  package var censored: Int

  package init(passes: Int = 0, fails: Int = 0, misses: Int = 0, shown: Int = 0, censored: Int = 0) {
    self.passes = passes
    self.fails = fails
    self.misses = misses
    self.shown = shown
    self.censored = censored
  }

  /// Trials with a verdict about the kernel: no misses.
  package var judged: Int { passes + fails }
  /// Trials in which a target could have shown to the end.
  package var telling: Int { judged - censored }
}

/// One signature on both sides of a comparison.
package struct SignatureComparison: Codable, Sendable, Hashable {
  package var signature: String
  package var fate: SignatureFate
  /// True if the verdict depends on it.
  package var isTargeted: Bool
  /// Trials before the patch that show it.
  package var before: Int
  /// Trials after the patch that show it.
  package var after: Int
  /// True if it is so frequent on one side, and absent on the other, that chance is excluded for it alone.
  package var isBeyondChance: Bool

  package init(
    signature: String, fate: SignatureFate, isTargeted: Bool, before: Int, after: Int, isBeyondChance: Bool
  ) {
    self.signature = signature
    self.fate = fate
    self.isTargeted = isTargeted
    self.before = before
    self.after = after
    self.isBeyondChance = isBeyondChance
  }

  enum CodingKeys: String, CodingKey {
    case signature, fate, before, after
    case isTargeted = "targeted"
    case isBeyondChance = "beyond_chance"
  }
}

/// Result of a comparison so far.
package struct PatchTestResult: Codable, Sendable, Hashable {
  package var verdict: FixVerdict
  package var reason: FixReason
  /// No further trial is worth its time.
  package var isFinal: Bool
  /// Pairs of judged trials, one before and one after the patch.
  package var pairs: Int
  /// The e-value against "the patch leaves the rate as it was", at least 0; its inverse bounds the chance of
  /// evidence this strong, whenever one stops.
  package var evidence: Double
  /// The chance, at most, to call a patch `fixed` that leaves the rate as it was; above 0 and below 1.
  package var error: Double
  /// Pairs that it would still take at the rate seen so far; nil when the verdict stands or no rate was seen.
  package var morePairs: Int?
  /// Further trials after the patch until a rate of a tenth of the one before is excluded; nil when it is, or when
  /// nothing can be said.
  package var moreTrialsAfter: Int?
  /// The part of the rate before, 0 to 1, at and above which the rate after is excluded; nil when it showed, or never
  /// before.
  package var excludedShare: Double?
  /// The side on which the lab kept failing, when that is the reason.
  package var missing: PatchSide?
  package var before: SideCounts
  package var after: SideCounts
  /// The targets first, and of those the most frequent.
  package var signatures: [SignatureComparison]

  package init(
    verdict: FixVerdict, reason: FixReason, isFinal: Bool, pairs: Int, evidence: Double, error: Double,
    morePairs: Int? = nil, moreTrialsAfter: Int? = nil, excludedShare: Double? = nil, missing: PatchSide? = nil,
    before: SideCounts, after: SideCounts, signatures: [SignatureComparison]
  ) {
    self.verdict = verdict
    self.reason = reason
    self.isFinal = isFinal
    self.pairs = pairs
    self.evidence = evidence
    self.error = error
    self.morePairs = morePairs
    self.moreTrialsAfter = moreTrialsAfter
    self.excludedShare = excludedShare
    self.missing = missing
    self.before = before
    self.after = after
    self.signatures = signatures
  }

  enum CodingKeys: String, CodingKey {
    case verdict, reason, pairs, evidence, error, missing, before, after, signatures
    case isFinal = "final"
    case morePairs = "more_pairs"
    case moreTrialsAfter = "more_trials_after"
    case excludedShare = "excluded_share"
  }
}
