import Foundation
import Model
import Synchronization
import Trials

/// Executor that gathers trials into batches, submits these as job arrays, and takes in results as they appear.
///
/// Slurm's word is a hint only: a trial is over when its result is in the folder. What is lost is submitted again, three
/// times, and is then a miss.
final class SlurmExecutor: TrialExecutor {
  struct State {
    var table: BatchTable
    var waiters: [Int: CheckedContinuation<Trial, Never>] = [:]
    /// Trials that ended before anybody waited for them.
    var outcomes: [Int: Trial] = [:]
    var isPumping = false
    var seconds: (sum: Double, count: Int)
    var tasks: [SlurmTask] = []
    var hasNotedSilence = false
    var submitted = 0
    var cancellation: Task<Void, Never>?
  }

  let job: TrialJob
  let results: ResultFolder
  let folder: String
  let limits: ResultLimits
  let queue: SlurmQueue
  let worker: SlurmWorker
  let place: URL
  let slots: Int
  let capacity: Int
  let onSubmitted: (@Sendable () -> Void)?
  let onEvent: @Sendable (ExecutorEvent) -> Void
  let state: Mutex<State>

  init(
    _ job: TrialJob, results: ResultFolder, into folder: String, limits: ResultLimits, queue: SlurmQueue,
    worker: SlurmWorker, place: URL, slots: Int, secondsPerTrial: Double?, table: BatchTable,
    onSubmitted: (@Sendable () -> Void)?, onEvent: @escaping @Sendable (ExecutorEvent) -> Void
  ) {
    (self.job, self.results, self.folder, self.limits) = (job, results, folder, limits)
    (self.queue, self.worker, self.place, self.slots) = (queue, worker, place, slots)
    (self.onSubmitted, self.onEvent) = (onSubmitted, onEvent)
    state = Mutex(State(table: table, seconds: secondsPerTrial.map { ($0, 1) } ?? (0, 0)))
    let goal = job.run.goal
    // An open end keeps no more under way than the nodes and one batch in reserve have work for.
    let ahead = (slots + 1) * batchSize(secondsPerTrial ?? 10)
    capacity = goal.untilFinding ? ahead : max(1, min(goal.trials ?? ahead, 20_000))
  }

  func begin(_ number: Int) throws -> @concurrent @Sendable () async -> Trial {
    let starts = state.withLock { state in
      state.table.ask(for: number)
      defer { state.isPumping = true }
      return !state.isPumping
    }
    if starts { Task.detached { await self.pump() } }
    return { await self.outcome(of: number) }
  }

  /// Removes batches and results of a run that is finished, as these are in the run's folder and the database.
  func close(_ state: RunState) async {
    guard state == .finished else { return }
    // A controller that was restarted may hold jobs in its queue that have ended long ago.
    var isEmpty = false
    for _ in 0..<30 where !isEmpty && !Task.isCancelled {
      do {
        try await queue.cancel()
        isEmpty = try await queue.tasks().isEmpty
      } catch {}
      if !isEmpty { try? await Task.sleep(for: .seconds(1)) }
    }
    if !isEmpty { onEvent(.note("jobs of the run may be left; `scancel --name=\(queue.name)` cancels them")) }
    try? FileManager.default.removeItem(at: place)
  }

  private func outcome(of number: Int) async -> Trial {
    let trial = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let outcome = state.withLock { state -> Trial? in
          if let outcome = state.outcomes.removeValue(forKey: number) { return outcome }
          state.waiters[number] = continuation
          return nil
        }
        if let outcome { continuation.resume(returning: outcome) }
      }
    } onCancel: {
      state.withLock { $0.table.withdraw(number) }
      end(.cancelled(number: number, seed: job.run.seed(ofTrial: number)))
    }
    if trial.end == .interrupted { await cancelJobs() }
    return trial
  }

  /// Hands an outcome to whoever waits for it.
  func end(_ trial: Trial) {
    let waiter = state.withLock { state in
      let waiter = state.waiters.removeValue(forKey: trial.number)
      if waiter == nil { state.outcomes[trial.number] = trial }
      return waiter
    }
    waiter?.resume(returning: trial)
  }

  /// Cancels the run's jobs once nothing is asked for any more; whoever was cancelled waits until Slurm has heard it.
  private func cancelJobs() async {
    guard onSubmitted == nil else { return }
    let work = state.withLock { state -> Task<Void, Never>? in
      guard state.table.open.isEmpty else { return nil }
      if let work = state.cancellation { return work }
      let (queue, onEvent) = (queue, onEvent)
      // Not a child: it must come about although this task is cancelled.
      let work = Task.detached {
        do {
          try await queue.cancel()
          onEvent(.note("cancelled the run's jobs; results that are there stay"))
        } catch {
          onEvent(.note("jobs named \(queue.name) may still run: \((error as? LabError)?.problem ?? "\(error)")"))
        }
      }
      state.cancellation = work
      return work
    }
    await work?.value
  }
}

/// Trials of a batch, which is to take two minutes.
func batchSize(_ secondsPerTrial: Double) -> Int { max(1, Int(120 / max(0.1, secondsPerTrial))) }
