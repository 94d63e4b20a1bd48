import BisectSearch
import Testing

/// Findings that come with the targets, and whether they are the bug's.
@Suite struct CompanionTests {
  private func search(_ companions: Bool = true) throws -> BisectSearch {
    var settings = BisectSettings()
    if !companions { settings.companions = nil }
    settings.buildSeconds = 0
    return try BisectSearch(BisectHistory(linear: (1...100).map { "c\($0)" }, good: "g"), settings: settings)
  }

  /// Trials of a commit, some of which showed `kasan` with a target or without one.
  private func trials(_ commit: String, _ all: Int, failed: Int = 0, together: Int = 0, alone: Int = 0) -> BisectEvent {
    var trials = BisectTrials(commit: commit, trials: all, failures: failed, seconds: Double(all))
    if together + alone > 0 {
      trials.companions["kasan"] = CompanionTrials(together: together, alone: alone, clean: alone)
    }
    return .tried(trials)
  }

  private func companion(_ search: BisectSearch) -> (together: Int, alone: Int, chance: Double)? {
    for case .companion("kasan", let together, let alone, let chance) in search.assessment.warnings {
      return (together, alone, chance)
    }
    return nil
  }

  @Test func `what always comes with the target shows the bug where the target has another name`() throws {
    func isOlder(_ companions: Bool) throws -> (chance: Double, search: BisectSearch) {
      var search = try search(companions)
      try search.take(trials("c100", 12, failed: 6, together: 6))
      try search.take(trials("c70", 10, failed: 5, together: 5))
      try search.take(trials("c40", 10, alone: 5))
      try search.take(trials("c20", 12))
      try search.take(trials("g", 12))
      let suspects = search.assessment.suspects
      let older = suspects.filter { (21...40).contains(Int($0.commits[0].dropFirst()) ?? 0) }
      return (older.reduce(0) { $0 + $1.chance }, search)
    }
    let (with, without) = try (isOlder(true), isOlder(false))
    #expect(with.chance > 0.9)
    #expect(without.chance < 0.05)
    let told = try #require(companion(with.search))
    #expect(told.together == 11 && told.alone == 5 && told.chance > 0.9)
    #expect(companion(without.search) == nil)
  }

  @Test func `what shows in good commits as often is not taken for the bug`() throws {
    var search = try search()
    try search.take(trials("c100", 10, failed: 5, together: 3, alone: 2))
    try search.take(trials("c70", 10, failed: 5, together: 2, alone: 3))
    try search.take(trials("c40", 20, alone: 10))
    try search.take(trials("g", 20, alone: 9))
    #expect(companion(search) == nil)
    #expect(search.assessment.suspects.allSatisfy { $0.commits[0] != "g" || $0.chance < 0.1 })
  }

  @Test func `while it is open whose a finding is, the good end is tried`() throws {
    var search = try search()
    try search.take(trials("c100", 1, failed: 1, together: 1))
    try search.take(trials("c50", 2, alone: 2))
    guard case .test(let test) = search.next else { return #expect(Bool(false), "it ends") }
    #expect(test.commit == "g" && test.purpose == .goodEnd)
  }

  @Test func `without another finding nothing changes`() throws {
    var (one, other) = try (search(true), search(false))
    for (commit, all, failed) in [("c100", 9, 3), ("c50", 9, 0), ("c75", 4, 1), ("c60", 5, 0)] {
      try one.take(trials(commit, all, failed: failed))
      try other.take(trials(commit, all, failed: failed))
      #expect(one.next == other.next && one.assessment.suspects == other.assessment.suspects)
    }
  }

  @Test(arguments: [
    CompanionTrials(together: 2), CompanionTrials(alone: 1, clean: 2), CompanionTrials(alone: 9, clean: 9),
    CompanionTrials(alone: 3), CompanionTrials(alone: -1),
  ])
  func `impossible numbers are told`(trials: CompanionTrials) throws {
    var search = try search()
    var event = BisectTrials(commit: "c7", trials: 5, failures: 1, misses: 1, seconds: 1)
    event.companions["kasan"] = trials
    #expect(throws: (any Error).self) { try search.take(.tried(event)) }
  }

  @Test func `simulated histories whose bug has another name in older commits are searched rightly`() throws {
    func summary(_ companions: Bool, _ change: (inout SimulatedHistory.Recipe) -> Void) throws -> SimulationSummary {
      var (recipe, settings) = (SimulatedHistory.Recipe(), BisectSettings())
      (recipe.commits, recipe.rate) = (30, 0.5)
      change(&recipe)
      if !companions { settings.companions = nil }
      return SimulationSummary(
        try (0..<20).map { index in
          let seed = UInt64(index) &* 0x9e37_79b9_7f4a_7c15 &+ 11
          return try simulate(SimulatedHistory(recipe, seed: seed), settings, seed: seed)
        })
    }
    let with = try summary(true) { ($0.companion, $0.isRenamed) = (0.8, true) }
    let without = try summary(false) { ($0.companion, $0.isRenamed) = (0.8, true) }
    #expect(with.right >= 17 && without.right < with.right)
    // A finding that is no one's.
    #expect(try summary(true) { $0.other = 0.3 }.right >= 17)
  }
}
