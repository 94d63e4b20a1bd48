package import Folders
package import Guest
package import Records
package import ResultStore

/// Carries out a run: trial after trial, several at a time, each stored as soon as it ended.
package struct RunConductor: Sendable {
  private let request: RunRequest
  private let host: any GuestHost
  private let store: ResultStore
  private let folders: Folders
  private let freeMemory: @Sendable () -> Int?
  private let onEvent: @Sendable (RunEvent) -> Void

  /// - Parameters:
  ///   - freeMemory: of the host, in MiB, asked before a trial begins.
  ///   - onEvent: told everything in order; called by one task at a time, but for phases and notes.
  package init(
    _ request: RunRequest, host: any GuestHost, store: ResultStore, folders: Folders,
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
  /// - Throws: `LabError` when results cannot be kept.
  package func begin() async throws -> Run { try await carryOut(nil) }

  /// Goes on with a run that was cut short: its trials stay, and the numbers and seeds go on from there.
  /// - Throws: `RequestError` when another process conducts it, `LabError` when results cannot be kept.
  package func resume(_ run: Run) async throws -> Run { try await carryOut(run) }

  private func carryOut(_ earlier: Run?) async throws -> Run {
    let open = try await OpenRun.open(
      request, resuming: earlier, host: host, store: store, folders: folders,
      line: StartLine(freeMemory: freeMemory), onEvent: onEvent)
    var failure: (any Error)?
    var ledger = RunLedger(goal: request.goal, quarry: request.quarry, earlier: [])
    do {
      if let earlier {
        ledger = RunLedger(goal: request.goal, quarry: request.quarry, earlier: try store.trials(of: earlier.id))
      }
      try await makeTrials(open, &ledger)
    } catch { failure = error }
    let state: RunState = Task.isCancelled ? .interrupted : ledger.isHopeless || failure != nil ? .abandoned : .finished
    return try open.close(state, after: failure)
  }

  private func makeTrials(_ open: OpenRun, _ ledger: inout RunLedger) async throws {
    try await withThrowingTaskGroup(of: Trial.self) { group in
      var started = 0
      while started < max(1, request.jobs), let number = ledger.next() {
        group.addTask(operation: try open.trial(number))
        started += 1
      }
      while let trial = try await group.next() {
        ledger.ended(trial)
        try open.keep(trial)
        if ledger.isOver { group.cancelAll() }
        if !Task.isCancelled, let number = ledger.next() { group.addTask(operation: try open.trial(number)) }
      }
    }
  }
}
