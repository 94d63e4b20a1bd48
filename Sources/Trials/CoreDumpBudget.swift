import Synchronization

/// Remaining number of cores of a run, shared by those that run at the same time.
package final class CoreDumpBudget: Sendable {
  private let left: Mutex<Int>

  /// - Parameter most: cores that may be made; none when it is 0 or less.
  package init(_ most: Int) { left = Mutex(most) }

  /// Takes one; false when none is left.
  func take() -> Bool {
    left.withLock { left in
      guard left > 0 else { return false }
      left -= 1
      return true
    }
  }

  /// Gives one back that was taken and not made.
  func giveBack() { left.withLock { $0 += 1 } }
}
