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
  private let store: ResultStore
  private let onEvent: @Sendable (RunEvent) -> Void
  let executor: any TrialExecutor
  // SQLite waits up to ten seconds for another process's write; trials under way must not wait with it.
  private let writer = BlockingThread(name: "zlab-results")
  private let lock: FileLock

  private init(
    _ run: Run, _ store: ResultStore, _ executor: any TrialExecutor, _ lock: consuming FileLock,
    _ onEvent: @escaping @Sendable (RunEvent) -> Void
  ) {
    (self.run, self.store, self.executor, self.onEvent) = (run, store, executor, onEvent)
    self.lock = lock
  }

  /// Makes a new run, or takes up one that was cut short.
  /// - Parameter line: where its trials wait to begin, perhaps with those of other runs.
  /// - Throws: `RequestError` when another process conducts it, `LabError` when results cannot be kept.
  static func open(
    _ request: RunRequest, resuming earlier: Run? = nil, host: any GuestHost, store: ResultStore, folders: Locations,
    line: AdmissionQueue, onEvent: @escaping @Sendable (RunEvent) -> Void
  ) async throws -> RunSession {
    if request.executors == nil { try await host.prepare(for: request.schedule) }
    let id = request.id ?? newRunID()
    var run = earlier ?? request.newRun(id: id, in: folders.run(id).path)
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
    let start: (Run) async throws -> any TrialExecutor
    if let executors = request.executors {
      if let rules = request.rules {
        throw RequestError(
          "the rules of \(rules.file) cannot be carried out on a cluster", advice: "Leave out --executor slurm.")
      }
      start = { try await executors.executor(for: TrialJob(run: $0), in: $0.folder) { onEvent(RunEvent($0)) } }
    } else {
      // Before the run is known to anyone: a place that the kernel does not have is a wrong request.
      let local = try await LocalExecutor(run, request, host: host, folders: folders, line: line) {
        onEvent(RunEvent($0))
      }
      try request.checkSpace(folders.state.path)
      start = { _ in
        local.announce()
        return local
      }
    }
    try makeFolder(URL(fileURLWithPath: run.folder))
    guard let lock = try await FileLock.soon(run.folder + "/lock") else {
      throw RequestError("run \(run.id) is in use by another zlab process")
    }
    run.state = .running
    if earlier == nil { try store.add(run, line: request.line) } else { try store.update(run) }
    onEvent(.started(run))
    return RunSession(run, store, try await start(run), lock, onEvent)
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
    await executor.close(state)
    onEvent(.ended(run))
    return run
  }

  private func folder(of number: Int) -> String { run.folder + "/" + trialFolderName(number) }
}

/// 8 hex digits for a new run.
package func newRunID() -> String { String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16) }

extension RunRequest {
  /// Run that is about to begin.
  /// - Parameter folder: of its logs.
  func newRun(id: String, in folder: String) -> Run {
    var run = Run(
      id: id, scenario: scenario.name, scenarioText: scenario.text, kernel: kernel, image: image, seed: seed,
      goal: goal, parameters: scenario.parameters, confidence: confidence, schedule: schedule, started: Date(),
      start: start, command: command, folder: folder, host: host)
    run.rules = rules?.record
    run.repeats = repeats
    if !story.isEmpty { run.rules?.story = story }
    (run.replay, run.jobs, run.cores) = (replay, jobs, cores > 0 ? cores : nil)
    return run
  }
}
