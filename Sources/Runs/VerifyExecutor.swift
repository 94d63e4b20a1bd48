import Foundation
package import Guest
package import Model
package import ResultStore
package import Statistics
package import Storage
import Trials

/// Progress event of a comparison.
package enum VerifyEvent: Sendable {
  case run(PatchSide, RunEvent)
  /// After each trial that was kept.
  case judged(PatchTestResult)
}

/// Result of a comparison.
package struct VerifyOutcome: Sendable {
  package let before: Run
  package let after: Run
  package let judgement: PatchTestResult
}

/// Compares two kernels: trials of both in pairs, so that whatever happens to the machine happens to both.
package struct VerifyExecutor: Sendable {
  private let before: RunRequest
  private let after: RunRequest
  private let judge: PatchTest
  private let time: Duration?
  private let resumed: VerifyRuns?
  private let host: any GuestHost
  private let store: ResultStore
  private let folders: Locations
  private let freeMemory: @Sendable () -> Int?
  private let onEvent: @Sendable (VerifyEvent) -> Void

  /// - Parameters:
  ///   - before: the run on the kernel without the patch; its seed decides the order within the pairs.
  ///   - after: the run on the kernel with it; as many guests at a time as this one says.
  ///   - judge: decides when there is a verdict.
  ///   - time: no trial starts after it.
  ///   - resumed: the runs of a comparison of the same kernels that was cut short, to go on with; nil begins anew.
  ///   - freeMemory: of the host, in MiB, asked before a trial begins.
  ///   - onEvent: told everything in order; called by one task at a time, but for phases and notes.
  package init(
    before: RunRequest, after: RunRequest, judge: PatchTest, time: Duration?,
    resuming resumed: VerifyRuns? = nil, host: any GuestHost,
    store: ResultStore, folders: Locations, freeMemory: @escaping @Sendable () -> Int? = { availableMemory() },
    onEvent: @escaping @Sendable (VerifyEvent) -> Void
  ) {
    (self.before, self.after, self.judge, self.time) = (before, after, judge, time)
    (self.host, self.store, self.folders, self.onEvent) = (host, store, folders, onEvent)
    self.freeMemory = freeMemory
    self.resumed = resumed
  }

  /// Makes trials until there is a verdict, or none can be had.
  /// - Throws: `LabError` when results cannot be kept.
  package func execute() async throws -> VerifyOutcome {
    let onEvent = onEvent
    let line = AdmissionQueue(freeMemory: freeMemory)
    let first = try await RunSession.open(
      before, resuming: resumed?.before, host: host, store: store, folders: folders, line: line
    ) {
      onEvent(.run(.before, $0))
    }
    let second: RunSession
    do {
      second = try await RunSession.open(
        after, resuming: resumed?.after, host: host, store: store, folders: folders, line: line
      ) {
        onEvent(.run(.after, $0))
      }
    } catch {
      _ = try? await first.close(.abandoned, after: error)
      throw error
    }
    var judge = judge
    var boots = Boots()
    var failure: (any Error)?
    do { try await makeTrials(first, second, &judge, &boots) } catch { failure = error }
    var judgement = judge.judgement(isOver: true)
    if boots.patchedNeverDoes {
      (judgement.verdict, judgement.reason, judgement.isFinal) = (.notFixed, .noBoot, true)
    }
    let state: RunState =
      Task.isCancelled ? .interrupted : failure != nil || judgement.reason == .misses ? .abandoned : .finished
    // Both, also where the first cannot be written.
    var runs: [Run] = []
    var refusal: (any Error)?
    for open in [first, second] {
      do { runs.append(try await open.close(state, after: failure)) } catch { refusal = refusal ?? error }
    }
    if let refusal { throw refusal }
    return VerifyOutcome(before: runs[0], after: runs[1], judgement: judgement)
  }

  /// The trials of a comparison that was cut short, by number; the first judged ones of each side are a pair, and so on.
  ///
  /// The original pairs are not kept, and need not be: a rule that does not look at the results of trials makes pairs as
  /// fair as the random order's. Misses are made up for anyway.
  private func resumedTrials() throws -> [(side: PatchSide, trials: [Trial])] {
    guard let resumed else { return [] }
    return try [(PatchSide.before, resumed.before), (.after, resumed.after)].map { side, run in
      (side, try store.trials(of: run.id))
    }
  }

  private func makeTrials(
    _ before: RunSession, _ after: RunSession, _ judge: inout PatchTest, _ boots: inout Boots
  ) async throws {
    let start = ContinuousClock.now
    var numbers = [PatchSide.before: 0, .after: 0]
    var pairs = 0
    for (side, trials) in try resumedTrials() {
      numbers[side] = trials.last?.number ?? 0
      let judged = trials.filter { $0.verdict != .miss }
      pairs = max(pairs, judged.count)
      for (index, trial) in judged.enumerated() {
        judge.add(TrialObservation(trial), PairPlace(pair: index + 1, side: side))
        boots.add(trial, side)
      }
    }
    var order = PairOrder(seed: self.before.seed &+ UInt64(pairs), after: pairs)
    if pairs > 0 {
      let judgement = judge.judgement()
      onEvent(.judged(judgement))
      if judgement.isFinal { return }
    }
    func begin(onlyAfter: Bool) throws -> (PairPlace, @concurrent @Sendable () async -> Trial)? {
      if Task.isCancelled { return nil }
      if let time, start.duration(to: .now) >= time { return nil }
      let place = order.next(onlyAfter: onlyAfter)
      numbers[place.side, default: 0] += 1
      let number = numbers[place.side, default: 1]
      return (place, place.side == .before ? try before.executor.begin(number) : try after.executor.begin(number))
    }
    try await withThrowingTaskGroup(of: (PairPlace, Trial).self) { group in
      for _ in 0..<after.executor.capacity {
        if let (place, trial) = try begin(onlyAfter: judge.wantsOnlyAfter) { group.addTask { (place, await trial()) } }
      }
      while let (place, trial) = try await group.next() {
        guard try await (place.side == .before ? before : after).keep(trial) else { continue }
        judge.add(TrialObservation(trial), place)
        boots.add(trial, place.side)
        if trial.verdict == .miss { order.missed(place) }
        let judgement = judge.judgement()
        onEvent(.judged(judgement))
        if judgement.isFinal || boots.patchedNeverDoes || judgement.reason == .misses {
          group.cancelAll()
        } else if let (place, trial) = try begin(onlyAfter: judge.wantsOnlyAfter) {
          group.addTask { (place, await trial()) }
        }
      }
    }
  }
}

/// The two runs of one comparison.
package struct VerifyRuns: Sendable {
  package let before: Run
  package let after: Run

  package init(before: Run, after: Run) { (self.before, self.after) = (before, after) }
}

/// Boot results by side: a patched kernel that never does has failed, where the other one does.
private struct Boots {
  private var booted = [PatchSide.before: 0, .after: 0]
  private var failed = 0

  mutating func add(_ trial: Trial, _ side: PatchSide) {
    if trial.boot != nil { booted[side, default: 0] += 1 }
    // Only what the kernel itself did or left undone: a guest that could not be started says nothing about it.
    let neverCameUp = trial.boot == nil && (trial.end == .noBoot || trial.end == .panic || trial.verdict == .fail)
    if side == .after, neverCameUp { failed += 1 }
  }

  // As many as make a run give up.
  var patchedNeverDoes: Bool { failed >= 3 && booted[.after] == 0 && booted[.before, default: 0] > 0 }
}
