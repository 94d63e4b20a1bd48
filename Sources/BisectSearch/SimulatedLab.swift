import Model

/// Makes the trials that a search asks for.
struct SimulatedLab {
  let simulated: SimulatedHistory
  private var lots: SplitMix64

  init(_ simulated: SimulatedHistory, seed: UInt64) {
    self.simulated = simulated
    lots = SplitMix64(seed: seed ^ 0x5eed_7121_a150_0001)
  }

  mutating func events(of test: BisectTest) -> [BisectEvent] {
    let recipe = simulated.recipe
    guard let position = simulated.history.positions[test.commit] else { return [] }
    if simulated.isBroken[position] {
      return [.untestable(commit: test.commit, reason: .build, seconds: recipe.buildCost)]
    }
    var trials = BisectTrials(commit: test.commit, trials: 0, failures: 0, misses: 0, seconds: 0)
    var made = 0
    while made < test.trials, trials.failures == 0 {
      trials.seconds += 1
      guard !isByChance(recipe.misses) else {
        trials.misses += 1
        continue
      }
      made += 1
      add(to: &trials, at: position)
    }
    return (test.needsBuild ? [.built(commit: test.commit, seconds: recipe.buildCost)] : []) + [.tried(trials)]
  }

  private mutating func add(to trials: inout BisectTrials, at position: Int) {
    let recipe = simulated.recipe
    let fails = isByChance(simulated.rate(at: position))
    // What a finding with another signature ended says nothing of the target.
    let isNamed = fails && position >= simulated.renaming
    let isEnded = fails && !isNamed
    if isEnded { trials.misses += 1 } else { trials.trials += 1 }
    if isNamed { trials.failures += 1 }
    if recipe.companion > 0, fails, isByChance(recipe.companion) { add("companion", to: &trials, isNamed, isEnded) }
    if recipe.other > 0, isByChance(recipe.other) { add("other", to: &trials, isNamed, isEnded) }
  }

  private func add(_ finding: String, to trials: inout BisectTrials, _ isNamed: Bool, _ isEnded: Bool) {
    let one = CompanionTrials(together: isNamed ? 1 : 0, alone: isNamed ? 0 : 1, clean: isNamed || isEnded ? 0 : 1)
    trials.companions[finding] = (trials.companions[finding] ?? CompanionTrials()) + one
  }

  private mutating func isByChance(_ chance: Double) -> Bool { Double.random(in: 0..<1, using: &lots) < chance }
}

extension SimulatedLab {
  func result(_ answer: BisectAnswer, _ search: BisectSearch) -> SimulatedSearch {
    let done = search.done
    let warnings = search.assessment.warnings
    let isRight: Bool =
      if let culprit = simulated.culprit {
        answer.outcome != .goodEndFails
          && answer.suspects.contains { $0 == culprit || $0 == simulated.secondCulprit }
      } else {
        answer.outcome == .goodEndFails
      }
    return SimulatedSearch(
      outcome: answer.outcome, isRight: isRight, confidence: answer.confidence, suspects: answer.suspects.count,
      runs: done.trials + done.misses, builds: done.builds, cost: done.trialSeconds + done.buildSeconds,
      isDoubted: warnings.contains { $0.isDoubt }, namesBoth: warnings.contains { names($0, beside: answer) })
  }

  /// True if a place at which the rate changes holds the culprit that the answer does not name.
  private func names(_ warning: BisectWarning, beside answer: BisectAnswer) -> Bool {
    guard case .rateChangesBetween(let older, let newer, _, _) = warning, let one = simulated.culprit,
      let other = simulated.secondCulprit, answer.suspects.contains(one) != answer.suspects.contains(other)
    else { return false }
    let positions = simulated.history.positions
    guard let place = positions[answer.suspects.contains(one) ? other : one], let low = positions[older],
      let high = positions[newer]
    else { return false }
    return low < place && place <= high
  }
}
