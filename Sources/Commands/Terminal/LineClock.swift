import Synchronization

/// Says when a line is due again, for output that no person watches: a journal, a CI log.
package final class LineClock: Sendable {
  private let interval: Duration
  private let last = Mutex<ContinuousClock.Instant?>(nil)

  /// - Parameter interval: between two lines.
  package init(every interval: Duration = .seconds(60)) { self.interval = interval }

  /// True if a line is due now, which then counts as written; the first is due one interval after the first call.
  package func isDue(at now: ContinuousClock.Instant = .now) -> Bool {
    last.withLock { last in
      guard let before = last else {
        last = now
        return false
      }
      guard before.duration(to: now) >= interval else { return false }
      last = now
      return true
    }
  }
}
