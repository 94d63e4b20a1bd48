package import Model

/// Two kernels that fail at rates that only the simulation knows, compared by the judge that compares real ones.
package struct SimulatedComparison: Sendable {
  /// One trial of a kernel shows the first signature whose rate comes up by lot, or none.
  package struct Kernel: Sendable {
    package var rates: [(signature: String, rate: Double)]
    /// The share of trials that the lab misses.
    package var misses: Double
    /// True if trials go on after a finding.
    package var runsToEnd: Bool

    package init(rates: [(signature: String, rate: Double)] = [], misses: Double = 0, runsToEnd: Bool = false) {
      (self.rates, self.misses, self.runsToEnd) = (rates, misses, runsToEnd)
    }
  }

  package var before: Kernel
  package var after: Kernel
  /// Factor of all rates in every other stretch of 50 trials, as under another load.
  package var load = 1.0
  /// Trials of the kernel before, from an earlier run.
  package var earlier: [TrialObservation] = []
  private var lots: SplitMix64
  private var trials = 0

  package init(before: Kernel, after: Kernel, seed: UInt64) {
    (self.before, self.after) = (before, after)
    lots = SplitMix64(seed: seed)
  }

  /// Two kernels that show `bug` at these rates and nothing else.
  package init(_ before: Double, _ after: Double, seed: UInt64) {
    self.init(before: Kernel(rates: [("bug", before)]), after: Kernel(rates: [("bug", after)]), seed: seed)
  }

  /// One trial.
  package mutating func trial(_ side: PatchSide) -> TrialObservation {
    let kernel = side == .before ? before : after
    trials += 1
    let factor = trials / 50 % 2 == 1 ? load : 1
    if kernel.misses > 0, Double.random(in: 0..<1, using: &lots) < kernel.misses {
      return TrialObservation(verdict: .miss)
    }
    for (signature, rate) in kernel.rates where Double.random(in: 0..<1, using: &lots) < rate * factor {
      return TrialObservation(verdict: .fail, signatures: [signature], ranToEnd: kernel.runsToEnd)
    }
    return TrialObservation(verdict: .pass, ranToEnd: true)
  }

  /// Makes trials of the kernel before until so many failed, as an earlier run with `--until-finding` would.
  package mutating func makeEarlierRun(failures: Int) {
    var missing = failures
    for _ in 0..<100_000 where missing > 0 {
      let sighting = trial(.before)
      if sighting.verdict == .fail { missing -= 1 }
      earlier.append(sighting)
    }
  }

  /// Makes trials until the judge has enough.
  package mutating func verify(targeting targeted: Set<String>? = nil, limits: FixLimits = FixLimits())
    -> PatchTestResult
  {
    var judge = PatchTest(targeting: targeted, limits: limits, earlier: earlier)
    var order = PairOrder(seed: lots.next())
    for _ in 0..<20 * limits.maximumPairs {
      let place = order.next(onlyAfter: judge.wantsOnlyAfter)
      let sighting = trial(place.side)
      judge.add(sighting, place)
      if sighting.verdict == .miss { order.missed(place) }
      let judgement = judge.judgement()
      if judgement.isFinal { return judgement }
    }
    return judge.judgement(isOver: true)
  }
}
