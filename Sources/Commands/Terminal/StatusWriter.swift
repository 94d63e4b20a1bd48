import Foundation
import Synchronization

/// Writes what a person reads while a command works, to one descriptor, from a thread of its own.
///
/// A terminal that was stopped (^S), a pager or a dead ssh connection blocks write(2) for as long as it likes. Only this
/// thread waits for it: callers put lines into a bounded queue and go on. When the queue is full, lines of progress are
/// dropped and counted; notices are never dropped.
package final class StatusWriter: Sendable {
  private enum Entry: Sendable {
    case line(String)
    case barrier(DispatchSemaphore)
  }

  private struct State {
    var entries: [Entry] = []
    /// Lines of progress in `entries`, and those that were dropped since the last write.
    var queued = 0
    var dropped = 0
    var status: String?
    var isStatusStale = false
    var isWriting = false
    /// The reader is gone; nothing is kept for it.
    var isBroken = false
    var verbosity = Verbosity.normal
  }

  /// Amount of progress that is written; notices always are.
  package enum Verbosity: Sendable {
    /// No progress and no status line.
    case quiet
    case normal
    /// Lines that a terminal's status line makes unnecessary are written too.
    case verbose
  }

  /// Amount of progress that is written, for callers that choose among lines.
  package var verbosity: Verbosity {
    get { state.withLock(\.verbosity) }
    set { state.withLock { $0.verbosity = newValue } }
  }

  private let descriptor: Int32
  private let capacity: Int
  private let columns: @Sendable () -> Int
  private let state = Mutex(State())
  private let work = DispatchSemaphore(value: 0)

  /// True if the status line is shown.
  package let isTerminal: Bool

  /// - Parameters:
  ///   - capacity: lines of progress that wait at most.
  ///   - columns: the terminal's width now.
  package init(
    _ descriptor: Int32, isTerminal: Bool, capacity: Int = 1000, columns: @escaping @Sendable () -> Int
  ) {
    (self.descriptor, self.isTerminal, self.capacity, self.columns) = (descriptor, isTerminal, capacity, columns)
    let thread = Thread { [weak self, work] in
      var drawn = false
      while true {
        work.wait()
        guard let self else { return }
        write(&drawn)
      }
    }
    thread.name = "status"
    thread.start()
  }

  /// A line that must be read: an error, a warning, the command to go on with.
  package func notice(_ text: String) {
    state.withLock { if !$0.isBroken { $0.entries.append(.line(text + "\n")) } }
    work.signal()
  }

  /// Text that is no whole line; as important as ``notice(_:)``.
  package func raw(_ text: String) {
    state.withLock { if !$0.isBroken { $0.entries.append(.line(text)) } }
    work.signal()
  }

  /// A line that says how the work goes on; dropped when `capacity` of them wait to be written.
  package func progress(_ text: String) {
    state.withLock { state in
      guard !state.isBroken, state.verbosity != .quiet else { return }
      guard state.queued < capacity else { return state.dropped += 1 }
      state.queued += 1
      state.entries.append(.line(text + "\n"))
    }
    work.signal()
  }

  /// Redraws the line at the foot of the terminal; only the newest is kept. nil takes it away.
  package func status(_ text: String?) {
    guard isTerminal else { return }
    state.withLock { state in
      guard state.status != text, state.verbosity != .quiet || text == nil else { return }
      (state.status, state.isStatusStale) = (text, true)
    }
    work.signal()
  }

  /// Draws the status line anew, for instance after the terminal's width changed.
  package func redraw() {
    guard isTerminal else { return }
    state.withLock { $0.isStatusStale = $0.status != nil }
    work.signal()
  }

  /// Waits until everything up to now is written; not to be called by a task that others wait for.
  package func flush() {
    let done = DispatchSemaphore(value: 0)
    state.withLock { $0.entries.append(.barrier(done)) }
    work.signal()
    done.wait()
  }

  private func write(_ drawn: inout Bool) {
    let (entries, dropped, status, isStale) = state.withLock { state in
      defer { (state.entries, state.queued, state.dropped, state.isStatusStale) = ([], 0, 0, false) }
      return (state.entries, state.dropped, state.status, state.isStatusStale)
    }
    var text = ""
    var barriers: [DispatchSemaphore] = []
    for entry in entries {
      switch entry {
      case .line(let line): text += line
      case .barrier(let barrier): barriers.append(barrier)
      }
    }
    if dropped > 0 { text += "(\(dropped) progress lines dropped: the terminal is blocked)\n" }
    if !text.isEmpty || isStale {
      if drawn { text = "\r\u{1b}[K" + text }
      drawn = status != nil
      if let status { text += cut(status, columns: columns()) }
    }
    if !text.isEmpty, !writeAll(descriptor, Array(text.utf8)) {
      state.withLock { $0.isBroken = true }
    }
    for barrier in barriers { barrier.signal() }
  }
}

/// Cuts one line to a terminal's width, with the last column left free: a cursor behind it would begin another row.
///
/// Characters from U+1100 on count as two columns: those that are narrow only leave some room.
package func cut(_ text: String, columns: Int) -> String {
  var result = String.UnicodeScalarView()
  var width = 0
  for scalar in text.unicodeScalars {
    width += scalar.value >= 0x1100 ? 2 : 1
    if width >= columns { break }
    result.append(scalar)
  }
  return String(result)
}

/// Writes everything; false, with errno, when the system refuses.
package func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    if count < 0 && errno == EAGAIN {
      // Somebody who shares the terminal has made it non-blocking.
      var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      if poll(&ready, 1, -1) >= 0 || errno == EINTR { continue }
    }
    guard count > 0 else { return false }
    rest = rest.dropFirst(count)
  }
  return true
}
