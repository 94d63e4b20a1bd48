import Statistics

extension BisectSearch {
  func warnings(
    _ posterior: Posterior, _ groups: SuspectGroups, _ rate: BisectRate
  ) -> [BisectWarning] {
    let (good, bad) = (tallies[0] ?? Tally(), tallies[history.count] ?? Tally())
    var result: [BisectWarning] = []
    if good.failures > 0 { result.append(.goodEndFailed(trials: good.trials, failures: good.failures)) }
    // Below ten trials, silence is what most bugs worth a bisection show.
    if bad.failures == 0, bad.trials >= 10 {
      let excluded = rateExcluded(byCleanTrials: bad.trials, confidence: settings.confidence)
      result.append(.badEndSilent(trials: bad.trials, excludes: excluded))
    }
    if done.misses >= 5, done.misses * 2 >= done.misses + done.trials {
      result.append(.misses(misses: done.misses, trials: done.trials))
    }
    let changed = posterior.statedChanged
    if done.failures >= 3, changed >= 0.5, let evidence = bad.evidence {
      let atEnd = model.grid.summary(evidence)
      result.append(.rateChanges(chance: changed, badEnd: atEnd, culprit: rate))
    }
    let first = groups.first
    if done.failures >= 3, changed >= 0.5, let place = RateChangePlace(self, culprit: first.positions[0]) {
      let (older, newer) = (history.id(at: place.older), history.id(at: place.newer))
      result.append(
        .rateChangesBetween(older: older, newer: newer, commits: place.newer - place.older, chance: place.chance))
    }
    let tooRare = posterior.tooRare
    if done.failures >= 3, tooRare >= 0.3 {
      result.append(.tooRare(chance: tooRare, smallest: settings.smallestRate))
    }
    if posterior.strayed >= 0.5 { result.append(.strays(chance: posterior.strayed, rate: posterior.stray)) }
    result += companionWarnings(posterior)
    if first.positions.count > 1, first.chance >= 0.1 {
      result.append(.untestable(commits: first.positions.filter { isBarred($0) }.map { history.id(at: $0) }))
    }
    return result
  }

  private func companionWarnings(_ posterior: Posterior) -> [BisectWarning] {
    posterior.companions.filter { $0.chance >= 0.5 }.map { signature, chance in
      let trials = tallies.values.reduce(CompanionTrials()) { $0 + ($1.companions[signature] ?? CompanionTrials()) }
      return .companion(signature: signature, together: trials.together, alone: trials.alone, chance: chance)
    }
  }

  private func isBarred(_ position: Int) -> Bool { tallies[position]?.skipReason != nil }
}

extension RateGrid {
  /// Estimate from the trials of one commit alone.
  func summary(_ evidence: Evidence) -> BisectRate {
    let belief = zip(prior, evidence.values).map { $0 * $1 }
    let sum = belief.reduce(0, +)
    return summary(belief.map { $0 / sum })
  }
}
