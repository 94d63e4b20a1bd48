import BisectSearch
import Foundation
import Model
import Testing

@Suite struct BisectSearchTests {
  private func line(_ count: Int) throws -> BisectHistory {
    try BisectHistory(linear: (1...count).map { "c\($0)" }, good: "g")
  }

  /// Answers whatever a search asks, until it ends or `steps` are over.
  private func drive(
    _ search: inout BisectSearch, steps: Int = 500, _ answer: (BisectTest, BisectSearch) -> [BisectEvent]
  ) throws -> (answer: BisectAnswer?, events: [BisectEvent]) {
    var events: [BisectEvent] = []
    for _ in 0..<steps {
      switch search.assessment.next {
      case .finished(let answer): return (answer, events)
      case .test(let test):
        for event in answer(test, search) {
          try search.take(event)
          events.append(event)
        }
      }
    }
    return (nil, events)
  }

  /// A kernel that fails every time from `culprit` on.
  private func certain(_ culprit: Int) -> (BisectTest, BisectSearch) -> [BisectEvent] {
    { test, _ in
      let number = Int(test.commit.dropFirst()) ?? 0
      let isBad = number >= culprit
      let trials = isBad ? 1 : test.trials
      return [.tried(.init(commit: test.commit, trials: trials, failures: isBad ? 1 : 0, seconds: Double(trials)))]
    }
  }

  @Test(arguments: [1, 2, 31, 63, 64]) func `a bug that always shows is found`(culprit: Int) throws {
    var search = try BisectSearch(line(64))
    let end = try #require(try drive(&search, certain(culprit)).answer)
    #expect(end.outcome == .found && end.commit == "c\(culprit)" && end.suspects == ["c\(culprit)"])
    // A trial more is cheap where each fails, so that more than the 95 % asked is reached.
    #expect(end.confidence >= (culprit < 64 ? 0.97 : 0.95))
  }

  @Test func `a good end with the bug is told within few trials, before the middle is tried`() throws {
    var search = try BisectSearch(line(500))
    let (answer, events) = try drive(&search, certain(0))
    #expect(answer?.outcome == .goodEndFails)
    #expect(Set(events.map(\.commit)) == ["c500", "g"])
    #expect(search.assessment.warnings.contains { if case .goodEndFailed = $0 { true } else { false } })
  }

  @Test func `a bad end that shows nothing is told, early and with numbers`() throws {
    var search = try BisectSearch(line(500))
    var first: (trials: Int, excludes: Double)?
    let (answer, events) = try drive(&search) { test, search in
      if first == nil, case .badEndSilent(let trials, let excludes)? = search.assessment.warnings.first {
        first = (trials, excludes)
      }
      return [.tried(.init(commit: test.commit, trials: min(test.trials, 10), failures: 0, seconds: 1))]
    }
    #expect(answer?.outcome == .badEndIsClean)
    #expect(Set(events.map(\.commit)) == ["c500"])
    // (1 - 0.259)^10 = 0.05, and (1 - 0.025)^182 = 0.01.
    #expect(first?.trials == 10)
    #expect(abs((first?.excludes ?? 0) - 0.2589) < 0.001)
    #expect((182...192).contains(search.done.trials))
  }

  @Test func `a bad end that cannot be tested ends it at once`() throws {
    var search = try BisectSearch(line(5))
    try search.take(.untestable(commit: "c5", reason: .boot, seconds: 3))
    guard case .finished(let answer) = search.next else { return #expect(Bool(false), "it goes on") }
    #expect(answer.outcome == .badEndUntestable)
  }

  @Test func `what cannot be tested is skipped, and the answer names all that cannot be told apart`() throws {
    var search = try BisectSearch(line(40))
    let broken: Set = ["c20", "c21", "c22"]
    let answers = certain(21)
    let (answer, events) = try drive(&search) { test, search in
      broken.contains(test.commit)
        ? [.untestable(commit: test.commit, reason: .build, seconds: 9)] : answers(test, search)
    }
    #expect(answer?.outcome == .found)
    #expect(answer?.suspects == ["c20", "c21", "c22", "c23"])
    for commit in broken { #expect(events.count { $0.commit == commit } <= 1) }
    #expect(
      search.assessment.warnings.contains {
        if case .untestable(let commits) = $0 { Set(commits) == broken } else { false }
      })
  }

  @Test func `a commit with misses only is left out, and a lab with misses only ends it`() throws {
    var search = try BisectSearch(line(64))
    let answers = certain(40)
    let (answer, events) = try drive(&search) { test, search in
      test.commit == "c64" && search.done.misses == 0
        ? answers(test, search) : [.tried(.init(commit: test.commit, trials: 0, failures: 0, misses: 5, seconds: 5))]
    }
    #expect(answer?.outcome == .onlyMisses)
    #expect(events.count < 12)
    #expect(search.assessment.warnings.contains { if case .misses = $0 { true } else { false } })
  }

  @Test func `events read back from JSON make the same search`() throws {
    let simulated = try SimulatedHistory(recipe(), seed: 3)
    var search = try BisectSearch(simulated.history)
    var lots = SystemLots(seed: 5)
    let (answer, events) = try drive(&search) { test, search in
      let isBad = simulated.culprit.map { Int($0.dropFirst()) ?? 0 <= Int(test.commit.dropFirst()) ?? 0 } ?? true
      let failures = isBad && lots.next(4) == 0 ? 1 : 0
      return [
        .built(commit: test.commit, seconds: 20),
        .tried(.init(commit: test.commit, trials: 1, failures: failures, misses: lots.next(2), seconds: 2)),
      ]
    }
    let coded = try JSONDecoder().decode([BisectEvent].self, from: JSONEncoder().encode(events))
    var replayed = try BisectSearch(simulated.history)
    for (index, event) in coded.enumerated() {
      if index == coded.count / 2 { _ = replayed.assessment }
      try replayed.take(event)
    }
    #expect(answer != nil)
    #expect(replayed.next == search.next)
    #expect(replayed.assessment.suspects == search.assessment.suspects)
    #expect(replayed.done == search.done)
  }

  @Test func `dear builds make longer visits to fewer commits`() throws {
    func visits(_ cost: Double) throws -> Double {
      var recipe = recipe()
      recipe.buildCost = cost
      recipe.rate = 0.2
      let builds = try (0..<8).map { seed in
        try simulate(SimulatedHistory(recipe, seed: UInt64(seed)), BisectSettings(), seed: UInt64(seed)).builds
      }
      return Double(builds.reduce(0, +)) / 8
    }
    #expect(try visits(50) * 1.3 < visits(0))
  }

  @Test func `impossible events and settings are told`() throws {
    var search = try BisectSearch(line(5))
    #expect(throws: RequestError.self) { try search.take(.built(commit: "elsewhere", seconds: 1)) }
    #expect(throws: RequestError.self) {
      try search.take(.tried(.init(commit: "c1", trials: 1, failures: 2, seconds: 1)))
    }
    #expect(throws: RequestError.self) { try search.take(.built(commit: "c1", seconds: .nan)) }
    var settings = BisectSettings()
    settings.confidence = 1
    #expect(throws: RequestError.self) { try BisectSearch(line(5), settings: settings) }
  }

  private func recipe() -> SimulatedHistory.Recipe {
    var recipe = SimulatedHistory.Recipe()
    recipe.commits = 60
    return recipe
  }
}
