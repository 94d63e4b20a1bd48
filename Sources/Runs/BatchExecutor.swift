import Foundation
package import Guest
package import Model
package import Storage
package import Trials

/// Carries out trials of a job on this host without a database: each result goes to a folder as soon as it is there.
package struct BatchExecutor: Sendable {
  private let request: RunRequest
  private let job: TrialJob
  private let results: ResultFolder
  private let host: any GuestHost
  private let folders: Locations
  private let freeMemory: @Sendable () -> Int?
  private let onEvent: @Sendable (RunEvent) -> Void

  /// - Parameters:
  ///   - request: what the job asks for, with the paths of this host.
  ///   - folders: of this host; trials under way lie below the state folder.
  ///   - onEvent: as of ``RunExecutor``.
  package init(
    _ request: RunRequest, job: TrialJob, into results: ResultFolder, host: any GuestHost, folders: Locations,
    freeMemory: @escaping @Sendable () -> Int? = { availableMemory() }, onEvent: @escaping @Sendable (RunEvent) -> Void
  ) {
    (self.request, self.job, self.results, self.host) = (request, job, results, host)
    (self.folders, self.freeMemory, self.onEvent) = (folders, freeMemory, onEvent)
  }

  /// Makes the job's trials that have no result yet.
  /// - Returns: the run as it ended, and the results in the folder.
  /// - Throws: `LabError` when guests cannot run, or results cannot be written.
  package func runBatch() async throws -> (run: Run, trials: [Trial]) {
    var due = job.numbers.filter { !results.contains($0) }[...]
    return try await execute(named: "batch-\(getpid())") {
      due.popFirst()
    } ended: { _ in
      false
    } isHopeless: {
      false
    }
  }

  /// Makes this part's share of the run's trials; those that have a result stay, misses are made up for.
  /// - Returns: as of ``runBatch()``.
  /// - Throws: `RequestError` when another process makes the same part, or the folder is another cell's; `LabError`.
  package func runShard(_ part: TrialNumbering) async throws -> (run: Run, trials: [Trial]) {
    try results.prepare(for: job)
    let earlier = try results.numbers().filter { part.place(of: $0) != nil }.map {
      try results.result($0, of: job).trial
    }
    var ledger = TrialScheduler(
      goal: part.share(of: request.goal), targets: request.targets, earlier: earlier, numbering: part)
    let name = "shard-\(part.first)-of-\(part.step)"
    return try await execute(named: name) {
      ledger.next()
    } ended: { trial in
      ledger.ended(trial)
      return ledger.isOver
    } isHopeless: {
      ledger.isHopeless
    }
  }

  private func execute(
    named name: String, next: () -> Int?, ended: (Trial) -> Bool, isHopeless: () -> Bool
  ) async throws -> (run: Run, trials: [Trial]) {
    try await host.prepare(for: request.schedule)
    let scratch = try await scratchFolder(name)
    defer { try? FileManager.default.removeItem(atPath: scratch.path) }
    var run = job.run
    run.folder = scratch.path
    onEvent(.started(run))
    var request = request
    request.cores -= results.numbers().count { access("\(results.path)/\(trialFolderName($0))/core.elf", F_OK) == 0 }
    let onEvent = onEvent
    let executor = try await LocalExecutor(
      run, request, host: host, folders: folders, line: AdmissionQueue(freeMemory: freeMemory)
    ) { onEvent(RunEvent($0)) }
    executor.announce()
    try await executor.carryOut(next: next) { trial in
      let folder = scratch.path + "/" + trialFolderName(trial.number)
      if trial.end != .interrupted || trial.verdict != .miss {
        try results.add(TrialResult(trial, of: job), from: folder)
        onEvent(.trial(trial))
      }
      try? FileManager.default.removeItem(atPath: folder)
      return ended(trial)
    }
    run.state = Task.isCancelled ? .interrupted : isHopeless() ? .abandoned : .finished
    run.ended = Date()
    run.folder = results.path
    onEvent(.ended(run))
    return (run, try results.numbers().map { try results.result($0, of: job).trial })
  }

  /// A folder for trials under way, locked for as long as the value lives; what killed processes left is removed.
  private func scratchFolder(_ name: String) async throws -> ScratchFolder {
    let parent = folders.state.appending(path: "batches").path
    for other in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] {
      guard let lock = try? FileLock(ifFree: "\(parent)/\(other)/lock") else { continue }
      try? FileManager.default.removeItem(atPath: "\(parent)/\(other)")
      _ = consume lock
    }
    let path = "\(parent)/\(job.run.id)-\(name)"
    try makeFolder(URL(fileURLWithPath: path))
    guard let lock = try await FileLock.soon(path + "/lock") else {
      throw RequestError("another zlab process makes \(name) of run \(job.run.id)")
    }
    return ScratchFolder(path, lock)
  }
}

private final class ScratchFolder: Sendable {
  let path: String
  private let lock: FileLock

  init(_ path: String, _ lock: consuming FileLock) {
    self.path = path
    self.lock = lock
  }
}

extension RunRequest {
  /// Job of a run that is carried out without a database.
  /// - Parameter id: of the run; nil derives it from the cell, so that all machines name it alike.
  package func job(id: String? = nil) -> TrialJob {
    var run = newRun(id: id ?? "00000000", in: "")
    if id == nil { run.id = TrialJob(run: run).sharedRunID }
    return TrialJob(run: run)
  }
}
