import BisectSearch
import Testing

@Suite struct RateChangeTests {
  private func summary(_ count: Int, _ settings: BisectSettings, _ change: (inout SimulatedHistory.Recipe) -> Void)
    throws
    -> SimulationSummary
  {
    var recipe = SimulatedHistory.Recipe()
    recipe.commits = 60
    change(&recipe)
    return SimulationSummary(
      try (0..<count).map { index in
        let seed = UInt64(index) &* 0x9e37_79b9_7f4a_7c15 &+ 3
        return try simulate(SimulatedHistory(recipe, seed: seed), settings, seed: seed)
      })
  }

  @Test func `an answer states less where it holds it likelier that the rate falls unseen`() throws {
    func stated(_ chance: Double) throws -> BisectAssessment {
      var settings = BisectSettings()
      settings.changes?.kinds[0].statedChance = chance
      var search = try BisectSearch(BisectHistory(linear: (1...100).map { "c\($0)" }, good: "g"), settings: settings)
      for (commit, trials, failures) in [("c100", 9, 3), ("c71", 9, 3), ("c70", 8, 0), ("c40", 5, 0)] {
        try search.take(.tried(.init(commit: commit, trials: trials, failures: failures, seconds: 1)))
      }
      return search.assessment
    }
    let (bold, wary) = try (stated(0.02), stated(0.8))
    // The next step does not depend on it.
    #expect(bold.next == wary.next)
    let chances = [bold, wary].map { $0.suspects.first { $0.commits == ["c71"] }?.chance ?? 0 }
    #expect(chances[0] > chances[1] + 0.02)
  }

  @Test func `a search for a bug that is rarer than it was made for ends, and says so`() throws {
    var settings = BisectSettings()
    settings.smallestRate = 0.1
    let summary = try summary(20, settings) { $0.rate = 0.03 }
    #expect((summary.outcomes["undecided"] ?? 0) > 0)
    #expect(summary.doubted > 0)
    // Twice 1.3 (log2 61 + 1) ln 2 e / 0.1 trials, at most.
    #expect(summary.meanRuns <= 339)
    // What it says is no more than what it knows: three standard errors of 20 histories.
    #expect(summary.confidence <= Double(summary.right) / 20 + 0.34)
  }

  @Test func `a search that goes on beyond the culprit names the place of a second bug more often`() throws {
    func both(_ wants: Bool) throws -> SimulationSummary {
      var settings = BisectSettings()
      settings.wantsSecondBug = wants
      return try summary(20, settings) { ($0.rate, $0.bugs) = (0.4, 2) }
    }
    let (short, long) = try (both(false), both(true))
    #expect(long.namesBoth > short.namesBoth)
    #expect(long.meanRuns > short.meanRuns)
    #expect(long.right >= 16)
  }

  @Test func `settings out of their ranges are told`() throws {
    let changes: [(inout BisectSettings) -> Void] = [
      { $0.changes?.kinds[0].chance = 0 }, { $0.changes?.kinds[0].chance = 0.94 },
      { $0.changes?.kinds[1].statedChance = 0.9 }, { $0.changes?.kinds[0].factors = 0...1 },
      { $0.changes?.belowWeight = 0 }, { $0.patience = 0 }, { $0.reserve = -2 },
    ]
    for change in changes {
      var settings = BisectSettings()
      change(&settings)
      #expect(throws: (any Error).self) {
        try BisectSearch(BisectHistory(linear: ["a", "b"], good: "g"), settings: settings)
      }
    }
  }
}
