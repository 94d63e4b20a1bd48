import Model
import Synchronization

/// End of a command before its work is done, once the rest is in other hands.
final class Detaching: Sendable {
  private let state = Mutex<(work: Task<Run, any Error>?, isDone: Bool)>((nil, false))

  /// Carries out `body`, and cancels it when ``finish()`` is called or this task is cancelled.
  /// - Returns: what it returned, and whether it was cancelled by ``finish()``.
  func run(_ body: @escaping @Sendable () async throws -> Run) async throws -> (Run, Bool) {
    let work = Task { try await body() }
    let isDone = state.withLock { state in
      state.work = work
      return state.isDone
    }
    if isDone { work.cancel() }
    let run = try await withTaskCancellationHandler {
      try await work.value
    } onCancel: {
      work.cancel()
    }
    return (run, state.withLock { $0.isDone })
  }

  /// Ends the work in good order.
  func finish() {
    let work = state.withLock { state in
      state.isDone = true
      return state.work
    }
    work?.cancel()
  }
}
