import FakeLab
import Foundation
import Guest
import Model
import ResultStore
import Runs
import Statistics
import Storage
import Synchronization
import Testing
import Trials

/// Start of trials: in their order, past those that hang, and as the host's memory has room.
@Suite final class StartingTests: Sendable {
  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-starting-\(UUID().uuidString)")
  let store: ResultStore
  let events = Mutex<[RunEvent]>([])
  var folders: Locations { Locations(environment: ["ZLAB_HOME": home.path]) }

  init() throws { store = try ResultStore(Locations(environment: ["ZLAB_HOME": home.path])) }
  deinit { try? FileManager.default.removeItem(at: home) }

  private func request(_ goal: RunGoal, jobs: Int, kernel: String = "k") throws -> RunRequest {
    let text = "{schema: zlab.scenario/1, name: t, summary: s, actors: [{program: a}], settle: 20ms, duration: 600s}"
    let record = KernelRecord(id: kernel, name: kernel, release: "6.1", origin: "", created: Date())
    let image = ImageRecord(id: "i", name: "mini", kernel: kernel, size: 1, created: Date())
    var limits = TrialLimits()
    // A trial that hangs does so until the test ends it, and a busy machine makes no miss.
    (limits.boot, limits.silence) = (.seconds(600), .seconds(600))
    return RunRequest(
      scenario: try Scenario(parsing: text, file: "t"), kernel: record, image: image, kernelPath: kernel,
      initramfsPath: "", emulator: "", goal: goal, jobs: jobs, seed: 5, start: .booted, limits: limits,
      command: "zlab run t")
  }

  private func executor(
    trials: Int, jobs: Int, host: FakeHost, freeMemory: @escaping @Sendable () -> Int? = { nil }
  ) throws -> RunExecutor {
    RunExecutor(
      try request(RunGoal(trials: trials), jobs: jobs), host: host, store: store, folders: folders,
      freeMemory: freeMemory
    ) { event in self.events.withLock { $0.append(event) } }
  }

  private var ended: Int { events.withLock { $0.count { if case .trial = $0 { true } else { false } } } }
  private var notes: [String] {
    events.withLock { $0.compactMap { if case .note(let text) = $0 { text } else { nil } } }
  }

  private func wait(until isTrue: () -> Bool) async throws {
    while !isTrue() { try await Task.sleep(for: .milliseconds(5)) }
  }

  @Test func `trials begin in the order of their numbers`() async throws {
    let host = FakeHost { _ in .clean }
    _ = try await executor(trials: 40, jobs: 8, host: host).begin()
    let begun = events.withLock { events in
      events.compactMap { if case .phase(trial: let number, .booting) = $0 { number } else { nil } }
    }
    #expect(begun == Array(1...40))
  }

  @Test func `a trial that hangs stalls no other`() async throws {
    let host = FakeHost { _, spec in spec.name.hasSuffix("-1") ? .programsHang : .clean }
    let executor = try executor(trials: 9, jobs: 2, host: host)
    let work = Task { try await executor.begin() }
    try await wait { ended == 8 }
    #expect(host.alive == 1)
    work.cancel()
    let run = try await work.value
    #expect(run.state == .interrupted)
    #expect(try store.trials(of: run.id).map(\.number) == Array(2...9))
    #expect(host.alive == 0)
  }

  @Test func `a trial of a comparison that hangs stalls no other`() async throws {
    let host = FakeHost { number, _ in number == 1 ? .programsHang : .clean }
    let judged = Mutex(0)
    let executor = VerifyExecutor(
      before: try request(RunGoal(), jobs: 2, kernel: "before"),
      after: try request(RunGoal(), jobs: 2, kernel: "after"),
      judge: PatchTest(), time: nil, host: host, store: store, folders: folders, freeMemory: { nil }
    ) { event in
      if case .run(_, .trial) = event { judged.withLock { $0 += 1 } }
    }
    let work = Task { try await executor.execute() }
    try await wait { judged.withLock { $0 } >= 8 }
    work.cancel()
    let outcome = try await work.value
    #expect(try (store.trials(of: outcome.before.id) + store.trials(of: outcome.after.id)).count >= 8)
    #expect(host.alive == 0)
  }

  @Test func `without room for a second guest one runs at a time, and it is said once`() async throws {
    let host = FakeHost { _ in .clean }
    let run = try await executor(trials: 5, jobs: 3, host: host) { 611 }.begin()
    #expect(run.state == .finished)
    #expect(try store.trials(of: run.id).map(\.number) == Array(1...5))
    #expect(host.mostAlive == 1)
    #expect(notes.count == 1)
    #expect(notes.first?.contains("611 MiB of memory are free and a guest may take 612 MiB") == true, "\(notes)")
  }

  @Test func `both sides of a comparison share the room`() async throws {
    let host = FakeHost { _, spec in spec.kernel == "after" ? .clean : .prints(warning(in: "f")) }
    let executor = VerifyExecutor(
      before: try request(RunGoal(), jobs: 3, kernel: "before"),
      after: try request(RunGoal(), jobs: 3, kernel: "after"),
      judge: PatchTest(), time: nil, host: host, store: store, folders: folders, freeMemory: { 0 }
    ) { _ in }
    let outcome = try await executor.execute()
    #expect(outcome.judgement.verdict == .fixed)
    #expect(host.mostAlive == 1)
  }

  @Test func `a trial that waits for room begins when there is some`() async throws {
    let free = Mutex(0)
    let host = FakeHost { _ in .programsHang }
    let executor = try executor(trials: 2, jobs: 2, host: host) { free.withLock { $0 } }
    let work = Task { try await executor.begin() }
    try await wait { !notes.isEmpty }
    #expect(host.alive == 1)
    free.withLock { $0 = 612 }
    try await wait { host.alive == 2 }
    work.cancel()
    #expect(try await work.value.state == .interrupted)
    #expect(host.alive == 0)
  }

  @Test func `a run that is interrupted while trials wait for room ends at once and starts no guest for them`()
    async throws
  {
    let host = FakeHost { _ in .programsHang }
    let executor = try executor(trials: 4, jobs: 4, host: host) { 0 }
    let work = Task { try await executor.begin() }
    try await wait { host.alive == 1 && !notes.isEmpty }
    work.cancel()
    let run = try await work.value
    #expect(run.state == .interrupted)
    #expect(try store.trials(of: run.id).isEmpty)
    #expect(host.specs.count == 1)
  }
}
