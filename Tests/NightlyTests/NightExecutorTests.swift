import FakeLab
import Foundation
import Guest
import Model
import Nightly
import Reports
import ResultStore
import Runs
import Statistics
import Storage
import Synchronization
import Testing
import Trials

@Suite final class NightExecutorTests: Sendable {
  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-night-\(UUID().uuidString)")
  let store: ResultStore
  var folders: Locations { Locations(environment: ["ZLAB_HOME": home.path]) }

  init() throws { store = try ResultStore(Locations(environment: ["ZLAB_HOME": home.path])) }
  deinit { try? FileManager.default.removeItem(at: home) }

  private func night(
    _ id: String, _ plan: Plan, _ lab: FakeKernelProvider = FakeKernelProvider(), at seconds: Double = 1000,
    _ behaviour: @escaping @Sendable (Int, GuestSpec) -> Behaviour = { _, _ in .clean },
    onEvent: @escaping @Sendable (NightEvent) -> Void = { _ in }
  ) async throws -> NightRecord {
    let executor = NightExecutor(
      plan, lab: lab, host: FakeHost(behaviour), store: store, folders: folders, freeMemory: { nil }, onEvent: onEvent)
    return try await executor.begin(fakeNight(id, at: seconds))
  }

  private func kinds(_ night: String) throws -> [RegressionStatus] { try store.news(of: night).map(\.kind) }

  @Test func `every cell is a run of its own`() async throws {
    let plan = try fakePlan(kernels: ["k1", "k2"], scenarios: ["s1", "s2", "s3"], trials: 3)
    let night = try await night("00000001", plan)
    #expect(night.state == .finished)
    let cells = try store.cells(of: night.id)
    #expect(cells.map(\.state) == Array(repeating: .finished, count: 6))
    #expect(Set(cells.compactMap(\.run)).count == 6)
    #expect(Set(cells.compactMap(\.run)).count == Set(cells.map { "\($0.kernel) \($0.key.scenario)" }).count)
    let tallies = try store.tallies(ofNight: night.id)
    #expect(tallies.values.allSatisfy { $0.passes == 3 && $0.judged == 3 })
    #expect(try store.check().defects.isEmpty)
  }

  @Test func `a kernel that cannot be built or found is told, and the others go on`() async throws {
    let plan = try fakePlan(kernels: ["bad", "lost", "good"], scenarios: ["s1", "s2"], trials: 2)
    let lab = FakeKernelProvider(broken: ["bad"], unknown: ["lost"])
    let night = try await night("00000001", plan, lab)
    #expect(night.state == .finished)
    let cells = try store.cells(of: night.id)
    #expect(cells.map(\.state) == [.cannotBuild, .cannotBuild, .labFailed, .labFailed, .finished, .finished])
    #expect(cells.map(\.reason).prefix(3) == ["bad does not compile", "bad does not compile", "cannot fetch lost"])
    // It is not tried for every scenario, and what is unknown not at all.
    #expect(lab.asked.withLock { $0.count { $0.hasPrefix("bad") } } == 1)
    #expect(lab.asked.withLock { !$0.contains { $0.hasPrefix("lost") } })
    let report = try nightReport(night, store: store)
    #expect(report.trouble.map(\.count) == [2, 2])
    #expect(report.trouble.contains { $0.reason.contains("bad does not compile") })
    #expect(report.cells.map(\.state).prefix(4) == [.cannotBuild, .cannotBuild, .labFailed, .labFailed])
  }

  @Test func `a lab that can make no trial is told as trouble`() async throws {
    try Data().write(to: folders.runs)
    let night = try await night("00000001", fakePlan(kernels: ["k"], scenarios: ["s1", "s2"], trials: 2))
    #expect(try store.cells(of: night.id).map(\.state) == [.abandoned, .abandoned])
    let trouble = try nightReport(night, store: store).trouble
    #expect(trouble.map(\.count).reduce(0, +) == 2)
    #expect(trouble.allSatisfy { $0.reason.hasPrefix("1 cell given up: ") && $0.reason.contains(folders.runs.path) })
  }

