import Statistics
import Testing

// Expected intervals: scipy.stats.beta.ppf, by the definition of Clopper and Pearson.
@Suite struct RateTests {
  @Test(arguments: [
    (0, 20, 0.0, 0.168433471), (20, 20, 0.831566529, 1), (5, 64, 0.0258538402, 0.172978329),
    (21, 40, 0.361280135, 0.684880293), (1, 3, 0.00840375866, 0.905700676), (1, 1, 0.025, 1),
    (333, 1_000_000, 0.000298195421, 0.000370750194),
  ])
  func `the interval is Clopper and Pearson's`(failures: Int, trials: Int, low: Double, high: Double) {
    let rate = Rate(failures: failures, trials: trials)
    #expect(abs(rate.low - low) < 1e-8)
    #expect(abs(rate.high - high) < 1e-8)
  }

  @Test func `another confidence gives another interval`() {
    let wide = Rate(failures: 8, trials: 10, confidence: 0.99)
    #expect(abs(wide.low - 0.351798834) < 1e-8)
    #expect(abs(wide.high - 0.989149491) < 1e-8)
  }

  @Test func `without trials nothing is known`() {
    let rate = Rate(failures: 0, trials: 0)
    #expect(rate.value == nil)
    #expect((rate.low, rate.high) == (0, 1))
  }

  @Test func `nonsense counts are clamped`() {
    let rate = Rate(failures: 9, trials: 4)
    #expect(rate.value == 1)
    #expect(Rate(failures: -1, trials: 4).failures == 0)
  }

  @Test func `the interval holds the true rate as often as it says`() {
    // For a true rate p, sum the chances of those outcomes whose interval covers p.
    for p in [0.03, 0.2, 0.5, 0.77] {
      let n = 25
      var covered = 0.0
      var chance = 1.0
      for _ in 0..<n { chance *= 1 - p }
      for k in 0...n {
        let rate = Rate(failures: k, trials: n)
        if rate.low <= p && p <= rate.high { covered += chance }
        chance *= Double(n - k) / Double(k + 1) * p / (1 - p)
      }
      #expect(covered >= 0.95)
    }
  }

  @Test func `clean trials and the rate they exclude are inverse`() {
    #expect(trialsToExclude(rate: 0.08) == 36)
    #expect(trialsToExclude(rate: 0) == nil)
    #expect(trialsToExclude(rate: 1) == 1)
    #expect(abs(rateExcluded(byCleanTrials: 20) - 0.139108) < 1e-6)
    #expect(rateExcluded(byCleanTrials: 0) == 1)
    for n in 1...200 {
      #expect(trialsToExclude(rate: rateExcluded(byCleanTrials: n) + 1e-9) == n)
    }
  }
}
