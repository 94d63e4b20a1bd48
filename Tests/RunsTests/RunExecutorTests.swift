import FakeLab
import Foundation
import Guest
import Model
import ResultStore
import Runs
import Statistics
import Storage
import Synchronization
import TestSupport
import Testing
import Trials

@Suite final class RunExecutorTests {
  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-run-\(UUID().uuidString)")
  let store: ResultStore
  var folders: Locations { Locations(environment: ["ZLAB_HOME": home.path]) }

  init() throws { store = try ResultStore(Locations(environment: ["ZLAB_HOME": home.path])) }
  deinit { try? FileManager.default.removeItem(at: home) }

  // The machine may be busy with other tests.
  private var patient: TrialLimits {
    var limits = TrialLimits()
    (limits.boot, limits.plug, limits.silence) = (.seconds(600), .seconds(600), .seconds(600))
    return limits
  }

  private func executor(
    _ goal: RunGoal, jobs: Int = 1, host: FakeHost, start: TrialStart = .booted,
    seed: UInt64 = 5, replay: Replay? = nil, repeats: RepeatedTrials? = nil, cores: Int = 0,
    onEvent: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) throws -> RunExecutor {
    let text = "{schema: zlab.scenario/1, name: t, summary: s, actors: [{program: a}], settle: 20ms, duration: 600s}"
    let kernel = KernelRecord(id: "k", name: "k", release: "6.1", origin: "", created: Date())
    let image = ImageRecord(id: "i", name: "mini", kernel: "k", size: 1, created: Date())
    var request = RunRequest(
      scenario: try Scenario(parsing: text, file: "t"), kernel: kernel, image: image, kernelPath: "", initramfsPath: "",
      emulator: "", goal: goal, jobs: jobs, seed: seed, start: start, limits: patient,
      command: "zlab run t")
    (request.replay, request.repeats) = (replay, repeats)
    request.cores = cores
    return RunExecutor(request, host: host, store: store, folders: folders, onEvent: onEvent)
  }

  @Test func `as many trials are judged as were asked for, each stored with its own seed`() async throws {
    let host = FakeHost { _ in .clean }
    let run = try await executor(RunGoal(trials: 7), jobs: 3, host: host).begin()
    let trials = try store.trials(of: run.id)
    #expect(run.state == .finished)
    #expect(trials.map(\.number) == Array(1...7))
    #expect(trials.map(\.seed) == (1...7).map { derivedSeed(5, $0) })
    #expect(host.mostAlive <= 3 && host.alive == 0)
    #expect(Set(host.specs.map(\.name)).count == 7)
  }

  @Test func `failed trials are repeated with their numbers and seeds, and no miss is made up for`() async throws {
    let fail = FakeHost { [2, 5, 6].contains($0) ? .prints(warning(in: "fake_detach")) : .clean }
    let first = try await executor(RunGoal(trials: 7), host: fail).begin()
    let failed = try store.trials(of: first.id).filter { $0.verdict == .fail }
    #expect(failed.map(\.number) == [2, 5, 6])
    let repeats = RepeatedTrials(run: first.id, trials: failed.map(\.number))
    // The second of them is lost to the lab.
    let host = FakeHost { $0 == 2 ? .cannotStart : .prints(warning(in: "fake_detach")) }
    let run = try await executor(RunGoal(trials: 3), host: host, repeats: repeats).begin()
    let again = try store.trials(of: run.id)
    #expect(again.map(\.number) == [2, 5, 6] && again.map(\.seed) == failed.map(\.seed))
    #expect(again.map(\.verdict) == [.fail, .miss, .fail])
    let stored = try store.run(run.id)
    #expect(stored.repeats == repeats && stored.state == .finished)
    // Taken up again, there is nothing left to do.
    let resumed = try await executor(RunGoal(trials: 3), host: host, repeats: repeats).resume(stored)
    #expect(resumed.state == .finished)
    #expect(try store.trials(of: run.id).map(\.number) == [2, 5, 6])
  }