  @Test func `what is new is told, known ones are shown as known, and a lab that fails is no finding`() async throws {
    let plan = try fakePlan(kernels: ["k"], scenarios: ["s1", "s2"], trials: 4)
    _ = try await night("00000001", plan)
    #expect(try kinds("00000001").isEmpty)
    var second = try await night("00000002", plan, at: 2000) { number, _ in
      number <= 4 ? .prints(warning(in: "fake_detach")) : number == 5 ? .cannotStart : .clean
    }
    #expect(try kinds("00000002") == [.new])
    let news = try #require(try store.news(of: "00000002").first)
    #expect(news.key.scenario == "s1" && news.now.failures == 4)
    var report = try nightReport(second, store: store)
    #expect(report.changes.map(\.kind) == [.new])
    #expect(report.changes.first?.title == "WARNING in fake_detach")
    #expect(report.changes.first?.sighting?.finding.function == "fake_detach")
    #expect(report.changes.first?.now?.failures == 4 && report.changes.first?.failedBefore == false)
    #expect(report.trouble.map(\.count) == [1])
    for (until, kind) in [(Date?.none, NightChangeKind.known), (second.started, .expiredKnown)] {
      second.known = [
        KnownIssueRecord(
          signature: String(news.signature.prefix(8)), reason: "we know", link: nil, until: until, line: nil)
      ]
      report = try nightReport(second, store: store)
      #expect(report.changes.map(\.kind) == [kind])
      #expect(report.changes.first?.known?.reason == "we know")
    }
    _ = try await night("00000003", plan, at: 3000)
    // Four of four, then none of four: not sure yet; after four more it is.
    #expect(try kinds("00000003") == [.gone])
    _ = try await night("00000004", plan, at: 4000)
    #expect(try kinds("00000004").isEmpty)
  }

  @Test func `a night that is interrupted while it lines up is the newest, and lines up when it goes on`() async throws
  {
    let plan = try fakePlan(kernels: ["a", "b"], scenarios: ["s"], trials: 1)
    _ = try await night("00000001", plan)
    let isLooking = Mutex(false)
    let lab = FakeKernelProvider(stuck: ["b"])
    let work = Task { [self] in
      try await night("00000002", plan, lab, at: 2000) { _, _ in
        .clean
      } onEvent: { event in
        if case .identifying(let kernel, 2, of: 2) = event, kernel.source.name == "b" {
          isLooking.withLock { $0 = true }
        }
      }
    }
    while !isLooking.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
    work.cancel()
    #expect(try await work.value.state == .interrupted)
    let latest = try #require(try store.night("latest"))
    #expect(latest.id == "00000002" && latest.state == .interrupted)
    #expect(try store.cells(of: latest.id).isEmpty)
    let ended = try await NightExecutor(
      plan, lab: FakeKernelProvider(), host: FakeHost { _ in .clean }, store: store, folders: folders, onEvent: { _ in }
    ).resume(latest)
    #expect(ended.state == .finished)
    #expect(try store.cells(of: latest.id).map(\.state) == [.finished, .finished])
  }

  @Test func `a night says how much of it is left`() async throws {
    let plan = try fakePlan(kernels: ["a", "b", "c"], scenarios: ["s"], trials: 2)
    let outlooks = Mutex<[NightOutlook]>([])
    let listen: @Sendable (NightEvent) -> Void = { event in
      if case .begun(_, let outlook) = event { outlooks.withLock { $0.append(outlook) } }
    }
    _ = try await night("00000001", plan, onEvent: listen)
    // Nothing is known of the first night.
    #expect(outlooks.withLock { $0.map(\.cells) } == [3, 2, 1])
    #expect(outlooks.withLock { $0.map(\.unknown) } == [3, 2, 1])
    outlooks.withLock { $0 = [] }
    _ = try await night("00000002", plan, at: 2000, onEvent: listen)
    #expect(outlooks.withLock { $0.map(\.unknown) } == [0, 0, 0])
    let seconds = outlooks.withLock { $0.map(\.seconds) }
    #expect(seconds[0] > seconds[1] && seconds[1] > seconds[2] && seconds[2] > 0)
  }

  @Test func `what changed and what failed goes first in the next night`() async throws {
    let plan = try fakePlan(kernels: ["a", "b", "c"], scenarios: ["s"], trials: 1)
    _ = try await night("00000001", plan) { _, spec in
      spec.kernel == "b" ? .prints(warning(in: "f")) : .clean
    }
    // The source b now gives another kernel on the same line, and c too.
    let lab = FakeKernelProvider(ids: ["c": "c2"])
    let order = Mutex<[String]>([])
    let listen: @Sendable (NightEvent) -> Void = { event in
      if case .begun(let cell, _) = event { order.withLock { $0.append("\(cell.kernel): \(cell.why)") } }
    }
    _ = try await night("00000002", plan, lab, at: 2000, onEvent: listen)
    #expect(order.withLock { $0 } == ["c: changed", "b: failed before", "a: as before"])
  }

