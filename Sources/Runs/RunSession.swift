import Foundation
import Guest
import HostTools
import Model
import ResultStore
import Schedules
import Storage
import Trials

/// A run that is being conducted: locked, in the store, and ready to make trials.
final class RunSession: Sendable {
  private let run: Run
  private let request: RunRequest
  private let host: any GuestHost
  private let store: ResultStore
  private let onEvent: @Sendable (RunEvent) -> Void
  private let fresh: SnapshotProvider?
  // Of the schedule's rules, for the kernel at hand.
  private let schedulePlan: String?
  private let line: AdmissionQueue
  private let cores: CoreDumpBudget
  // SQLite waits up to ten seconds for another process's write; trials under way must not wait with it.
  private let writer = BlockingThread(name: "zlab-results")
  private let lock: FileLock

  private init(
    _ run: Run, _ request: RunRequest, _ host: any GuestHost, _ store: ResultStore,
    _ onEvent: @escaping @Sendable (RunEvent) -> Void, _ fresh: SnapshotProvider?, _ schedulePlan: String?,
    _ line: AdmissionQueue, _ lock: consuming FileLock
  ) {
    (self.run, self.request, self.host, self.store, self.onEvent) = (run, request, host, store, onEvent)
    self.fresh = fresh
    self.schedulePlan = schedulePlan
    self.line = line
    self.lock = lock
    // Those that a run has already left count when it goes on.
    cores = CoreDumpBudget(request.cores - Self.coresKept(in: run.folder))
  }

  /// Makes a new run, or takes up one that was cut short.
  /// - Parameter line: where its trials wait to begin, perhaps with those of other runs.
  /// - Throws: `RequestError` when another process conducts it, `LabError` when results cannot be kept.
  static func open(
    _ request: RunRequest, resuming earlier: Run? = nil, host: any GuestHost, store: ResultStore, folders: Locations,
    line: AdmissionQueue, onEvent: @escaping @Sendable (RunEvent) -> Void
  ) async throws -> RunSession {
    try await host.prepare(for: request.schedule)
    var run = earlier ?? request.newRun(in: folders)
    if let earlier, let defect = folders.defect(ofRun: earlier.id) {
      throw RequestError(
        "the run \(earlier.id) cannot go on: \(defect)",
        advice: "A run goes on where its logs are. This makes it anew: \(earlier.command)")
    }
    if let earlier, earlier.rules?.text != request.rules?.text {
      throw RequestError(
        "the run \(earlier.id) cannot go on: the schedule file has changed since",
        advice: "To start it again: \(earlier.command)")
    }
    run.folder = folders.run(run.id).path
    let fresh = request.start == .booted ? nil : request.freshGuests(folders, host) { onEvent(.note($0)) }
    // Before the run is known to anyone: a place that the kernel does not have is a wrong request.
    let plan = try await request.schedulePlan(fresh)
    try checkSpace(folders.state.path, request)
    try makeFolder(URL(fileURLWithPath: run.folder))
    guard let lock = try await FileLock.soon(run.folder + "/lock") else {
      throw RequestError("run \(run.id) is in use by another zlab process")
    }
    run.state = .running
    if earlier == nil { try store.add(run, line: request.line) } else { try store.update(run) }
    onEvent(.started(run))
    if let reason = request.hostTiming { onEvent(.note("trials with the same seed may differ: \(reason)")) }
    return RunSession(run, request, host, store, onEvent, fresh, plan, line, lock)
  }

  /// One trial, ready to be carried out by any task; nothing is stored yet.
  /// - Throws: `LabError` when its console would not fit on the disk.
  func trial(_ number: Int) throws -> @concurrent @Sendable () async -> Trial {
    let folder = folder(of: number)
    try Self.checkSpace(run.folder, request)
    // What a killed process left of a trial with this number.
    try? FileManager.default.removeItem(atPath: folder)
    try makeFolder(URL(fileURLWithPath: folder))
    // What runs for days must not be the first to go when room is made.
    for file in [request.kernelPath, request.initramfsPath, request.diskPath ?? ""] where !file.isEmpty {
      markUsed(URL(fileURLWithPath: file).deletingLastPathComponent())
    }
    var spec = request.guestSpec(name: "zlab-\(run.id)-\(number)", folder: folder)
    spec.turnsSeed = run.seed(ofTrial: number)
    spec.turnsPlan = schedulePlan
    var plan = TrialPlan(
      number: number, seed: run.seed(ofTrial: number), scenario: request.scenario, guest: spec,
      limits: request.limits)
    plan.cores = cores
    plan.collector = request.collector
    plan.mustRestore = schedulePlan != nil
    // The last that can fail is done: whoever has a place must come to its turn.
    let place = line.place()
    return { [plan] in await self.makeTrial(plan, folder, place) }
  }

  private func makeTrial(_ plan: TrialPlan, _ folder: String, _ place: Int) async -> Trial {
    var plan = plan
    await line.turn(of: place)
    defer { line.leave(place) }
    plan.saved = await fresh?.guest()
    await line.begin(taking: hostMemory(ofGuestWith: plan.guest.memory)) { onEvent(.note($0)) }
    defer { line.ended() }
    if Task.isCancelled { return neverBegun(plan) }
    var trial = await execute(plan, on: host) { [line, onEvent, number = plan.number] phase in
      onEvent(.phase(trial: number, phase))
      line.leave(place)
    }
    trial.schedule = plan.scheduleCourse(rules: request.rules?.rules.count ?? 0)
    // What of it was worth keeping has been taken.
    if plan.guest.disk != nil { unlink(plan.guest.overlay) }
    if let saved = plan.saved, trial.start == .booted { await fresh?.discard(saved) }
    return trial
  }

