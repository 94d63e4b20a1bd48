import BisectSearch
import Model
import Testing

@Suite struct BisectPosteriorTests {
  private static let shapes: [[String: [String]]] = [
    ["a": ["g"], "b": ["a"], "c": ["b"], "d": ["c"], "e": ["d"], "f": ["e"]],
    ["a": ["g"], "b": ["a"], "c": ["a"], "d": ["b", "c"], "e": ["d"]],
    // A branch from before the good end, a merge of three, and a branch merged twice.
    [
      "a": ["g"], "b": [], "c": ["a", "b"], "d": ["a"], "e": ["d"], "f": ["c", "e", "b"], "h": ["f"], "i": ["e"],
      "j": ["h", "i"],
    ],
  ]

  @Test(arguments: shapes.indices, 0..<6) func `chances are those of the definition`(shape: Int, seed: Int) throws {
    let parents = Self.shapes[shape]
    var settings = BisectSettings()
    settings.assumeFixedRates()
    settings.rateChange = 0
    var truth = BruteForce(parents: parents, good: "g", settings: settings)
    let bad = try #require(truth.ids.last)
    var search = try BisectSearch(history(parents, bad), settings: settings)
    // Whatever comes, contradictions too.
    var lots = SystemLots(seed: seed)
    for commit in truth.ids + ["g"] where lots.next(2) == 0 || commit == bad {
      let trials = 1 + lots.next(12)
      let failures = lots.next(3) == 0 ? min(trials, lots.next(3)) : 0
      truth.trials[commit] = (trials, failures)
      try search.take(.tried(.init(commit: commit, trials: trials, failures: failures, seconds: 1)))
    }
    let assessment = search.assessment
    for (culprit, chance) in truth.chances where chance > 1e-6 {
      let found = try #require(assessment.suspects.first { $0.commits == [culprit] })
      #expect(abs(found.chance - chance) < 1e-9)
    }
    #expect(abs(assessment.olderThanGood - (truth.chances["g"] ?? 0)) < 1e-9)
  }

  @Test func `misses are never evidence`() throws {
    var search = try BisectSearch(BisectHistory(linear: (1...9).map { "c\($0)" }, good: "g"))
    try search.take(.tried(.init(commit: "c9", trials: 20, failures: 2, seconds: 20)))
    let before = search.assessment.suspects
    try search.take(.tried(.init(commit: "c5", trials: 0, failures: 0, misses: 4, seconds: 9)))
    #expect(search.assessment.suspects == before)
  }

  @Test func `a failure clears all that are not its ancestors, and clean trials weigh against those that are`() throws {
    var search = try BisectSearch(diamond())
    try search.take(.tried(.init(commit: "e", trials: 6, failures: 3, seconds: 6)))
    try search.take(.tried(.init(commit: "b", trials: 1, failures: 1, seconds: 1)))
    let chance = Dictionary(
      uniqueKeysWithValues: search.assessment.suspects.flatMap { group in group.commits.map { ($0, group.chance) } })
    #expect(["c", "d", "e"].allSatisfy { (chance[$0] ?? 0) < 0.02 })
    try search.take(.tried(.init(commit: "a", trials: 8, failures: 0, seconds: 8)))
    let after = try #require(search.assessment.suspects.first)
    #expect(after.commits == ["b"] && after.chance > (chance["b"] ?? 1))
  }

  @Test func `a rate that falls on the way is told, and costs certainty`() throws {
    func search(change: Double) throws -> BisectSearch {
      var settings = BisectSettings()
      if change == 0 { settings.assumeFixedRates() }
      settings.rateChange = change
      var search = try BisectSearch(BisectHistory(linear: (1...100).map { "c\($0)" }, good: "g"), settings: settings)
      try search.take(.tried(.init(commit: "c100", trials: 40, failures: 14, seconds: 1)))
      try search.take(.tried(.init(commit: "c50", trials: 60, failures: 4, seconds: 1)))
      try search.take(.tried(.init(commit: "c25", trials: 30, failures: 0, seconds: 1)))
      return search
    }
    let wary = try search(change: 0.05).assessment
    #expect(wary.warnings.contains { if case .rateChanges = $0 { true } else { false } })
    #expect(wary.rate.mean < 0.25)
    func older(_ assessment: BisectAssessment) -> Double {
      assessment.suspects.filter { Int($0.commits[0].dropFirst()).map { $0 <= 25 } ?? true }.reduce(0) {
        $0 + $1.chance
      }
    }
    #expect(older(wary) > 2 * older(try search(change: 0).assessment))
  }

  @Test func `the place at which the rate changes is named`() throws {
    var search = try BisectSearch(BisectHistory(linear: (1...100).map { "c\($0)" }, good: "g"))
    for (commit, trials, failures) in [
      ("c100", 40, 34), ("c80", 40, 35), ("c72", 30, 24), ("c70", 60, 9), ("c50", 60, 8), ("c41", 50, 7),
      ("c40", 90, 0),
      ("c20", 40, 0),
    ] {
      try search.take(.tried(.init(commit: commit, trials: trials, failures: failures, seconds: 1)))
    }
    let assessment = search.assessment
    #expect(assessment.suspects.first?.commits == ["c41"])
    let place = try #require(
      assessment.warnings.compactMap {
        if case .rateChangesBetween(let older, let newer, let commits, let chance) = $0 {
          (older, newer, commits, chance)
        } else {
          nil
        }
      }.first)
    #expect((place.0, place.1, place.2) == ("c70", "c72", 2))
    #expect(place.3 > 0.8)
  }

  @Test func `a failure of one old commit among hundreds of clean trials is a stray`() throws {
    func search(fixed: Bool) throws -> BisectAssessment {
      var settings = BisectSettings()
      if fixed { settings.assumeFixedRates() }
      var search = try BisectSearch(BisectHistory(linear: (1...100).map { "c\($0)" }, good: "g"), settings: settings)
      for (commit, trials, failures) in [
        ("c100", 40, 20), ("c61", 30, 15), ("c60", 40, 0), ("c55", 40, 0), ("c40", 60, 1), ("c20", 60, 0),
      ] {
        try search.take(.tried(.init(commit: commit, trials: trials, failures: failures, seconds: 1)))
      }
      return search.assessment
    }
    let inferred = try search(fixed: false)
    #expect(inferred.suspects.first?.commits == ["c61"])
    #expect(inferred.warnings.contains { if case .strays = $0 { true } else { false } })
  }

  private func history(_ parents: [String: [String]], _ bad: String) throws -> BisectHistory {
    try BisectHistory(commits: parents.map { .init(id: $0.key, parents: $0.value) }, goods: ["g"], bad: bad)
  }
}

/// Small numbers by lot, the same for the same seed (Numerical Recipes' linear congruence).
struct SystemLots {
  private var state: UInt32

  init(seed: Int) { state = UInt32(seed) &* 2_654_435_761 &+ 1 }

  /// 0 to below `bound`.
  mutating func next(_ bound: Int) -> Int {
    state = state &* 1_664_525 &+ 1_013_904_223
    return Int(state >> 16) % bound
  }
}