  @Test func `time that is left goes into more trials, and time that is over ends the night`() async throws {
    // It would go on for an hour; the seventh trial is enough to see what it does.
    let plan = try fakePlan(kernels: ["k"], scenarios: ["s1", "s2"], trials: 2, more: "budget: 1h")
    let judged = Mutex(0)
    let work = Task { [self] in
      try await night("00000001", plan) { _, _ in
        .clean
      } onEvent: { event in
        if case .run(_, .trial) = event { judged.withLock { $0 += 1 } }
      }
    }
    while judged.withLock({ $0 }) < 7 { try await Task.sleep(for: .milliseconds(5)) }
    work.cancel()
    #expect(try await work.value.state == .interrupted)
    let tallies = try store.tallies(ofNight: "00000001")
    #expect(tallies.values.reduce(0) { $0 + $1.judged } >= 7)
    #expect(tallies.values.allSatisfy { $0.judged >= 3 })
    #expect(try store.cells(of: "00000001").compactMap(\.run).count == 2)
    let none = try fakePlan(kernels: ["k"], scenarios: ["s1", "s2"], trials: 2, more: "budget: 0s")
    let two = try await night("00000002", none, at: 2000)
    #expect(two.state == .finished)
    #expect(try store.cells(of: two.id).map(\.state) == [.notReached, .notReached])
    let tame = try fakePlan(kernels: ["k"], scenarios: ["s1"], trials: 2, more: "budget: 1h\nleft-over: false")
    let three = try await night("00000003", tame, at: 3000)
    #expect(try store.tallies(ofNight: three.id)[1]?.judged == 2)
  }

  @Test func `sources on one line of kernels are not mixed up`() async throws {
    let plan = try fakePlan(kernels: ["a", "b"], scenarios: ["s"], trials: 1)
    let lab = FakeKernelProvider(lines: ["a": "6.1", "b": "6.1"])
    _ = try await night("00000001", plan, lab)
    #expect(try store.cells(of: "00000001").map(\.key.line) == ["6.1", "6.1 b"])
  }

  @Test func `a second night at the same time is refused, and says who is there`() async throws {
    let lock = try await NightLock(folders, for: "the plan p")
    do {
      _ = try await NightLock(folders, for: "another")
      Issue.record("two nights at once")
    } catch let error as RequestError {
      #expect(error.problem.contains("the plan p, process \(getpid())"))
    }
    _ = consume lock
    _ = try await NightLock(folders, for: "another")
  }

  @Test func `old logs go, but never the evidence of an open finding`() async throws {
    let plan = try fakePlan(kernels: ["k"], scenarios: ["s"], trials: 6)
    _ = try await night("00000001", plan) { number, _ in number >= 4 ? .prints(warning(in: "f")) : .clean }
    let run = try #require(try store.cells(of: "00000001").first?.run)
    let folder = folders.runs.appending(path: run).path
    func trials() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("trial") }.sorted()
    }
    #expect(try trials().count == 6)
    let now = Date(timeIntervalSince1970: 1000 + 10 * 86_400)
    var young = plan.retention
    young.logs = .seconds(11 * 86_400)
    #expect(try makeRoom(young, store: store, folders: folders, now: now) == RetentionCount())
    var old = plan.retention
    (old.logs, old.trials) = (.seconds(9 * 86_400), .seconds(9 * 86_400))
    let count = try makeRoom(old, store: store, folders: folders, now: now)
    #expect((count.folders, count.runs) == (5, 1))
    #expect(try trials() == ["trial-0004"])
    #expect(try store.trials(of: run).map(\.number) == [4])
    #expect(try store.tallies(ofNight: "00000001")[1]?.judged == 6)
    // The same a second time, and a report of that night still stands.
    #expect(try makeRoom(old, store: store, folders: folders, now: now) == RetentionCount())
    let report = try nightReport(try #require(try store.night("00000001")), store: store)
    #expect(report.changes.first?.sighting?.trial == 4)
    // Its numbers, and those of the run, are still those of all trials.
    #expect(report.tally.passes == 3 && report.tally.fails == 3)
    #expect(report.cells.first?.trials.map(\.number) == [4])
    let known = try #require(try store.knownRun(run))
    let summary = try runReport(known, state: .finished, store: store).summary
    #expect((summary.verdict, summary.passes, summary.rate.failures) == (.failing, 3, 3))
    #expect(summary.signatures.map(\.trials) == [3] && summary.signatures.first?.function == "f")
    // Going on would make the missing trials anew and count them twice.
    let request = try await FakeKernelProvider().request(
      plan.cells[0], NightKernel(id: "k", line: "6.1"), seed: known.seed)
    let runs = RunExecutor(request, host: FakeHost { _, _ in .clean }, store: store, folders: folders) { _ in }
    await #expect(throws: RequestError.self) { try await runs.resume(known) }
    #expect(try store.tallies(ofNight: "00000001")[1]?.judged == 6)
  }
}
