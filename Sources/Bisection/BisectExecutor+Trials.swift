import BisectSearch
import KernelSource
import Model
import Reports
import ResultStore
import Runs
import Statistics

extension BisectExecutor {
  /// Makes the trials of a run, but those that were made before.
  /// - Throws: `CancellationError` when it was interrupted: the run can be gone on with.
  func trials(_ request: RunRequest, of id: String) async throws -> [Trial] {
    let onEvent = onEvent
    let executor = RunExecutor(request, host: host, store: store, folders: folders) { onEvent(.run($0)) }
    let run: Run
    if let earlier = try store.knownRun(id) {
      // Whoever was killed after its last trial has nothing more to do.
      run = earlier.state == .finished ? earlier : try await executor.resume(earlier)
    } else {
      run = try await executor.begin()
    }
    if run.state == .interrupted { throw CancellationError() }
    return try store.trials(of: id)
  }

  func earlierTrials(of commit: String, _ state: BisectState) throws -> [Trial] {
    try state.batches.filter { $0.test.commit == commit && $0.sightings != nil }.flatMap {
      try store.trials(of: $0.run)
    }
  }

  /// Reason why a kernel counts as one that does not boot; nil when it came up once, or was not seen to fail twice.
  func bootFailure(_ trials: [Trial]) -> String? {
    // A guest that could not be started says nothing about the kernel.
    let failed = trials.filter { $0.boot == nil && ($0.end == .noBoot || $0.end == .panic || $0.verdict == .fail) }
    guard failed.count >= 2, trials.allSatisfy({ $0.boot == nil }) else { return nil }
    let words = failed.compactMap { $0.findings.first?.title ?? $0.note }.first
    return "does not boot" + (words.map { ": \($0)" } ?? "")
  }

  /// After a batch that the lab missed altogether: one trial of a kernel that was tried before says whose fault it is.
  /// - Throws: `LabError` when that one is missed too, so that no commit is called untestable for a broken lab.
  func checkLab(_ trials: [Trial], _ state: BisectState) async throws {
    let words = trials.last?.note ?? trials.last?.end.rawValue ?? "no trial could be made"
    let trouble = LabError(
      "repeated infrastructure errors: \(words)",
      advice: "Check the host with `zlab doctor`, then resume with `\(ReproCommand.bisectRun(state.plan.name).text)`.")
    let tried = state.batches.last { batch in
      let tally = Tally(batch.sightings ?? [], targeting: state.targets)
      return tally.judged + tally.censored > 0
    }
    guard let tried, let commit = state.commit(tried.test.commit),
      let kernel = await bench.cachedKernel(commit, id: state.kernels[commit.id])
    else { throw trouble }
    onEvent(.note("only misses: retrying \(commit.shortID) to check the infrastructure"))
    let request = try await bench.request(kernel, trials: 1, seed: state.plan.seed, targets: .any)
    let run = try await RunExecutor(request, host: host, store: store, folders: folders) { _ in }.begin()
    if run.state == .interrupted { throw CancellationError() }
    guard try store.trials(of: run.id).contains(where: { $0.verdict != .miss }) else { throw trouble }
  }
}
