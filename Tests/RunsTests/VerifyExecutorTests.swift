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

/// Comparisons in a lab that is broken, flaky and slow on purpose.
@Suite final class VerifyExecutorTests {
  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-verify-\(UUID().uuidString)")
  let store: ResultStore

  init() throws { store = try ResultStore(Locations(environment: ["ZLAB_HOME": home.path])) }
  deinit { try? FileManager.default.removeItem(at: home) }

  private func request(_ kernel: String, jobs: Int, seed: UInt64 = 11, boot: Duration = .seconds(60)) throws
    -> RunRequest
  {
    let text = "{schema: zlab.scenario/1, name: t, summary: s, actors: [{program: a}], settle: 20ms, duration: 600s}"
    let record = KernelRecord(id: kernel, name: kernel, release: "6.1", origin: "", created: Date())
    let image = ImageRecord(id: "i", name: "mini", kernel: kernel, size: 1, created: Date())
    var limits = TrialLimits()
    limits.boot = boot
    // The machine may be busy with other tests.
    limits.silence = .seconds(600)
    limits.plug = .seconds(600)
    return RunRequest(
      scenario: try Scenario(parsing: text, file: "t"), kernel: record, image: image, kernelPath: kernel,
      initramfsPath: "", emulator: "", goal: RunGoal(), jobs: jobs, seed: seed, start: .booted, limits: limits,
      command: "zlab run t")
  }

  private func compare(
    jobs: Int = 1, seed: UInt64 = 11, boot: Duration = .seconds(60), limits: FixLimits = FixLimits(factor: 1),
    time: Duration? = nil,
    onEvent: @escaping @Sendable (VerifyEvent) -> Void = { _ in },
    _ behaviour: @escaping @Sendable (Int, Bool) -> Behaviour
  ) async throws -> (VerifyOutcome, FakeHost) {
    let host = FakeHost { number, spec in behaviour(number, spec.kernel == "after") }
    let executor = VerifyExecutor(
      before: try request("before", jobs: jobs, seed: seed, boot: boot),
      after: try request("after", jobs: jobs, seed: seed, boot: boot),
      judge: PatchTest(limits: limits), time: time, host: host, store: store,
      folders: Locations(environment: ["ZLAB_HOME": home.path]), onEvent: onEvent)
    return (try await executor.execute(), host)
  }

  @Test(arguments: [1, 3]) func `what shows before and never after is fixed`(_ jobs: Int) async throws {
    let (outcome, host) = try await compare(jobs: jobs) { _, isAfter in isAfter ? .clean : .prints(warning(in: "f")) }
    #expect(outcome.judgement.verdict == .fixed)
    #expect(outcome.judgement.pairs >= 7)
    #expect(outcome.before.state == .finished && outcome.after.state == .finished)
    let trials = (try store.trials(of: outcome.before.id), try store.trials(of: outcome.after.id))
    #expect(trials.0.allSatisfy { $0.verdict == .fail } && trials.1.allSatisfy { $0.verdict == .pass })
    #expect(abs(trials.0.count - trials.1.count) <= jobs)
    // The two sides of a pair have the same seed.
    #expect(zip(trials.0, trials.1).allSatisfy { $0.seed == $1.seed })
    #expect(host.alive == 0 && host.mostAlive <= jobs)
  }

