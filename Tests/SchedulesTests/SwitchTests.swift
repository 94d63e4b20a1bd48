import Model
import Testing

@testable import Schedules

/// Switch points of made-up profiles, and orders of two functions.
@Suite struct SwitchTests {
  private static let names = ["attach", "detach", "inner", "loop", "lock", "__warn", "twin", "twin"]
  private static let kernel = KernelMap(
    symbols: names.enumerated().map { "000000000000\($0.offset + 1)000 \($0.element)\n" }.joined(), code: [],
    tasks: .init(current: 0, name: 0))
  private static let actors = [
    ScheduleActor(name: "user", program: "/bin/user"), ScheduleActor(name: "taker", program: "taker"),
  ]

  /// Lines `TASK FUNCTION`, 100 instructions apart; `TASK FUNCTION alone` where no other vCPU had anything to run.
  private func analysis(_ text: String) -> TraceAnalysis {
    let tasks = [
      "user": (0xa00, 0), "taker": (0xb00, 1), "kmcheck": (0xc00, 1), "zlab-runner": (0xd00, 0),
      "forked": (0xe00, 1), "remover": (0xe00, 1), "worker": (0xf00, 1),
    ]
    let entries = text.split(separator: "\n").enumerated().map { index, line in
      let words = line.split(separator: " ").map(String.init)
      let (task, vcpu) = tasks[words[0]] ?? (0xe00 + index, 0)
      let address = ((Self.names.firstIndex(of: words[1]) ?? 0) + 1) << 12
      return FunctionTrace.Entry(
        total: UInt64(100 * index), address: UInt64(address), task: UInt64(task), vcpu: vcpu,
        name: words[0] == "forked" ? "user" : words[0], othersRun: words.count == 2)
    }
    return TraceAnalysis(FunctionTrace(entries), kernel: Self.kernel, actors: Self.actors, cpus: 2, blaming: [])
  }

  private func points(_ text: String, mostUsers: Int = 6) -> [String] {
    analysis(text).switchPoints(mostUsers: mostUsers).map { "\($0.task) \($0.function) \($0.arrival)" }
  }

  @Test func `each task's first entry of a function is a point, then its last, the rarest function first`() {
    let profile = """
      user loop
      taker lock
      user loop
      user attach
      user loop
      taker detach
      user lock
      user loop
      taker detach
      user inner
      """
    #expect(
      points(profile) == [
        "user attach 1", "taker detach 1", "user loop 2", "taker lock 1", "user lock 1", "taker detach 2",
        "user loop 4",
      ])
    #expect(!points(profile, mostUsers: 1).contains { $0.contains("lock") })
    // Of a function with as many entries as are traced the last is not known.
    let limited = analysis(profile).switchPoints(limit: 4)
    #expect(
      limited.contains { $0.function == "loop" } && !limited.contains { $0.function == "loop" && $0.arrival == 4 })
  }

  @Test func `entries while no other task is there do not count, but their number does`() {
    let profile = """
      kmcheck inner
      kmcheck loop
      user attach
      kmcheck inner
      user attach
      kmcheck inner
      """
    #expect(points(profile) == ["user attach 1", "kmcheck inner 2", "user attach 2"])
  }

  @Test func `entries with no other vCPU that could run are no points, and are counted where there is no other entry`()
  {
    let profile = """
      user attach alone
      taker lock
      user attach alone
      user attach
      user inner alone
      user loop alone
      user loop alone
      taker lock
      """
    #expect(points(profile) == ["taker lock 1", "user attach 3"])
    // The last entry of attach, the one of inner and both of loop.
    #expect(analysis(profile).idlePoints() == 4 && analysis("user loop\ntaker lock\nuser loop").idlePoints() == 0)
  }

  @Test func `a round begins where an actor comes once in each, and arrivals count from there`() throws {
    let round = "user attach\ntaker detach\nuser lock\ntaker inner\nuser lock\ntaker lock\n"
    let (start, end) = ("user loop\nuser lock\ntaker lock\n", "user inner")
    let once = analysis(start + round + end)
    let longer = analysis(start + String(repeating: round, count: 3) + end)
    let points = once.switchPoints()
    let rounds = try #require(once.rounds(of: longer, count: 3, points))
    #expect(rounds.begin == ScheduleRound(task: "user", place: SchedulePlace("attach")))
    let words = points.map { "\($0.task) \($0.function) \($0.arrival) \(rounds.arrivals[$0].map(String.init) ?? "-")" }
    #expect(
      words == [
        "user attach 1 1", "taker detach 1 1", "taker inner 1 1", "taker lock 1 -", "user lock 2 1", "taker lock 2 1",
        "user lock 3 2",
      ], "\(words)")
    #expect(once.rounds(of: longer, count: 4, points) == nil && once.rounds(of: once, count: 3, points) == nil)
  }

  @Test func `a forked task is one of the scenario's under its later name, others are not`() {
    let profile = """
      forked attach
      user loop
      remover detach
      worker inner
      user loop
      """
    #expect(points(profile) == ["remover detach 1", "user loop 1"])
  }

  @Test func `what cannot be named, reports and the runner are no points`() {
    #expect(
      points("taker lock\nuser twin\nuser __warn\nzlab-runner inner\ntaker detach\nuser lock") == ["taker detach 1"])
    #expect(points("").isEmpty && points("user attach\nuser detach").isEmpty)
  }

  @Test func `a point is a rule for one arrival`() {
    let rule = SwitchPoint(task: "user", function: "attach", arrival: 3).rule(length: 500)
    #expect(
      rule == ScheduleRule(task: "user", at: SchedulePlace("attach"), arrival: 3, until: .run(500)) && rule.limit == 500
    )
  }

  @Test func `two functions are tried in each order of two tasks, and no task with itself`() {
    let profile = analysis("user attach\ntaker detach\nuser detach\ntaker detach")
    #expect(profile.users(ofFunctions: ["detach", "inner"]) == [["taker": 2, "user": 1], [:]])
    let orders = ScheduleRule.orders(("attach", ["user"]), ("detach", ["taker", "user"]))
    let words = orders.map { $0.map { "\($0)" }.joined(separator: "; ") }
    #expect(
      words == [
        "taker at detach waits until user reaches attach; user at attach waits until other vCPUs have run 400000 "
          + "instructions",
        "user at attach waits until taker reaches detach; taker at detach waits until other vCPUs have run 400000 "
          + "instructions",
        "user at attach waits until other vCPUs have run 400000 instructions",
        "taker at detach waits until other vCPUs have run 400000 instructions",
      ])
    #expect(ScheduleRule.orders(("attach", ["user"]), ("detach", [])).isEmpty)
    // One function that both enter.
    #expect(ScheduleRule.orders(("lock", ["a", "b"]), ("lock", ["a", "b"])).count == 4)
  }
}
