import Foundation
import Model
import Schedules
import Testing

@Suite struct RuleLogTests {
  @Test func `lines become counts and events, and others are left out`() {
    let log = """
      comes 0 100 1 remover
      comes 1 200 0 vfio-detach-rac
      goes 0 200 1 reached
      comes 7 300 0 x
      goes 1 400 0 nonsense
      goes 1 600200 0 ran
      comes 0 99
      comes 1 2 3
      """
    let course = TrialSchedule(parsing: log, rules: 2)
    #expect(course.rules.map(\.arrivals) == [1, 1])
    #expect(course.rules.map(\.ends) == [["reached": 1], ["ran": 1]])
    #expect(course.events.map(\.total) == [100, 200, 200, 600200])
    #expect(course.events.map(\.task) == ["remover", "vfio-detach-rac", nil, nil])
  }

  @Test func `a guest that comes again and again fills no record`() {
    let log = String(repeating: "comes 0 1 0 \u{1b}[2Jx\n", count: 30_000)
    let course = TrialSchedule(parsing: log, rules: 1)
    #expect(course.rules[0].arrivals == 20_000)
    #expect(course.events.count == 60)
  }

  @Test func `a rule counts as reached in valid trials only`() {
    var pass = Trial(number: 1, seed: 1, started: .init(timeIntervalSince1970: 0))
    pass.verdict = .pass
    pass.schedule = TrialSchedule(rules: [RuleCounts(arrivals: 2), RuleCounts()], events: [])
    var miss = pass
    miss.verdict = .miss
    miss.schedule = TrialSchedule(rules: [RuleCounts(arrivals: 1), RuleCounts(arrivals: 1)], events: [])
    var run = RunSchedule(file: "a", text: "", rules: ["one", "two"].map { RunRule(rule: $0, place: $0) })
    #expect(!run.isReached)
    run.count([pass, miss])
    #expect(run.rules.map(\.reached) == [1, 0] && !run.isReached)
    pass.schedule?.rules[1].arrivals = 1
    run.count([pass])
    #expect(run.isReached)
  }
}
