import Foundation

/// Result of a search for the evidence so far: computed at once, in well under a second for a kernel release.
package struct BisectAssessment: Sendable {
  /// Next step.
  package let next: BisectStep
  /// Commits that no test tells apart, likeliest first; those with less than a chance of 1e-7 are left out.
  package let suspects: [BisectSuspects]
  /// The number of commits, likeliest first, that hold the culprit with a chance of 99 %.
  package let candidates: Int
  /// The chance that the culprit is older than the good ends.
  package let olderThanGood: Double
  /// The failure rate near the culprit.
  package let rate: BisectRate
  /// Warnings for the user, gravest first.
  package let warnings: [BisectWarning]
  /// Estimate of the remaining work; nil at the end, and when nothing has failed yet.
  package let left: BisectEffort?
}

extension BisectSearch {
  /// Thinks: the posterior, what to do next, and what to tell.
  package var assessment: BisectAssessment {
    let posterior = Posterior(self)
    let suspects = SuspectGroups(self, posterior.chances)
    let decision = Decision(self, posterior, suspects)
    let groups = SuspectGroups(self, posterior.stated).sorted
    let rate = posterior.grid.summary(posterior.rates)
    return BisectAssessment(
      next: decision.step, suspects: groups.map { named($0) }, candidates: candidates(groups),
      olderThanGood: posterior.stated([0]), rate: rate, warnings: warnings(posterior, suspects, rate),
      left: left(decision, suspects.sorted))
  }

  /// Next step, without the rest of the ``assessment``.
  package var next: BisectStep {
    let posterior = Posterior(self)
    return Decision(self, posterior, SuspectGroups(self, posterior.chances)).step
  }

  /// A group by its names.
  func named(_ group: SuspectGroups.Group) -> BisectSuspects {
    BisectSuspects(commits: group.positions.map { history.id(at: $0) }, chance: group.chance)
  }

  private func candidates(_ groups: [SuspectGroups.Group]) -> Int {
    var (sum, count) = (0.0, 0)
    for group in groups where sum < 0.99 {
      sum += group.chance
      count += group.positions.count
    }
    return count
  }

  /// By the bits that are still to be learned, at the price of the next ones.
  private func left(_ decision: Decision, _ groups: [SuspectGroups.Group]) -> BisectEffort? {
    guard done.failures > 0, let choice = decision.choice, choice.information > 0 else { return nil }
    let now = groups.reduce(0) { $0 - $1.chance * log2($1.chance) }
    let bits = max(0.05, now - entropy(settings.stopAt))
    let steps = max(1, bits / choice.information)
    let needsBuild = tallies[choice.position]?.isBuilt != true
    return BisectEffort(
      trials: steps * choice.expectedTrials, builds: needsBuild ? steps : 0, seconds: steps * choice.seconds)
  }
}

extension BisectSettings {
  /// The confidence of an answer, by the weights with which it is stated, at which the search ends.
  var stopAt: Double { confidence + (1 - confidence) * reserve }
}
