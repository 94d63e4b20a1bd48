import BisectSearch
import Testing

@Suite struct SimulationTests {
  private func summary(
    _ count: Int, _ settings: BisectSettings = BisectSettings(), _ change: (inout SimulatedHistory.Recipe) -> Void
  ) throws -> SimulationSummary {
    var recipe = SimulatedHistory.Recipe()
    recipe.commits = 100
    recipe.rate = 0.3
    change(&recipe)
    return SimulationSummary(
      try (0..<count).map { index in
        let seed = UInt64(index) &* 0x9e37_79b9_7f4a_7c15
        return try simulate(SimulatedHistory(recipe, seed: seed), settings, seed: seed)
      })
  }

  // Chances of a right search to fall out of these bounds are below 1 in 1000; the seeds make it the same each time.
  @Test func `it is right as often as it says`() throws {
    let summary = try summary(60) { _ in }
    #expect(summary.right >= 52)
    // Three standard errors of 60 histories.
    #expect(abs(summary.confidence - Double(summary.right) / 60) < 0.09)
    #expect(summary.outcomes == ["found": 60])
  }

  @Test func `with merges, broken commits and misses too`() throws {
    let summary = try summary(40) {
      ($0.merges, $0.broken, $0.misses, $0.brokenTogether, $0.rate) = (0.08, 0.1, 0.1, 2, 0.5)
    }
    #expect(summary.right >= 33)
    #expect(summary.meanSuspects < 4)
  }

  @Test func `good commits that show the signature now and then are told from bad ones`() throws {
    let strays = try summary(40) { ($0.stray, $0.rate) = (0.02, 0.5) }
    #expect(strays.right >= 33)
    var settings = BisectSettings()
    settings.assumeFixedRates()
    let fixed = try summary(40, settings) { ($0.stray, $0.rate) = (0.02, 0.5) }
    #expect(fixed.right < strays.right)
    #expect(fixed.confidence > 0.95)
    #expect(strays.doubted > 0)
  }

  @Test func `a rate that is four times lower in older commits is followed`() throws {
    let drift = try summary(40) { ($0.drift, $0.rate) = (0.25, 0.6) }
    #expect(drift.right >= 33)
    #expect(drift.doubted > 0)
    #expect(try summary(20) { $0.rate = 0.6 }.doubted <= 2)
  }

  @Test func `of two bugs with one signature one is found, and the place of the other named now and then`() throws {
    let both = try summary(30) { ($0.bugs, $0.rate) = (2, 0.4) }
    #expect(both.right >= 24)
  }

  @Test func `good ends that are bad are told`() throws {
    let summary = try summary(20) { ($0.badGood, $0.rate, $0.buildCost) = (1, 0.5, 20) }
    #expect(summary.right >= 17)
    #expect(summary.meanBuilds < 12)
  }

  @Test func `plain bisection with few runs is wrong more often than it is right`() throws {
    var settings = BisectSettings()
    settings.policy = .plain(runs: 5)
    let plain = try summary(40, settings) { $0.rate = 0.1 }
    #expect(plain.right < 20)
    settings.policy = .plain(runs: 1)
    let certain = try summary(20, settings) { $0.rate = 1 }
    #expect(certain.right == 20 && certain.meanRuns < 9)
  }

  @Test func `the same seed makes the same search`() throws {
    #expect(try summary(3) { $0.merges = 0.1 } == summary(3) { $0.merges = 0.1 })
  }
}
