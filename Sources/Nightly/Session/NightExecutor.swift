import Foundation
package import Guest
package import Model
package import ResultStore
import Runs
import Statistics
package import Storage

/// Carries out a plan: cell after cell, each a run of its own, with everything stored as it ends.
///
/// A night that was cut short, at any moment, is taken up where it stood.
package struct NightExecutor: Sendable {
  let plan: Plan
  let lab: any KernelProvider
  let host: any GuestHost
  let store: ResultStore
  let folders: Locations
  let freeMemory: @Sendable () -> Int?
  let onEvent: @Sendable (NightEvent) -> Void

  /// - Parameters:
  ///   - freeMemory: of the host, in MiB, asked before a trial begins.
  ///   - onEvent: told everything in order; called by one task at a time, but for phases and notes.
  package init(
    _ plan: Plan, lab: any KernelProvider, host: any GuestHost, store: ResultStore, folders: Locations,
    freeMemory: @escaping @Sendable () -> Int? = { availableMemory() },
    onEvent: @escaping @Sendable (NightEvent) -> Void
  ) {
    (self.plan, self.lab, self.host, self.store, self.folders) = (plan, lab, host, store, folders)
    self.freeMemory = freeMemory
    self.onEvent = onEvent
  }

  /// Begins a night and carries it out.
  ///
  /// - Parameter draft: the night as it shall be stored, without cells.
  /// - Returns: the night as it ended; interrupted and without cells when it was cut short before it had any.
  /// - Throws: `LabError` when results cannot be kept.
  package func begin(_ draft: NightRecord) async throws -> NightRecord {
    // Before anything that may take long: whoever is interrupted meanwhile goes on with this night and no older one.
    try store.add(draft, cells: [])
    return try await work(on: draft)
  }

  /// Goes on with a night: what ended stays, a run that was cut short is gone on with, and the order is kept.
  /// - Throws: as ``begin(_:)``.
  package func resume(_ night: NightRecord) async throws -> NightRecord {
    // Its plan is another's: what it names on this machine, and whom it writes to, nobody here has asked for.
    guard try !store.isImported(night: night.id) else {
      throw RequestError("the night \(night.id) was made on another machine, where alone it can go on")
    }
    var night = night
    night.state = .running
    night.ended = nil
    try store.update(night)
    return try await work(on: night)
  }

  private func work(on night: NightRecord) async throws -> NightRecord {
    let start = ContinuousClock.now
    var cells = try store.cells(of: night.id)
    if cells.isEmpty {
      do { cells = try await lineUp(night) } catch {
        var night = night
        (night.state, night.ended) = (
          Task.isCancelled ? .interrupted : .abandoned, max(Date(), night.started)
        )
        try? store.update(night)
        guard Task.isCancelled else { throw error }
        return night
      }
      try store.add(cells: cells, to: night.id)
    }
    onEvent(.started(night, cells))
    var shift = NightlySession(self, night, cells, since: start)
    return try await shift.work()
  }

  /// The cells in the plan's order, each with its turn.
  private func lineUp(_ night: NightRecord) async throws -> [CellRecord] {
    var kernels: [PlannedKernel: Result<NightKernel, CellSkipReason>] = [:]
    let planned = plan.selectedKernels
    for (index, kernel) in planned.enumerated() {
      try Task.checkCancellation()
      onEvent(.identifying(kernel, number: index + 1, of: planned.count))
      do { kernels[kernel] = .success(try await lab.identify(kernel)) } catch {
        let skipReason = try CellSkipReason(error)
        onEvent(.note("\(kernel.source.name): \(skipReason.reason)"))
        kernels[kernel] = .failure(skipReason)
      }
    }
    let keys = keys(kernels)
    let outlooks = try plan.cells.map { cell in
      let kernel = try? kernels[cell.kernel]?.get()
      let earlier = try keys[cell.position].map { try store.tallies(of: $0, before: night.started, limit: 14) } ?? []
      return CellOutlook(cell: cell, kernel: kernel?.id, earlier: earlier)
    }
    return nightOrder(outlooks).enumerated().map { turn, outlook in
      let cell = outlook.cell
      let key = keys[cell.position] ?? key(of: cell, line: cell.kernel.source.name)
      var record = CellRecord(
        position: cell.position, turn: turn + 1, key: key, kernel: cell.kernel.source.name, why: outlook.why)
      switch kernels[cell.kernel] {
      case .success(let kernel): (record.kernelID, record.revision) = (kernel.id, kernel.revision)
      case .failure(let skipReason): (record.state, record.reason) = (skipReason.state, skipReason.reason)
      case nil: break
      }
      return record
    }.sorted { $0.position < $1.position }
  }

  /// Keys of the cells for comparisons. Of sources on one line only the first has the line's name to itself.
  private func keys(_ kernels: [PlannedKernel: Result<NightKernel, CellSkipReason>]) -> [Int: CellKey] {
    var owners: [String: String] = [:]
    var keys: [Int: CellKey] = [:]
    for cell in plan.cells {
      let source = cell.kernel.source.name
      guard let line = try? kernels[cell.kernel]?.get().line else { continue }
      let owner = owners[line] ?? source
      owners[line] = owner
      keys[cell.position] = key(of: cell, line: owner == source ? line : "\(line) \(source)")
    }
    return keys
  }

  private func key(of cell: PlannedCell, line: String) -> CellKey {
    CellKey(
      scenario: cell.scenario.name, variant: cell.scenario.variant, line: line, config: cell.kernel.config.name)
  }
}

/// Reason why a kernel cannot be had.
struct CellSkipReason: Error {
  let reason: String
  /// Effect on the cells that want it: a lab without network or room says nothing of the kernel.
  let state: CellState

  /// - Throws: what is none: a cancellation.
  init(_ error: any Error) throws {
    switch error {
    case let error as RequestError: (reason, state) = (error.problem, .cannotBuild)
    case let error as LabError: (reason, state) = (error.problem, .labFailed)
    case is CancellationError: throw error
    default: (reason, state) = ("\(error)", .labFailed)
    }
    // A signal ends tools, whose errors then say nothing of the kernel.
    try Task.checkCancellation()
  }
}
