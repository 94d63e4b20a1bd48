package import BisectSearch
import Foundation
package import Guest
import KernelSource
import Model
package import ResultStore
import Runs
import Statistics
package import Storage
import Trials

/// State derived from the journal.
package typealias BisectVerdict = BisectAssessment

/// Carries a bisection on from wherever it is, until there is an answer.
///
/// Every decision is in the journal before it is carried out, and every batch of trials is a run of its own. So a
/// process that is killed loses no trial that ended: the next one goes on with the same run.
package struct BisectExecutor: Sendable {
  let folder: BisectFolder
  let bench: any BisectEnvironment
  let host: any GuestHost
  let store: ResultStore
  let folders: Locations
  let onEvent: @Sendable (BisectLabEvent) -> Void

  /// - Parameter onEvent: told everything in order; called by one task at a time, but for phases and notes of runs.
  package init(
    _ folder: BisectFolder, bench: any BisectEnvironment, host: any GuestHost, store: ResultStore, folders: Locations,
    onEvent: @escaping @Sendable (BisectLabEvent) -> Void
  ) {
    (self.folder, self.bench, self.host, self.store) = (folder, bench, host, store)
    (self.folders, self.onEvent) = (folders, onEvent)
  }

  /// Goes on until there is an answer.
  /// - Parameter deadline: no batch of trials is begun after it.
  /// - Returns: the answer; nil when the time was over before there was one.
  /// - Throws: `RequestError` when another process carries it on, `LabError` when the lab cannot; `CancellationError`.
  package func execute(until deadline: ContinuousClock.Instant? = nil) async throws -> BisectAnswer? {
    let lock = try await folder.lock()
    let (plan, range) = (try folder.plan(), try folder.range())
    var journal = try folder.journal()
    var answer: BisectAnswer?
    while answer == nil {
      try Task.checkCancellation()
      let state = try BisectState(plan, range, journal.lines)
      if let pending = state.pending {
        try await carryOut(pending, state, &journal)
        continue
      }
      let assessment = try await assess(state)
      onEvent(.assessed(state, assessment))
      switch assessment.next {
      case .finished(let found):
        if journal.lines.last?.entry != .answered(answer: found) { try journal.add(.answered(answer: found)) }
        try store.put(BisectRecord(state, assessment, answered: journal.lines.last?.at))
        answer = found
      case .test(let test):
        // Before the work, so that a kill leaves at most a batch to be told by the next process.
        try store.put(BisectRecord(state, assessment, answered: nil))
        if let deadline, deadline <= .now { return nil }
        try journal.add(.decided(batch: state.batches.count + 1, test: test, run: newRunID()))
      }
    }
    _ = consume lock
    return answer
  }

  /// Kernels come and go in the cache; those that are there cost nothing.
  private func assess(_ state: BisectState) async throws -> BisectAssessment {
    var search = state.search
    for commit in state.range.candidates + state.range.boundary where state.skipReasons[commit.id] == nil {
      let known = state.kernels[commit.id]
      if await bench.cachedKernel(commit, id: known) != nil {
        if known == nil { try search.take(.isThere(commit.id)) }
      } else if known != nil {
        try search.take(.dropped(commit: commit.id))
      }
    }
    return search.assessment
  }

  private func carryOut(_ batch: BisectBatch, _ state: BisectState, _ journal: inout Journal) async throws {
    guard let commit = state.commit(batch.test.commit) else {
      throw LabError("the history of the bisection lacks the commit \(batch.test.commit)")
    }
    onEvent(.begins(batch, commit))
    guard let kernel = try await kernel(of: commit, state, &journal) else { return }
    var request = try await bench.request(
      kernel, trials: batch.test.trials, seed: derivedSeed(state.plan.seed, batch.number),
      targets: state.targets(on: commit.id))
    request.id = batch.run
    let trials = try await trials(request, of: batch.run)
    let tally = Tally(trials.map { TrialObservation($0) }, targeting: state.targets)
    let all = try earlierTrials(of: commit.id, state) + trials
    if tally.judged == 0, let reason = bootFailure(all) {
      return try journal.add(
        .untestable(commit: commit.id, skipReason: .boot, reason: reason, seconds: seconds(trials)))
    }
    if tally.judged + tally.censored == 0 { try await checkLab(trials, state) }
    try journal.add(.tested(batch: batch.number, outcome: BatchOutcome(trials, jobs: request.jobs)))
  }

  private func kernel(
    of commit: Commit, _ state: BisectState, _ journal: inout Journal
  ) async throws -> KernelRecord? {
    if let known = state.kernels[commit.id], let kernel = await bench.cachedKernel(commit, id: known) { return kernel }
    // One that others made is taken on a build's word only, which knows what is in its configuration.
    let (start, clock) = (Date(), ContinuousClock.now)
    func spent() -> Double { clock.duration(to: .now) / .seconds(1) }
    do {
      let kernel = try await bench.build(commit)
      // One from before this call came out of the cache.
      let isNew = kernel.created >= start.addingTimeInterval(-1)
      try journal.add(.built(commit: commit.id, kernel: kernel.id, seconds: isNew ? spent() : nil))
      return kernel
    } catch let error as RequestError {
      try journal.add(
        .untestable(commit: commit.id, skipReason: .build, reason: error.problem, seconds: spent()))
      onEvent(.note("\(commit.shortID) does not build: \(error.problem)"))
      return nil
    }
  }
}

private func seconds(_ trials: [Trial]) -> Double { trials.reduce(0) { $0 + max(0, $1.duration) } }
