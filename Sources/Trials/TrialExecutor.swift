import Foundation
package import Model

/// Backend that carries out trials: on guests of this host, or on other machines.
package protocol TrialExecutor: Sendable {
  /// Number of trials that it takes at a time, at least 1.
  var capacity: Int { get }

  /// Accepts a trial of its job, in the order of the calls.
  ///
  /// - Returns: the work, which must be run even when it is cancelled. An infrastructure error makes the trial a miss; a
  ///   trial that was cancelled has the end ``EndReason/interrupted``.
  /// - Throws: `LabError` when no further trial can begin, for instance because its console would not fit on the disk.
  func begin(_ number: Int) throws -> @concurrent @Sendable () async -> Trial

  /// Ends the executor's work on a run whose results are stored.
  func close(_ state: RunState) async
}

extension TrialExecutor {
  package func close(_ state: RunState) async {}

  /// Carries out trials, as many at a time as the executor takes, until none is left or the task is cancelled.
  /// - Parameters:
  ///   - next: number of the trial to begin; nil when none is to begin now.
  ///   - ended: gets each trial as it ends; true cancels those under way.
  /// - Throws: as ``begin(_:)``, and what `ended` throws.
  package func carryOut(next: () -> Int?, ended: (Trial) async throws -> Bool) async throws {
    try await withThrowingTaskGroup(of: Trial.self) { group in
      var started = 0
      while started < capacity, !Task.isCancelled, let number = next() {
        group.addTask(operation: try begin(number))
        started += 1
      }
      while let trial = try await group.next() {
        if try await ended(trial) { group.cancelAll() }
        if !Task.isCancelled, let number = next() { group.addTask(operation: try begin(number)) }
      }
    }
  }
}

/// Progress event of an executor; may come from any task.
package enum ExecutorEvent: Sendable {
  /// A sentence for the user, without a final stop.
  case note(String)
  case phase(trial: Int, TrialPhase)
  /// State of a queue outside of this process, for a status line: `12 on 4 nodes, 40 pending`.
  case queue(String)
}

/// Backend of runs that are not carried out on this host: makes an executor for each run.
package protocol TrialExecutorProvider: Sendable {
  /// - Parameters:
  ///   - folder: the run's, where each trial gets a folder of its own (``trialFolderName(_:)``).
  /// - Throws: `RequestError` or `LabError` when the job cannot be carried out there.
  func executor(
    for job: TrialJob, in folder: String, onEvent: @escaping @Sendable (ExecutorEvent) -> Void
  ) async throws -> any TrialExecutor
}

extension Trial {
  /// A trial that was cancelled before it ended: evidence of nothing, and not stored.
  package static func cancelled(number: Int, seed: UInt64) -> Trial {
    var trial = Trial(number: number, seed: seed, started: Date())
    trial.end = .interrupted
    return trial
  }

  /// A miss of a trial whose executor failed.
  /// - Parameter reason: as a sentence without a final stop.
  package static func miss(number: Int, seed: UInt64, _ reason: String) -> Trial {
    var trial = Trial(number: number, seed: seed, started: Date())
    trial.note = reason
    return trial
  }
}
