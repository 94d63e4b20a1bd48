package import Guest
package import Model
package import ResultStore
package import Storage
import Trials

/// Carries out a run: trial after trial, several at a time, each stored as soon as it ended.
package struct RunExecutor: Sendable {
  private let request: RunRequest
  private let host: any GuestHost
  private let store: ResultStore
  private let folders: Locations
  private let freeMemory: @Sendable () -> Int?
  private let onEvent: @Sendable (RunEvent) -> Void

  /// - Parameters:
  ///   - freeMemory: of the host, in MiB, asked before a trial begins.
  ///   - onEvent: told everything in order; called by one task at a time, but for phases and notes.
  package init(
    _ request: RunRequest, host: any GuestHost, store: ResultStore, folders: Locations,
    freeMemory: @escaping @Sendable () -> Int? = { availableMemory() }, onEvent: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.freeMemory = freeMemory
    self.request = request
    self.host = host
    self.store = store
    self.folders = folders
    self.onEvent = onEvent
  }

  /// Makes a new run.
  /// - Parameter time: no trial starts after it, whatever the goal says; nil for no other limit.
  /// - Throws: `LabError` when results cannot be kept.
  package func begin(within time: Duration? = nil) async throws -> Run {
    try await carryOut(nil, request.goal.within(time))
  }

  /// Goes on with a run that was cut short: its trials stay, and missing numbers and seeds are made up for.
  /// - Parameters:
  ///   - time: as of ``begin(within:)``.
  ///   - forgiving: whether trials that the lab missed at the end are forgotten: somebody may have mended it.
  /// - Throws: `RequestError` when another process conducts it, `LabError` when results cannot be kept.
  package func resume(_ run: Run, within time: Duration? = nil, forgiving: Bool = true) async throws -> Run {
    try await carryOut(run, request.goal.within(time), forgiving: forgiving)
  }

  private func carryOut(_ earlier: Run?, _ goal: RunGoal, forgiving: Bool = true) async throws -> Run {
    if let earlier, try store.countedRun(earlier.id)?.isPruned == true {
      throw RequestError(
        "cannot resume run \(earlier.id): its trials were pruned",
        advice: "To start it again: \(earlier.command)")
    }
    let open = try await RunSession.open(
      request, resuming: earlier, host: host, store: store, folders: folders,
      line: AdmissionQueue(freeMemory: freeMemory), onEvent: onEvent)
    var failure: (any Error)?
    let numbering = request.repeats.map { TrialNumbering(of: $0.trials) } ?? TrialNumbering()
    var ledger = TrialScheduler(goal: goal, targets: request.targets, earlier: [], numbering: numbering)
    do {
      if let earlier {
        let trials = try store.trials(of: earlier.id)
        ledger = TrialScheduler(
          goal: goal, targets: request.targets, earlier: trials, forgiving: forgiving, numbering: numbering)
      }
      try await open.executor.carryOut {
        ledger.next()
      } ended: { trial in
        ledger.ended(trial)
        try await open.keep(trial)
        return ledger.isOver
      }
    } catch { failure = error }
    let state: RunState = Task.isCancelled ? .interrupted : ledger.isHopeless || failure != nil ? .abandoned : .finished
    return try await open.close(state, after: failure)
  }
}

extension RunGoal {
  fileprivate func within(_ limit: Duration?) -> RunGoal {
    guard let seconds = limit.map({ $0 / .seconds(1) }) else { return self }
    var goal = self
    goal.time = min(time ?? seconds, seconds)
    return goal
  }
}
