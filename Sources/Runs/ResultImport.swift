import Foundation
package import Model
package import ResultStore
import Statistics
package import Storage
package import Trials

/// Joins results of one cell's trials, which were made elsewhere, into one run.
package struct ResultImport: Sendable {
  /// Result of an import.
  package struct Outcome: Sendable {
    package var run: Run
    /// Trials that the run did not have.
    package var added = 0
    /// Trials that it had, or that another of the folders had too.
    package var known = 0
    /// Reason why a trial was left out, for each that was.
    package var skipped: [String] = []
  }

  private let store: ResultStore
  private let folders: Locations

  package init(_ store: ResultStore, _ folders: Locations) { (self.store, self.folders) = (store, folders) }

  /// Adds what the run does not have yet; a second time nothing is left to do.
  /// - Parameters:
  ///   - sources: of one cell, which ``job(of:)`` gives.
  ///   - job: of the run; its command is the one that reproduces it on this host.
  /// - Throws: `RequestError` when the database has another run of this id or another process works on it, `LabError`.
  package func take(_ sources: [ResultFolder], of job: TrialJob, limits: ResultLimits) async throws -> Outcome {
    let known = try store.knownRun(job.run.id)
    if let known, TrialJob(run: known).cell != job.cell {
      throw RequestError(
        "the database has another run \(known.id): \(job.differences(from: TrialJob(run: known)))")
    }
    var run = known ?? job.run
    run.folder = folders.run(run.id).path
    try makeFolder(URL(fileURLWithPath: run.folder))
    guard let lock = try await FileLock.soon(run.folder + "/lock") else {
      throw RequestError("run \(run.id) is in use by another zlab process")
    }
    run.goal.trials = [run.goal.trials, job.run.goal.trials].compactMap(\.self).max()
    run.state = .interrupted
    if known == nil { try store.add(run) }
    var outcome = Outcome(run: run)
    var present = Set(try store.trials(of: run.id).map(\.number))
    for source in sources { try take(from: source, job, limits, into: run, &present, &outcome) }
    // What was copied must not be lost with the next power failure, when its source may be gone.
    if outcome.added > 0 { sync() }
    outcome.run = try close(run)
    _ = consume lock
    return outcome
  }

  /// The job of several folders.
  /// - Throws: `RequestError` when one has none, or theirs are of different cells.
  package static func job(of sources: [ResultFolder]) throws -> TrialJob {
    let jobs = try sources.map { try $0.job() }
    guard let first = jobs.first else { throw RequestError("no folder was given") }
    for (job, source) in zip(jobs, sources) where job.cell != first.cell || job.run.id != first.run.id {
      throw RequestError(
        "\(source.path) and \(sources[0].path) hold results of different cells: \(job.differences(from: first))",
        advice: "Import them separately; trials of different cells are not counted together.")
    }
    return first
  }

  private func take(
    from source: ResultFolder, _ job: TrialJob, _ limits: ResultLimits, into run: Run, _ present: inout Set<Int>,
    _ outcome: inout Outcome
  ) throws {
    var batch: [Trial] = []
    func flush() throws {
      try store.add(batch, to: run.id)
      outcome.added += batch.count
      batch = []
    }
    for number in source.numbers() {
      try Task.checkCancellation()
      guard !present.contains(number) else {
        outcome.known += 1
        continue
      }
      do {
        batch.append(try source.take(number, of: job, into: run.folder, limits: limits))
        present.insert(number)
      } catch let error as RequestError {
        outcome.skipped.append(error.problem)
      }
      if batch.count >= 200 { try flush() }
    }
    try flush()
  }

  private func close(_ run: Run) throws(LabError) -> Run {
    var run = run
    let trials = try store.trials(of: run.id)
    let judged = trials.count { $0.verdict != .miss }
    let isCaught = run.goal.untilFinding && trials.contains { $0.verdict == .fail }
    if isCaught || run.goal.trials.map({ judged >= $0 }) ?? (run.goal.time != nil) { run.state = .finished }
    run.started = trials.map(\.started).min() ?? run.started
    run.ended = max(run.started, trials.map { $0.started.addingTimeInterval($0.duration) }.max() ?? run.started)
    try store.update(run)
    return run
  }
}