  @Test func `a replay gives its trial the seed of the first time, also when the lab misses it`() async throws {
    let fail = FakeHost { $0 == 2 ? .prints(warning(in: "fake_detach")) : .clean }
    let first = try await executor(RunGoal(trials: 3), host: fail).begin()
    let trial = try store.trials(of: first.id)[1]
    let replay = Replay(of: trial, in: first)
    let host = FakeHost { $0 == 1 ? .cannotStart : .prints(warning(in: "fake_detach")) }
    let run = try await executor(RunGoal(trials: 1), host: host, seed: trial.seed, replay: replay).begin()
    let again = try store.trials(of: run.id)
    #expect(again.map(\.seed) == [trial.seed, trial.seed])
    #expect(again.map(\.verdict) == [.miss, .fail])
    #expect(again.last?.findings == trial.findings)
    #expect(try store.run(run.id).replay == replay)
    #expect(replay.signatures == trial.findings.map(\.signature) && !replay.signatures.isEmpty)
  }

  @Test func `a run leaves as many cores as were asked for`() async throws {
    let host = FakeHost { _ in .panics(warning(in: "f")) }
    let run = try await executor(RunGoal(trials: 4), host: host, cores: 2).begin()
    let cores = try store.trials(of: run.id).map(\.core)
    #expect(cores == ["trial-0001/core.elf", "trial-0002/core.elf", nil, nil])
    for core in cores.compactMap({ $0 }) { #expect(FileManager.default.fileExists(atPath: "\(run.folder)/\(core)")) }
  }

  @Test func `one guest is saved, and each trial gets it back`() async throws {
    let host = FakeHost { _ in .clean }
    let run = try await executor(RunGoal(trials: 5), jobs: 2, host: host, start: .restored).begin()
    #expect(try store.trials(of: run.id).map(\.start) == Array(repeating: .restored, count: 5))
    #expect(host.specs.count { $0.name.hasPrefix("zlab-save") } == 1)
    #expect(host.alive == 0)
  }

  @Test func `a saved guest that fits no more is made anew`() async throws {
    // Saved, refused twice, booted in its place, saved again, restored.
    let host = FakeHost { (2...3).contains($0) ? .cannotRestore : .clean }
    let run = try await executor(RunGoal(trials: 2), host: host, start: .restored).begin()
    #expect(try store.trials(of: run.id).map(\.start) == [.booted, .restored])
    #expect(host.specs.count { $0.name.hasPrefix("zlab-save") } == 2)
  }

  @Test func `a saved guest is not blamed for one restore that failed`() async throws {
    let host = FakeHost { [2, 5].contains($0) ? .cannotRestore : .clean }
    let run = try await executor(RunGoal(trials: 3), host: host, start: .restored).begin()
    let trials = try store.trials(of: run.id)
    #expect(trials.map(\.start) == [.restored, .restored, .restored])
    #expect(trials[0].note == "restored at the second attempt: the fake guest's state does not fit")
    #expect(host.specs.count { $0.name.hasPrefix("zlab-save") } == 1)
  }

  @Test func `where no guest can be saved the trials boot, and it is said`() async throws {
    let notes = Mutex<[String]>([])
    let host = FakeHost { $0 == 1 ? .complainsAtBoot(warning(in: "early")) : .clean }
    let run = try await executor(RunGoal(trials: 3), host: host, start: .restored) { event in
      if case .note(let text) = event { notes.withLock { $0.append(text) } }
    }.begin()
    #expect(try store.trials(of: run.id).map(\.start) == [.booted, .booted, .booted])
    #expect(notes.withLock { $0.last }?.contains("WARNING in early") == true)
  }

  @Test func `a kernel that reports something before each scenario is given up, and it is said`() async throws {
    let host = FakeHost { _ in .complainsAtBoot(warning(in: "early")) }
    let run = try await executor(RunGoal(trials: 50), host: host, start: .restored).begin()
    #expect(run.state == .abandoned)
    let trials = try store.trials(of: run.id)
    #expect(trials.map(\.verdict) == [.miss, .miss, .miss])
    #expect(trials.allSatisfy { $0.note == "before the scenario began, the kernel reported: WARNING in early" })
  }

  @Test func `misses are made up for and never counted`() async throws {
    let run = try await executor(RunGoal(trials: 4), host: FakeHost { $0 % 2 == 0 ? .cannotStart : .clean }).begin()
    let verdicts = try store.trials(of: run.id).map(\.verdict)
    #expect(verdicts.count { $0 == .pass } == 4)
    #expect(verdicts.count { $0 == .miss } == 3)
    #expect(run.state == .finished)
  }

  @Test func `a lab that only fails is given up`() async throws {
    let run = try await executor(RunGoal(trials: 50), host: FakeHost { _ in .cannotStart }).begin()
    #expect(run.state == .abandoned)
    #expect(try store.trials(of: run.id).count == 3)
  }

  @Test func `a lab that breaks in the middle is given up a little later`() async throws {
    let run = try await executor(RunGoal(trials: 50), host: FakeHost { $0 > 2 ? .dies(code: 1) : .clean }).begin()
    #expect(run.state == .abandoned)
    #expect(try store.trials(of: run.id).map(\.verdict) == [.pass, .pass, .miss, .miss, .miss, .miss, .miss])
  }

  @Test func `until-finding stops at the first fail and drops what still ran`() async throws {
    let host = FakeHost { $0 == 3 ? .prints(warning(in: "f")) : $0 > 3 ? .programsHang : .clean }
    let run = try await executor(RunGoal(untilFinding: true), jobs: 2, host: host).begin()
    let trials = try store.trials(of: run.id)
    #expect(trials.count { $0.verdict == .fail } == 1)
    #expect(!trials.contains { $0.end == .interrupted })
    #expect(run.state == .finished)
    #expect(host.alive == 0)
  }

  @Test func `no trial starts after the time is over`() async throws {
    // Each takes at least 1.2 s, so of those that start within 2 s there are at most two for each job; a busy
    // machine may be late with the second of a job.
    let host = FakeHost(bootTime: .milliseconds(1200)) { _ in .clean }
    let run = try await executor(RunGoal(time: 2), jobs: 2, host: host).begin()
    #expect(run.state == .finished)
    let trials = try store.trials(of: run.id)
    #expect((1...4).contains(trials.count))
    #expect(trials.allSatisfy { $0.verdict == .pass })
    #expect(host.specs.count == trials.count)
  }

  @Test func `an interrupted run is resumed without repeating or losing a trial`() async throws {
    let host = FakeHost { $0 == 3 ? .programsHang : .clean }
    let started = Mutex(0)
    let first = try executor(RunGoal(trials: 6), host: host) { event in
      if case .trial = event { started.withLock { $0 += 1 } }
    }
    let task = Task { try await first.begin() }
    // The third must have its guest before the run is cut: the fake counts guests, and only that one hangs.
    while started.withLock({ $0 }) < 2 || host.specs.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    let cut = try await task.value
    #expect(cut.state == .interrupted)
    #expect(try store.trials(of: cut.id).map(\.number) == [1, 2])
    #expect(host.alive == 0)
    let whole = try await executor(RunGoal(trials: 6), host: host).resume(cut)
    #expect(whole.state == .finished)
    #expect(try store.trials(of: cut.id).map(\.number) == Array(1...6))
    #expect(try store.trials(of: cut.id).map(\.seed) == (1...6).map { derivedSeed(5, $0) })
  }

  @Test func `a run goes on only in a folder that zlab made for it`() async throws {
    let host = FakeHost { _ in .clean }
    var run = try await executor(RunGoal(trials: 1), host: host).begin()
    let folder = folders.run(run.id)
    let files = FileManager.default
    // Of the user's, by a link, and without the lock that marks zlab's own.
    let own = home.appending(path: "own")
    try files.createDirectory(at: own.appending(path: "trial-0002"), withIntermediateDirectories: true)
    try files.moveItem(at: folder, to: home.appending(path: "aside"))
    func refused(_ words: String) async {
      let error = await #expect(throws: RequestError.self) {
        try await self.executor(RunGoal(trials: 3), host: host).resume(run)
      }
      #expect(error?.problem.contains(words) == true, "\(String(describing: error))")
      #expect(files.fileExists(atPath: own.appending(path: "trial-0002").path))
    }
    run.folder = own.path
    await refused("is not there")
    try files.createSymbolicLink(at: folder, withDestinationURL: own)
    await refused("is no folder of its own")
    try files.removeItem(at: folder)
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    await refused("it has no lock")
    try files.removeItem(at: folder)
    try files.moveItem(at: home.appending(path: "aside"), to: folder)
    #expect(try await executor(RunGoal(trials: 3), host: host).resume(run).folder == folder.path)
  }

