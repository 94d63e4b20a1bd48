package import Folders
import Foundation
package import Guest
package import Records
package import ResultStore
import Scenarios

/// Carries out a run: trial after trial, several at a time, each stored as soon as it ended.
package struct RunConductor: Sendable {
  private let request: RunRequest
  private let host: any GuestHost
  private let store: ResultStore
  private let folders: Folders
  private let onEvent: @Sendable (RunEvent) -> Void

  /// - Parameter onEvent: told everything in order; called by one task at a time.
  package init(
    _ request: RunRequest, host: any GuestHost, store: ResultStore, folders: Folders,
    onEvent: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.request = request
    self.host = host
    self.store = store
    self.folders = folders
    self.onEvent = onEvent
  }

  /// Makes a new run.
  /// - Throws: `LabError` when results cannot be kept.
  package func begin() async throws -> Run {
    let id = String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
    let run = Run(
      id: id, scenario: request.scenario.name, scenarioText: request.scenario.text, kernel: request.kernel,
      image: request.image, seed: request.seed, goal: request.goal, parameters: request.scenario.parameters,
      confidence: request.confidence,
      started: Date(), command: request.command, folder: folders.runs.appending(path: id).path, host: request.host)
    return try await carryOut(run, earlier: [], isNew: true)
  }

  /// Goes on with a run that was cut short: its trials stay, and the numbers and seeds go on from there.
  /// - Throws: `RequestError` when another process conducts it, `LabError` when results cannot be kept.
  package func resume(_ run: Run) async throws -> Run {
    try await carryOut(run, earlier: store.trials(of: run.id), isNew: false)
  }

  private func carryOut(_ run: Run, earlier: [Trial], isNew: Bool) async throws -> Run {
    var run = run
    try checkSpace(folders.state.path)
    try makeFolder(URL(fileURLWithPath: run.folder))
    guard let lock = try await FileLock.soon(run.folder + "/lock") else {
      throw RequestError("the run \(run.id) is being conducted by another zlab")
    }
    run.state = .running
    if isNew { try store.add(run) } else { try store.update(run) }
    onEvent(.started(run))
    var ledger = RunLedger(goal: request.goal, earlier: earlier)
    var failure: (any Error)?
    do { try await makeTrials(run, &ledger) } catch { failure = error }
    run.state = Task.isCancelled ? .interrupted : ledger.isHopeless || failure != nil ? .abandoned : .finished
    run.ended = Date()
    if let failure {
      // What stopped the run is what the user must hear, not that this cannot be written either.
      try? store.update(run)
      throw failure
    }
    try store.update(run)
    _ = consume lock
    onEvent(.ended(run))
    return run
  }

  private func makeTrials(_ run: Run, _ ledger: inout RunLedger) async throws {
    try await withThrowingTaskGroup(of: Trial.self) { group in
      var started = 0
      while started < max(1, request.jobs), let number = ledger.next() {
        try add(number, of: run, to: &group)
        started += 1
      }
      while let trial = try await group.next() {
        ledger.ended(trial.verdict)
        // A trial that was cut short is evidence of nothing and was asked for by nobody.
        if trial.end == .interrupted && trial.verdict == .miss {
          try? FileManager.default.removeItem(atPath: folder(of: trial.number, in: run))
        } else {
          try store.add(trial, to: run.id)
          onEvent(.trial(trial))
        }
        if ledger.isOver { group.cancelAll() }
        if !Task.isCancelled, let number = ledger.next() { try add(number, of: run, to: &group) }
      }
    }
  }

  private func add(_ number: Int, of run: Run, to group: inout ThrowingTaskGroup<Trial, any Error>) throws {
    let folder = folder(of: number, in: run)
    try checkSpace(run.folder)
    try makeFolder(URL(fileURLWithPath: folder))
    let plan = TrialPlan(
      number: number, seed: derivedSeed(run.seed, number), scenario: request.scenario,
      guest: GuestSpec(
        name: "zlab-\(run.id)-\(number)", kernel: request.kernelPath, initramfs: request.initramfsPath,
        commandLine: request.scenario.kernelArguments, cpus: request.scenario.cpus, memory: request.scenario.memory,
        console: .file(folder + "/console.log"), emulator: request.emulator, folder: folder),
      limits: request.limits)
    let (host, onEvent) = (host, onEvent)
    group.addTask {
      let trial = await conduct(plan, on: host) { onEvent(.phase(trial: number, $0)) }
      return distrustFullDisk(trial, folder)
    }
  }

  private func folder(of number: Int, in run: Run) -> String { run.folder + "/" + trialFolderName(number) }

  /// QEMU does not say when it cannot write the console, so a trial starts only where its console fits.
  private func checkSpace(_ path: String) throws(LabError) {
    let needed = request.limits.consoleBytes * (max(1, request.jobs) + 1)
    if let free = freeSpace(at: path), free < needed {
      throw LabError(
        "\(free >> 20) MiB are free where \(path) lies, and the trials' consoles may need \(needed >> 20) MiB",
        advice: "Make room, or set ZLAB_HOME to another disk.")
    }
  }
}

// Another program may have filled the disk meanwhile: then silence on the console says nothing.
private func distrustFullDisk(_ trial: Trial, _ folder: String) -> Trial {
  guard trial.verdict == .pass, let free = freeSpace(at: folder), free < 1 << 20 else { return trial }
  var trial = trial
  (trial.verdict, trial.end, trial.note) = (.miss, .labFailure, "the disk that holds the console is full")
  return trial
}
