import Model
import Schedules
import Synchronization
import Testing

/// The search on made-up kernels, whose failure shows in each trial where some rules are there, and else in none.
@Suite struct SearchTests {
  private func rule(_ place: String, _ count: Int = 400_000) -> ScheduleRule {
    ScheduleRule(task: nil, at: SchedulePlace(place), until: .run(count))
  }

  private func search(
    budget: Int = 500, _ shows: @escaping @Sendable ([ScheduleRule]) -> Bool
  ) -> ScheduleSearch {
    ScheduleSearch(budget: budget, wanted: 8) { rules, trials in
      shows(rules)
        ? ScheduleSearch.Probe(rules: rules, hits: trials, trials: trials)
        : ScheduleSearch.Probe(rules: rules, hits: 0, trials: 1)
    }
  }

  @Test func `the first rules that show the failure in each trial are found, and those before cost one trial`()
    async throws
  {
    var search = search { $0.contains { $0.place.function == "c" } }
    let found = try await search.first(of: ["a", "b", "c", "d"].map { [rule($0)] })
    #expect(found == [rule("c")])
    #expect(search.trials == 10 && search.probes.map(\.hits) == [0, 0, 8])
  }

  @Test func `rules that show it now and then are tried in pairs`() async throws {
    var search = ScheduleSearch(budget: 500, wanted: 8) { rules, trials in
      let names = Set(rules.map(\.place.function))
      if names.isSuperset(of: ["a", "c"]) { return ScheduleSearch.Probe(rules: rules, hits: trials, trials: trials) }
      let hits = names.isDisjoint(with: ["a", "c"]) ? 0 : 3
      return ScheduleSearch.Probe(rules: rules, hits: hits, trials: hits + 1)
    }
    let found = try await search.first(of: ["a", "b", "c"].map { [rule($0)] })
    #expect(Set(try #require(found)) == [rule("a"), rule("c")])
  }

  @Test func `without such rules, or with the budget used up, nothing is found`() async throws {
    var none = search { _ in false }
    #expect(try await none.first(of: ["a", "b"].map { [rule($0)] }) == nil)
    #expect(none.trials == 2)
    var poor = search(budget: 1) { $0.contains { $0.place.function == "b" } }
    #expect(try await poor.first(of: ["a", "b"].map { [rule($0)] }) == nil)
    #expect(poor.trials == 1)
    var empty = search { _ in true }
    #expect(try await empty.first(of: []) == nil)
  }

  @Test func `rules that are not needed are dropped, and pauses become as short as they may be`() async throws {
    var search = search { rules in
      rules.contains { rule in
        guard rule.place.function == "b", case .run(let count) = rule.until else { return false }
        return count >= 20_000
      }
    }
    let reduced = try await search.reduced(["a", "b", "c"].map { rule($0) })
    #expect(reduced == [rule("b", 25_000)])
    #expect(reduced[0].limit == 25_000)
    // One rule stays, whatever shows without.
    var any = self.search { _ in true }
    #expect(try await any.reduced([rule("a", 1000), rule("b", 1000)]) == [rule("a", 1000)])
  }

  @Test func `the same rules are not tried twice`() async throws {
    let calls = Mutex(0)
    var search = ScheduleSearch(budget: 500, wanted: 2) { rules, trials in
      calls.withLock { $0 += 1 }
      return ScheduleSearch.Probe(rules: rules, hits: trials, trials: trials)
    }
    let rules = [rule("a", 1000)]
    #expect(try await search.first(of: [rules]) == rules)
    #expect(try await search.firstAlternative(of: [rules]) == rules)
    #expect(calls.withLock { $0 } == 1 && search.trials == 2)
  }
}