  @Test func `a run that goes on keeps no more cores than it was to keep`() async throws {
    let host = FakeHost { $0 <= 2 ? .prints(warning(in: "fake_detach")) : .clean }
    let run = try await executor(RunGoal(trials: 1), host: host, cores: 1).begin()
    #expect(run.cores == 1)
    #expect(try store.trials(of: run.id).map { $0.core != nil } == [true])
    _ = try await executor(RunGoal(trials: 2), host: host, cores: 1).resume(run)
    #expect(try store.trials(of: run.id).map { $0.core != nil } == [true, false])
  }

  @Test func `a run whose process died reads as interrupted, one that lives as running`() async throws {
    let host = FakeHost { _ in .clean }
    var run = try await executor(RunGoal(trials: 1), host: host).begin()
    run.state = .running
    // A tool that another test starts holds a copy of the lock between its fork and its exec.
    #expect(try await eventually { run.liveState == .interrupted })
    guard let lock = try FileLock(ifFree: run.folder + "/lock") else {
      Issue.record("nobody else holds the lock")
      return
    }
    #expect(run.liveState == .running)
    _ = consume lock
  }
}

@Suite struct RunLedgerTests {
  @Test func `trials that run count towards the goal`() {
    var ledger = TrialScheduler(goal: RunGoal(trials: 2), earlier: [])
    #expect(ledger.next() == 1)
    #expect(ledger.next() == 2)
    #expect(ledger.next() == nil)
    ledger.ended(trial(.miss))
    #expect(ledger.next() == 3)
  }

