import Foundation
import Guest
import Model
import Schedules
import Storage
import Trials

/// Executor that runs guests on this host, each trial in a folder of its own below the run's folder.
final class LocalExecutor: TrialExecutor {
  private let run: Run
  private let request: RunRequest
  private let host: any GuestHost
  private let fresh: SnapshotProvider?
  private let line: AdmissionQueue
  // Of the schedule's rules, for the kernel at hand.
  private let schedulePlan: String?
  private let cores: CoreDumpBudget
  private let onEvent: @Sendable (ExecutorEvent) -> Void

  var capacity: Int { max(1, request.jobs) }

  /// - Parameters:
  ///   - run: its folder must exist when the first trial begins.
  ///   - line: where its trials wait to begin, perhaps with those of other runs.
  /// - Throws: `RequestError` for a schedule file whose places the kernel does not have, `LabError`.
  init(
    _ run: Run, _ request: RunRequest, host: any GuestHost, folders: Locations, line: AdmissionQueue,
    onEvent: @escaping @Sendable (ExecutorEvent) -> Void
  ) async throws {
    (self.run, self.request, self.host, self.line, self.onEvent) = (run, request, host, line, onEvent)
    let fresh = request.start == .booted ? nil : request.freshGuests(folders, host) { onEvent(.note($0)) }
    self.fresh = fresh
    schedulePlan = try await request.schedulePlan(fresh)
    // Those that a run has already left count when it goes on.
    cores = CoreDumpBudget(request.cores - Self.coresKept(in: run.folder))
  }

  /// Notes what makes trials with the same seed differ.
  func announce() {
    if let reason = request.hostTiming { onEvent(.note("trials with the same seed may differ: \(reason)")) }
  }

  func begin(_ number: Int) throws -> @concurrent @Sendable () async -> Trial {
    try begin(number, seed: run.seed(ofTrial: number)) { $0.turnsPlan = schedulePlan }
  }

  /// Functions of the kernel under test, as its saved guest has them.
  /// - Throws: `LabError` when they cannot be read.
  func kernelMap() async throws -> KernelMap {
    guard let fresh else { throw LabError("cannot read the kernel's functions: guests are not restored") }
    return try await fresh.kernelMap()
  }

  /// As ``begin(_:)``, with a seed of its own.
  /// - Parameter adjust: what else is other in the guest.
  func begin(
    _ number: Int, seed: UInt64, adjusting adjust: (inout GuestSpec) -> Void
  ) throws -> @concurrent @Sendable () async -> Trial {
    let folder = run.folder + "/" + trialFolderName(number)
    try request.checkSpace(run.folder)
    // What a killed process left of a trial with this number.
    try? FileManager.default.removeItem(atPath: folder)
    try makeFolder(URL(fileURLWithPath: folder))
    // What runs for days must not be the first to go when room is made.
    for file in [request.kernelPath, request.initramfsPath, request.diskPath ?? ""] where !file.isEmpty {
      markUsed(URL(fileURLWithPath: file).deletingLastPathComponent())
    }
    var spec = request.guestSpec(name: "zlab-\(run.id)-\(number)", folder: folder)
    spec.turnsSeed = seed
    adjust(&spec)
    var plan = TrialPlan(
      number: number, seed: seed, scenario: request.scenario, guest: spec, limits: request.limits)
    plan.cores = cores
    plan.collector = request.collector
    plan.mustRestore = spec.turnsPlan != nil
    // The last that can fail is done: whoever has a place must come to its turn.
    let place = line.place()
    return { [plan] in await self.makeTrial(plan, place) }
  }

  private func makeTrial(_ plan: TrialPlan, _ place: Int) async -> Trial {
    var plan = plan
    await line.turn(of: place)
    defer { line.leave(place) }
    plan.saved = await fresh?.guest()
    await line.begin(taking: hostMemory(ofGuestWith: plan.guest.memory)) { onEvent(.note($0)) }
    defer { line.ended() }
    if Task.isCancelled { return .cancelled(number: plan.number, seed: plan.seed) }
    var trial = await execute(plan, on: host) { [line, onEvent, number = plan.number] phase in
      onEvent(.phase(trial: number, phase))
      line.leave(place)
    }
    trial.schedule = plan.guest.scheduleCourse(rules: request.rules?.rules.count ?? 0)
    // What of it was worth keeping has been taken.
    if plan.guest.disk != nil { unlink(plan.guest.overlay) }
    if let saved = plan.saved, trial.start == .booted { await fresh?.discard(saved) }
    return trial
  }

  private static func coresKept(in folder: String) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.count { access("\(folder)/\($0)/core.elf", F_OK) == 0 }
  }
}

extension RunRequest {
  /// A trial whose console does not get to the disk says nothing, so one starts only where it fits.
  /// - Throws: `LabError` when consoles of the trials at a time would not fit below `path`.
  func checkSpace(_ path: String) throws(LabError) {
    // What a guest writes to its disk is not known; so much is no surprise.
    let overlay = diskPath == nil ? 0 : 256 << 20
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0, limit.rlim_cur < limits.consoleBytes {
      throw LabError(
        "files of this process may have \(limit.rlim_cur >> 10) KiB, and a console \(limits.consoleBytes >> 10) KiB",
        advice: "Raise the limit: `ulimit -f unlimited`.")
    }
    let needed = (limits.consoleBytes + overlay) * (max(1, jobs) + 1)
    if let free = freeSpace(at: path), free < needed {
      throw LabError(
        "\(free >> 20) MiB are free in \(path), but the trials may need \(needed >> 20) MiB",
        advice: "Free disk space, or set ZLAB_HOME to another disk.")
    }
  }

  /// The reason for which trials with the same seed may differ although instructions are counted; nil when they do not, or
  /// vCPUs run freely.
  fileprivate var hostTiming: String? {
    if case .icount = schedule, scenario.asksHost {
      return "the host plugs and unplugs as soon as it is asked; under turns the guest waits for it"
    }
    guard case .turns = schedule else { return nil }
    if start == .booted { return "a guest that boots gets its functions and its script when the host comes to it" }
    return diskPath == nil ? scenario.hostTiming : "the guest has a disk, whose data come in the host's time"
  }

  /// The plan of the schedule file's rules for the kernel at hand; nil when there is none.
  fileprivate func schedulePlan(_ fresh: SnapshotProvider?) async throws -> String? {
    guard let rules else { return nil }
    guard let fresh else {
      throw RequestError(
        "the rules of \(rules.file) need guests that are restored from a snapshot", advice: "Leave out --cold.")
    }
    return try await fresh.plan(of: rules, for: scenario.actors)
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