  @Test func `the trials of both sides take turns`() async throws {
    let (outcome, host) = try await compare { _, isAfter in isAfter ? .clean : .prints(warning(in: "f")) }
    let sides = host.specs.map(\.kernel)
    for pair in 0..<outcome.judgement.pairs { #expect(Set(sides[(2 * pair)...(2 * pair + 1)]).count == 2) }
  }

  @Test func `what shows on both sides is not fixed`() async throws {
    let (outcome, _) = try await compare { _, _ in .prints(warning(in: "f")) }
    #expect(outcome.judgement.verdict == .notFixed)
    #expect(outcome.judgement.reason == .shownAfter)
  }

  @Test func `a new failure beside the cured one is told`() async throws {
    let (outcome, _) = try await compare { number, isAfter in
      isAfter ? .prints(warning(in: "g")) : number % 4 < 2 ? .clean : .prints(warning(in: "f"))
    }
    #expect([.addsNew, .notFixed].contains(outcome.judgement.verdict))
    #expect(outcome.judgement.signatures.contains { $0.fate == .new })
    #expect(outcome.judgement.signatures.contains { $0.fate == .wentAway })
  }

  @Test func `misses are made up for on both sides and judged on none`() async throws {
    let (outcome, _) = try await compare { number, isAfter in
      number % 3 == 0 ? .cannotStart : isAfter ? .clean : .prints(warning(in: "f"))
    }
    #expect(outcome.judgement.verdict == .fixed)
    #expect(outcome.judgement.before.misses + outcome.judgement.after.misses > 0)
  }

  @Test func `a lab that fails on one side is given up, and says on which`() async throws {
    let (outcome, _) = try await compare { _, isAfter in isAfter ? .prints(warning(in: "f")) : .cannotStart }
    #expect(outcome.judgement.verdict == .inconclusive)
    #expect(outcome.judgement.reason == .misses)
    #expect(outcome.judgement.missing == .before)
    #expect(outcome.before.state == .abandoned)
  }

  // Of these seeds some let the patched kernel go first.
  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func `a patched kernel that never boots has failed, where the other boots`(_ seed: UInt64) async throws {
    let (outcome, host) = try await compare(seed: seed, boot: .seconds(4)) { _, isAfter in
      isAfter ? .neverBoots : .prints(warning(in: "f"))
    }
    #expect(outcome.judgement.verdict == .notFixed)
    #expect(outcome.judgement.reason == .noBoot)
    #expect(outcome.judgement.verdict.exitCode == 1)
    #expect(host.alive == 0)
  }

  @Test(arguments: [1, 3] as [UInt64])
  func `guests that cannot be started say nothing about the patched kernel`(_ seed: UInt64) async throws {
    let (outcome, _) = try await compare(seed: seed) { _, isAfter in
      isAfter ? .cannotStart : .prints(warning(in: "f"))
    }
    #expect(outcome.judgement.verdict == .inconclusive)
    #expect(outcome.judgement.reason == .misses)
    #expect(outcome.judgement.missing == .after)
  }

  @Test func `when neither kernel boots, it is the lab's doing`() async throws {
    let (outcome, _) = try await compare(boot: .milliseconds(100)) { _, _ in .neverBoots }
    #expect(outcome.judgement.reason == .misses)
    #expect(outcome.judgement.verdict == .inconclusive)
  }

  @Test func `a bug that never shows before leaves nothing to say`() async throws {
    let (outcome, _) = try await compare(limits: FixLimits(maximumPairs: 9)) { _, _ in .clean }
    #expect(outcome.judgement.verdict == .inconclusive)
    #expect(outcome.judgement.reason == .neverBefore)
  }

  @Test func `no trial starts after the time is over`() async throws {
    let (outcome, _) = try await compare(time: .zero) { _, _ in .clean }
    #expect(outcome.judgement.pairs == 0)
    #expect(outcome.judgement.verdict == .inconclusive)
    #expect(try store.trials(of: outcome.before.id).isEmpty)
  }

  @Test func `a comparison that is cancelled keeps what was judged and leaves no guest`() async throws {
    let judged = Mutex(0)
    let host = FakeHost { number, _ in number > 4 ? .programsHang : .clean }
    let executor = VerifyExecutor(
      before: try request("before", jobs: 2), after: try request("after", jobs: 2), judge: PatchTest(), time: nil,
      host: host, store: store, folders: Locations(environment: ["ZLAB_HOME": home.path])
    ) { event in
      if case .judged = event { judged.withLock { $0 += 1 } }
    }
    let work = Task { try await executor.execute() }
    while judged.withLock({ $0 }) < 4 { try await Task.sleep(for: .milliseconds(10)) }
    work.cancel()
    let outcome = try await work.value
    #expect(outcome.before.state == .interrupted && outcome.after.state == .interrupted)
    let kept = try store.trials(of: outcome.before.id) + store.trials(of: outcome.after.id)
    #expect(kept.count == 4)
    #expect(host.alive == 0)
  }

  @Test func `a comparison that was cut short goes on with its runs, and repeats no trial`() async throws {
    let ended = Mutex(0)
    let work = Mutex<Task<VerifyOutcome, any Error>?>(nil)
    let host = FakeHost { _, spec in spec.kernel == "after" ? .clean : .prints(warning(in: "f")) }
    func executor(_ resumed: VerifyRuns?, _ onEvent: @escaping @Sendable (VerifyEvent) -> Void) throws -> VerifyExecutor
    {
      VerifyExecutor(
        before: try request("before", jobs: 1), after: try request("after", jobs: 1),
        judge: PatchTest(limits: FixLimits(factor: 1)), time: nil, resuming: resumed, host: host, store: store,
        folders: Locations(environment: ["ZLAB_HOME": home.path]), onEvent: onEvent)
    }
    let first = try executor(nil) { event in
      guard case .judged = event else { return }
      let count = ended.withLock { ended in
        ended += 1
        return ended
      }
      if count == 5 { work.withLock { $0?.cancel() } }
    }
    let task = Task { try await first.execute() }
    work.withLock { $0 = task }
    let cut = try await task.value
    #expect(cut.before.state == .interrupted && cut.judgement.verdict == .inconclusive)
    let kept = (try store.trials(of: cut.before.id), try store.trials(of: cut.after.id))
    let outcome = try await executor(VerifyRuns(before: cut.before, after: cut.after)) { _ in }.execute()
    #expect(outcome.judgement.verdict == .fixed)
    #expect(outcome.before.id == cut.before.id && outcome.after.id == cut.after.id)
    let all = (try store.trials(of: cut.before.id), try store.trials(of: cut.after.id))
    #expect(Array(all.0.prefix(kept.0.count)) == kept.0 && Array(all.1.prefix(kept.1.count)) == kept.1)
    for side in [all.0, all.1] { #expect(side.map(\.number) == Array(1...side.count)) }
    #expect(host.specs.count == all.0.count + all.1.count)
  }

  @Test func `trials of an earlier run stand for those before the patch if they were made in the same way`()
    async throws
  {
    let (outcome, _) = try await compare { _, isAfter in isAfter ? .clean : .prints(warning(in: "f")) }
    let run = outcome.before
    #expect(try request("before", jobs: 1, seed: 99).difference(from: run) == nil)
    let changes: [(String, (inout RunRequest) -> Void)] = [
      ("its kernel is before", { $0.kernel.id = "another" }), ("its image is another", { $0.image.id = "j" }),
      ("its schedule is", { $0.schedule = .icount(shift: 3, cpus: 1) }), ("guests at a time", { $0.jobs = 2 }),
      ("qemu was unknown and is 9", { $0.host["qemu"] = "9" }),
      ("its parameters are others", { try? $0.scenario.set(["continue-after": "lockdep"]) }),
    ]
    for (words, change) in changes {
      var other = try request("before", jobs: 1)
      change(&other)
      #expect(try #require(other.difference(from: run)).contains(words))
    }
    // With seven failures known, few pairs are made.
    let host = FakeHost { _, spec in spec.kernel == "after" ? .clean : .prints(warning(in: "f")) }
    let earlier = try store.trials(of: run.id).map { TrialObservation($0) }
    let again = try await VerifyExecutor(
      before: try request("before", jobs: 1), after: try request("after", jobs: 1),
      judge: PatchTest(limits: FixLimits(factor: 1), earlier: earlier), time: nil, host: host, store: store,
      folders: Locations(environment: ["ZLAB_HOME": home.path])
    ) { _ in }.execute()
    #expect(again.judgement.verdict == .fixed)
    #expect(again.judgement.before.judged < outcome.judgement.before.judged)
  }
}