  @Test func `five misses in a row are hopeless, four between passes are not`() {
    var ledger = TrialScheduler(goal: RunGoal(), earlier: [])
    for verdict in [TrialVerdict.pass, .miss, .miss, .miss, .miss, .pass, .miss, .miss, .miss, .miss] {
      #expect(ledger.next() != nil)
      ledger.ended(trial(verdict))
      #expect(!ledger.isHopeless)
    }
    _ = ledger.next()
    ledger.ended(trial(.miss))
    #expect(ledger.isHopeless)
    #expect(ledger.next() == nil)
  }

  @Test func `a run that hunts one signature goes on after another finding`() {
    var ledger = TrialScheduler(goal: RunGoal(trials: 5, untilFinding: true), targets: .signatures(["0a"]), earlier: [])
    _ = ledger.next()
    ledger.ended(trial(.fail, signature: "0b"))
    #expect(!ledger.isDone)
    _ = ledger.next()
    ledger.ended(trial(.fail, signature: "0a"))
    #expect(ledger.isDone && ledger.isOver)
  }

  private func trial(_ verdict: TrialVerdict, signature: String = "00") -> Trial {
    var trial = Trial(number: 1, seed: 1, started: Date())
    trial.verdict = verdict
    if verdict == .fail {
      trial.findings = [
        Finding(
          kind: .warning, title: "WARNING in f", message: "", firstLine: 1, lastLine: 2, signature: signature)
      ]
    }
    return trial
  }
}
