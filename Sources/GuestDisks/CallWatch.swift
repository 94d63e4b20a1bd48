import Foundation
import Synchronization

/// Watches over one call that only ends when the appliance does, and ends that when the call may not go on.
///
/// libguestfs has no time limit of its own, and nobody but the process that it waits for can make it give up.
final class CallWatch: Sendable {
  /// Result of the call.
  enum Verdict: Sendable { case running, finished, overdue, cancelled }

  private let verdict = Mutex(Verdict.running)
  private let deadline: ContinuousClock.Instant

  init(limit: Duration) { deadline = .now + limit }

  func cancel() { settle(.cancelled) }

  /// Says that the call is over, and how it came to that.
  func finish() -> Verdict {
    settle(.finished)
    return verdict.withLock { $0 }
  }

  private func settle(_ new: Verdict) { verdict.withLock { if $0 == .running { $0 = new } } }

  /// Waits for the end of the call; ends what it waits for, again and again, when it must not go on.
  /// - Parameter isOver: whether the call has returned.
  func stand(isOver: () -> Bool, endAppliance: () -> Void) async {
    while !isOver() {
      if ContinuousClock.now >= deadline { settle(.overdue) }
      // Again and again: a helper that was ended may have been about to start the next.
      if verdict.withLock({ $0 == .overdue || $0 == .cancelled }) { endAppliance() }
      // In a task of its own, which nobody cancels.
      try? await Task.sleep(for: .milliseconds(20))
    }
  }
}
