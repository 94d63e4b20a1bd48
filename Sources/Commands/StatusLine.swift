import Foundation
import Synchronization

/// A line at the foot of a terminal that is drawn over; where no terminal is, only what is said appears.
final class StatusLine: Sendable {
  let isTerminal = isatty(STDERR_FILENO) == 1
  private let drawn = Mutex(false)

  /// Says a whole line, which stays.
  func say(_ text: String) {
    drawn.withLock { drawn in
      erase(&drawn)
      sayRaw(text + "\n")
    }
  }

  /// Draws over what was drawn last.
  func draw(_ text: String) {
    guard isTerminal else { return }
    drawn.withLock { drawn in
      sayRaw("\r\u{1b}[K" + text)
      drawn = true
    }
  }

  /// Takes away what was drawn last.
  func wipe() { drawn.withLock { erase(&$0) } }

  private func erase(_ drawn: inout Bool) {
    if drawn { sayRaw("\r\u{1b}[K") }
    drawn = false
  }
}
