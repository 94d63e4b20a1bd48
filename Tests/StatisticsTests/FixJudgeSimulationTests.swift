import Records
import Statistics
import Testing

@Suite struct FixJudgeSimulationTests {
  private func share(_ verdict: FixVerdict, of judgements: [FixJudgement]) -> Double {
    Double(judgements.count { $0.verdict == verdict }) / Double(judgements.count)
  }

  private func simulate(_ times: Int, _ lab: (UInt64) -> SimulatedLab, limits: FixLimits = FixLimits())
    -> [FixJudgement]
  {
    (0..<times).map { seed in
      var lab = lab(UInt64(seed) &* 7919 &+ 17)
      return lab.verify(limits: limits)
    }
  }

  @Test(arguments: [0.05, 0.2, 0.6])
  func `a patch without effect is called fixed no more often than stated`(rate: Double) {
    let limits = FixLimits(error: 0.05)
    let judgements = simulate(500, { SimulatedLab(rate, rate, seed: $0) }, limits: limits)
    #expect(share(.fixed, of: judgements) <= 0.05)
    #expect(share(.addsNew, of: judgements) == 0)
    #expect(share(.notFixed, of: judgements) > 0.8)
  }

  @Test(arguments: [false, true])
  func `a patch without effect on many different failures does not pass for one that exchanges them`(runsToEnd: Bool) {
    // Hundreds of rare signatures: those seen after the patch were mostly not seen before it.
    let many = SimulatedLab.Kernel(rates: (0..<100).map { ("bug \($0)", 0.01) }, runsToEnd: runsToEnd)
    let judgements = simulate(
      150, { SimulatedLab(before: many, after: many, seed: $0) }, limits: FixLimits(error: 0.05, maximumPairs: 40))
    #expect(share(.fixed, of: judgements) <= 0.05)
    #expect(share(.addsNew, of: judgements) <= 0.05)
  }

  @Test(arguments: [(1, 7), (0.5, 14), (0.2, 35), (0.1, 70)])
  func `a fix is seen after as many pairs as seven failures take`(rate: Double, pairs: Double) {
    let limits = FixLimits(error: 0.01, maximumPairs: 1000)
    let judgements = simulate(200, { SimulatedLab(rate, 0, seed: $0) }, limits: limits)
    #expect(share(.fixed, of: judgements) == 1)
    let mean = Double(judgements.map(\.pairs).reduce(0, +)) / 200
    #expect(abs(mean / pairs - 1) < 0.1)
    // What is left of the rate is bounded too.
    for judgement in judgements {
      #expect(rateExcluded(byCleanTrials: judgement.after.telling) <= 0.35)
    }
  }

  @Test func `misses change nothing but the time it takes`() throws {
    let bad = SimulatedLab.Kernel(rates: [("bug", 1)], misses: 0.3)
    let good = SimulatedLab.Kernel(misses: 0.3)
    let judgements = simulate(30) { SimulatedLab(before: bad, after: good, seed: $0) }.filter { $0.reason != .misses }
    #expect(judgements.count > 15)
    for judgement in judgements {
      #expect(judgement.verdict == .fixed)
      #expect(judgement.pairs == 7)
      #expect(judgement.before.misses + judgement.after.misses > 0)
    }
  }

  @Test func `intervals made when the judge stops still hold the true rate`() {
    // Stopping depends on what was seen, so the textbook's promise for a fixed count has to be shown anew.
    for rate in [0.1, 0.4] {
      let judgements = simulate(
        400, { SimulatedLab(rate, 0, seed: $0) }, limits: FixLimits(error: 0.05, maximumPairs: 500))
      let covered = judgements.count {
        let interval = Rate(failures: $0.before.shown, trials: $0.before.telling)
        return interval.low <= rate && rate <= interval.high
      }
      #expect(Double(covered) / 300 >= 0.93)
    }
  }
}
