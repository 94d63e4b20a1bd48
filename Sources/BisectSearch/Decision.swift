import Foundation
import Model
import Statistics

/// Choice of the next step, with its reason.
struct Decision {
  private(set) var step: BisectStep
  /// The test that was chosen for what it teaches.
  private(set) var choice: InformationPolicy.Choice?

  init(_ search: BisectSearch, _ posterior: Posterior, _ groups: SuspectGroups) {
    step = .finished(search.answer(.undecided, groups.first, posterior))
    if let early = search.ends(groups, posterior) ?? search.check(posterior) ?? search.checkCompanions(posterior) {
      step = early
      return
    }
    if case .plain(let runs) = search.settings.policy {
      step = search.plain(runs, posterior)
    } else if let end = search.answered(groups, posterior) {
      step = search.secondBug(groups, posterior) ?? end
    } else if let choice = InformationPolicy(search, posterior).best {
      self.choice = choice
      step = search.test(choice.position, choice.trials, .search, choice.information)
    } else if let end = search.answered(groups, posterior, isOver: true) {
      step = end
    }
  }
}

extension BisectSearch {
  private func tally(at position: Int) -> Tally { tallies[position] ?? Tally() }
  private var bad: Int { history.count }

  /// Trials after which the search ends undecided.
  ///
  /// A search at a small rate p takes some 1.3 times what the channel's capacity asks for, which is p/e nats a trial
  /// (Cover and Thomas, Elements of Information Theory, the Z-channel): 514 trials at 5 % and 1000 commits.
  var mostTrials: Int {
    if let asked = settings.mostTrials { return asked }
    guard let patience = settings.patience else { return .max }
    let mean = 1.3 * (log2(Double(history.count + 1)) + 1) * log(2) * M_E / settings.smallestRate
    return Int(patience * mean)
  }

  func test(_ position: Int, _ trials: Int, _ purpose: BisectTest.Purpose, _ information: Double = 0) -> BisectStep {
    let room = max(1, mostTrials - done.trials)
    let trials: Int = min(max(trials, settings.smallestBatch), settings.largestBatch, room)
    return .test(
      BisectTest(
        commit: history.id(at: position), trials: trials, purpose: purpose, needsBuild: !tally(at: position).isBuilt,
        information: information))
  }

  func answer(_ outcome: BisectOutcome, _ group: SuspectGroups.Group?, _ posterior: Posterior) -> BisectAnswer {
    let suspects = group.map { named($0) }
    return BisectAnswer(
      outcome: outcome, commit: suspects?.commits.last, confidence: group.map { posterior.stated($0.positions) } ?? 0,
      suspects: suspects?.commits ?? [])
  }

  /// Reasons to end, or to look at the bad end first, that have nothing to do with who the culprit is.
  fileprivate func ends(_ groups: SuspectGroups, _ posterior: Posterior) -> BisectStep? {
    if tally(at: bad).skipReason != nil { return .finished(answer(.badEndUntestable, nil, posterior)) }
    // When commit after commit gives misses only, the bad end shows whether it is them or the lab.
    if done.missedInARow >= 3 {
      if tally(at: bad).missesInARow >= settings.mostMisses {
        return .finished(answer(.onlyMisses, groups.first, posterior))
      }
      return test(bad, 1, .calibration)
    }
    if done.trials >= mostTrials {
      return answered(groups, posterior, isOver: true) ?? .finished(answer(.undecided, groups.first, posterior))
    }
    return nil
  }

  /// Trials of the two ends, before hours are spent between them.
  fileprivate func check(_ posterior: Posterior) -> BisectStep? {
    if case .plain = settings.policy { return nil }
    if done.failures == 0 {
      // Giving up is an answer too, and saves little: it is held to a higher standard.
      let sure = max(settings.confidence, 0.99)
      let enough = trialsToExclude(rate: settings.smallestRate, confidence: sure) ?? 1
      let clean = tally(at: bad).trials
      return clean >= enough
        ? .finished(answer(.badEndIsClean, nil, posterior)) : test(bad, enough - clean, .calibration)
    }
    if done.failures < settings.calibration { return test(bad, settings.largestBatch, .calibration) }
    let good = tally(at: 0)
    let costs = Costs(self)
    guard costs.build > costs.trial, good.skipReason == nil, good.failures == 0, settings.unnoticed < 1 else {
      return nil
    }
    let missing = cleanTrials(posterior) - good.trials
    return missing > 0 ? test(0, missing, .goodEnd) : nil
  }

  /// Trials of the good end while it is open whether a finding is the bug's own: if it is, the good end never shows it,
  /// and else as often as any commit.
  fileprivate func checkCompanions(_ posterior: Posterior) -> BisectStep? {
    let good = tally(at: 0)
    let open = posterior.companions.map(\.chance).filter { $0 > 1e-4 && $0 < 0.95 }.max() ?? 0
    let wanted = open == 0 ? 0 : open < 0.05 ? 4 : 20
    guard good.skipReason == nil, good.trials < wanted else { return nil }
    return test(0, min(2, wanted - good.trials), .goodEnd)
  }

  /// Clean trials that would leave a bad good end unnoticed no more often than allowed.
  private func cleanTrials(_ posterior: Posterior) -> Int {
    // What the bad end's own trials say: the good end's must not change the number asked of them.
    let tally = tally(at: bad)
    let grid = posterior.grid
    let belief = tally.evidence.map { zip(grid.prior, $0.values).map { $0 * $1 } } ?? grid.prior
    let all = belief.reduce(0, +)
    var trials = 1
    while trials < 10_000, zip(belief, grid.clean(trials)).reduce(0, { $0 + $1.0 * $1.1 }) > settings.unnoticed * all {
      trials += 1
    }
    return trials
  }

  /// The end, when one group of suspects is likely enough.
  ///
  /// More confidence is asked at a high failure rate: one or two further trials tell there whether the answer is right.
  /// - Parameter isOver: no further test will be made.
  fileprivate func answered(_ groups: SuspectGroups, _ posterior: Posterior, isOver: Bool = false) -> BisectStep? {
    let first = groups.first
    let isCheap = !isOver && settings.changes != nil
    let rate = isCheap ? zip(posterior.grid.rates, posterior.rates).reduce(0) { $0 + $1.0 * $1.1 } : 0
    let error = (1 - settings.stopAt) * min(1, 2.5 * (1 - rate))
    guard posterior.stated(first.positions) >= 1 - error else { return nil }
    return .finished(answer(first.positions == [0] ? .goodEndFails : .found, first, posterior))
  }

  /// A test beyond the culprit; nil when there is none to make.
  fileprivate func secondBug(_ groups: SuspectGroups, _ posterior: Posterior) -> BisectStep? {
    guard settings.wantsSecondBug == true, done.trials < mostTrials, let culprit = groups.first.positions.last else {
      return nil
    }
    return SecondBug(self, posterior, culprit: culprit).next.map { test($0, settings.largestBatch, .secondBug) }
  }

  fileprivate func plain(_ runs: Int, _ posterior: Posterior) -> BisectStep {
    let policy = PlainPolicy(self, runs: runs)
    if let next = policy.next { return test(next.position, next.trials, .search) }
    let group = SuspectGroups.Group(
      positions: policy.left, chance: policy.left.reduce(0) { $0 + posterior.chances[$1] })
    return .finished(answer(policy.left.isEmpty ? .undecided : .found, group, posterior))
  }
}
