package import KernelSource
package import Model
package import Runs
package import Statistics

/// Environment of a bisection beside guests: kernels of commits, and how they are tried.
package protocol BisectEnvironment: Sendable {
  /// A commit's kernel, if it need not be built.
  ///
  /// - Parameter id: of the kernel that this bisection built for it before; nil when it did not.
  func cachedKernel(_ commit: Commit, id: String?) async -> KernelRecord?

  /// Builds a commit's kernel.
  /// - Throws: `RequestError` when the commit does not build, `LabError` when the host cannot; `CancellationError`.
  func build(_ commit: Commit) async throws -> KernelRecord

  /// Parameters of the trials on a kernel.
  ///
  /// - Parameters:
  ///   - trials: to judge.
  ///   - targets: signatures that end a run early.
  /// - Throws: `LabError` when there is no image for it.
  func request(_ kernel: KernelRecord, trials: Int, seed: UInt64, targets: TargetSignatures) async throws -> RunRequest
}

/// Progress event of a bisection, in order.
package enum BisectLabEvent: Sendable {
  /// A batch is over, or the first is about to be chosen.
  case assessed(BisectState, BisectVerdict)
  /// A batch begins, or goes on.
  case begins(BisectBatch, Commit)
  case note(String)
  case run(RunEvent)
}
