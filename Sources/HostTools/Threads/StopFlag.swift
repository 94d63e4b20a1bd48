import Synchronization

/// Tells a thread that it is to stop.
package final class StopFlag: Sendable {
  private let flag = Atomic(false)

  package init() {}

  /// True once ``set()`` was called.
  package var isSet: Bool { flag.load(ordering: .relaxed) }

  /// Asks to stop; for good.
  package func set() { flag.store(true, ordering: .relaxed) }
}