  /// Stores a trial that ended; one that was cut short is evidence of nothing, was asked for by nobody, and goes.
  /// - Returns: whether it was kept.
  @discardableResult
  func keep(_ trial: Trial) async throws -> Bool {
    guard trial.end != .interrupted || trial.verdict != .miss else {
      try? FileManager.default.removeItem(atPath: folder(of: trial.number))
      return false
    }
    let (store, id) = (store, run.id)
    try await writer.run { () throws(LabError) in try store.add(trial, to: id) }
    onEvent(.trial(trial))
    return true
  }

  /// Ends the run.
  /// - Parameter failure: what stopped it, which the user must hear, not that this cannot be written either.
  func close(_ state: RunState, after failure: (any Error)? = nil) async throws -> Run {
    var run = run
    run.state = state
    // The clock may have been set back meanwhile.
    run.ended = max(Date(), run.started)
    if var rules = run.rules, let trials = try? store.trials(of: run.id) {
      rules.count(trials)
      run.rules = rules
    }
    let (store, closed) = (store, run)
    let written = await writer.run { Result { () throws(LabError) in try store.update(closed) } }
    if let failure { throw failure }
    try written.get()
    onEvent(.ended(run))
    return run
  }

  private func folder(of number: Int) -> String { run.folder + "/" + trialFolderName(number) }

  private static func coresKept(in folder: String) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.count { access("\(folder)/\($0)/core.elf", F_OK) == 0 }
  }

  /// A trial whose console does not get to the disk says nothing, so one starts only where it fits.
  private static func checkSpace(_ path: String, _ request: RunRequest) throws(LabError) {
    // What a guest writes to its disk is not known; so much is no surprise.
    let overlay = request.diskPath == nil ? 0 : 256 << 20
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0, limit.rlim_cur < request.limits.consoleBytes
    {
      throw LabError(
        "files of this process may have \(limit.rlim_cur >> 10) KiB, and a console \(request.limits.consoleBytes >> 10) KiB",
        advice: "Raise the limit: `ulimit -f unlimited`.")
    }
    let needed = (request.limits.consoleBytes + overlay) * (max(1, request.jobs) + 1)
    if let free = freeSpace(at: path), free < needed {
      throw LabError(
        "\(free >> 20) MiB are free in \(path), but the trials may need \(needed >> 20) MiB",
        advice: "Free disk space, or set ZLAB_HOME to another disk.")
    }
  }
}

/// 8 hex digits for a new run.
package func newRunID() -> String { String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16) }

extension RunRequest {
  /// The reason for which trials with the same seed may differ in turns; nil when they do not, or there are no turns.
  fileprivate var hostTiming: String? {
    guard case .turns = schedule else { return nil }
    if start == .booted { return "a guest that boots gets its functions and its script when the host comes to it" }
    return diskPath == nil ? scenario.hostTiming : "the guest has a disk, whose data come in the host's time"
  }

  /// The plan of the schedule file's rules for the kernel at hand; nil when there is none.
  fileprivate func schedulePlan(_ fresh: SnapshotProvider?) async throws -> String? {
    guard let rules else { return nil }
    guard let fresh else {
      throw RequestError(
        "the rules of \(rules.file) need guests that are restored from a snapshot",
        advice: "Leave out --cold.")
    }
    return try await fresh.plan(of: rules, for: scenario.actors)
  }

  fileprivate func newRun(in folders: Locations) -> Run {
    let id = id ?? newRunID()
    var run = Run(
      id: id, scenario: scenario.name, scenarioText: scenario.text, kernel: kernel, image: image, seed: seed,
      goal: goal, parameters: scenario.parameters, confidence: confidence, schedule: schedule, started: Date(),
      start: start, command: command, folder: folders.run(id).path, host: host)
    run.rules = rules?.record
    (run.replay, run.jobs, run.cores) = (replay, jobs, cores > 0 ? cores : nil)
    return run
  }

  fileprivate func guestSpec(name: String, folder: String) -> GuestSpec {
    var spec = GuestSpec(
      name: name, kernel: kernelPath, initramfs: initramfsPath, commandLine: scenario.kernelArguments,
      cpus: scenario.cpus, memory: scenario.memory, schedule: schedule, console: .file(folder + "/console.log"),
      emulator: emulator, folder: folder)
    spec.disk = diskPath
    return spec
  }

  fileprivate func freshGuests(
    _ folders: Locations, _ host: any GuestHost, onNote: @escaping @Sendable (String) -> Void
  ) -> SnapshotProvider {
    SnapshotProvider(
      folders, spec: guestSpec(name: "", folder: ""), kernel: kernel.id, image: image.id, facts: self.host, host: host,
      onNote: onNote)
  }
}

private func neverBegun(_ plan: TrialPlan) -> Trial {
  var trial = Trial(number: plan.number, seed: plan.seed, started: Date())
  trial.end = .interrupted
  return trial
}

extension Run {
  // A replay that the lab missed is made up for with the same seed.
  fileprivate func seed(ofTrial number: Int) -> UInt64 { replay == nil ? derivedSeed(seed, number) : seed }
}
