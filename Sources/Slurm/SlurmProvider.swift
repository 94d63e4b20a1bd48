package import Foundation
import Model
package import Trials

/// Executors that submit trials to a Slurm cluster.
///
/// Everything that is shared with nodes lies in one folder for each run: `results`, and a folder with scripts, batch files
/// and logs for each submission. The submitter alone has the database.
package struct SlurmProvider: TrialExecutorProvider {
  private let options: SlurmOptions
  private let worker: SlurmWorker
  private let root: URL
  private let limits: ResultLimits
  private let secondsPerTrial: Double?
  private let onSubmitted: (@Sendable () -> Void)?

  /// - Parameters:
  ///   - root: folder of all runs' folders, which every node sees under the same path.
  ///   - limits: of what a trial may leave.
  ///   - secondsPerTrial: by history; nil when the scenario was never run, and then a first few trials are measured.
  ///   - onSubmitted: called when all trials are submitted; jobs are then left alone. nil waits for the results.
  package init(
    _ options: SlurmOptions, worker: SlurmWorker, in root: URL, limits: ResultLimits, secondsPerTrial: Double?,
    onSubmitted: (@Sendable () -> Void)? = nil
  ) {
    (self.options, self.worker, self.root, self.limits) = (options, worker, root, limits)
    (self.secondsPerTrial, self.onSubmitted) = (secondsPerTrial, onSubmitted)
  }

  /// Options of a run that was submitted from the same cache; nil for other runs.
  package static func options(ofRun id: String, in root: URL) -> SlurmOptions? {
    guard let data = try? Data(contentsOf: root.appending(path: "\(id)/options.json")), data.count < 1 << 20 else {
      return nil
    }
    return try? JSONDecoder().decode(SlurmOptions.self, from: data)
  }

  package func executor(
    for job: TrialJob, in folder: String, onEvent: @escaping @Sendable (ExecutorEvent) -> Void
  ) async throws -> any TrialExecutor {
    let place = root.appending(path: job.run.id)
    let results = ResultFolder(place.appending(path: "results").path)
    try results.prepare(for: job)
    try JSONEncoder().encode(options).write(to: place.appending(path: "options.json"), options: .atomic)
    let queue = SlurmQueue(name: "zlab-\(job.run.id)", options: options)
    let tasks = try await queue.tasks()
    let submissions = ((try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []).compactMap {
      $0.hasPrefix("submission-") ? Int($0.dropFirst("submission-".count)) : nil
    }
    let known = try tasks.map { task in
      BatchTable.Batch(id: task.batch, numbers: try batchJob(task.batch, in: place).numbers)
    }
    if !known.isEmpty { onEvent(.note("\(known.count) batches of this run are still in Slurm's queue")) }
    let cpus = await queue.cpus().map { $0 / worker.cpus }
    let slots = max(1, min(options.slots ?? .max, cpus ?? 1))
    return SlurmExecutor(
      job, results: results, into: folder, limits: limits, queue: queue, worker: worker, place: place, slots: slots,
      secondsPerTrial: secondsPerTrial, table: BatchTable(known: known, submissions: submissions.max() ?? 0),
      onSubmitted: onSubmitted, onEvent: onEvent)
  }
}

/// Folder of a submission's script, batch files and logs.
func submissionFolder(_ number: Int, in place: URL) -> URL { place.appending(path: "submission-\(number)") }

private func batchJob(_ id: BatchID, in place: URL) throws -> TrialJob {
  try TrialJob(file: submissionFolder(id.submission, in: place).appending(path: "batch-\(id.task).json").path)
}
