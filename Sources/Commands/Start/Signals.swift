import Foundation
import HostTools
import Synchronization

/// Turns the first SIGINT, SIGTERM or SIGHUP into a cancellation; the second, and SIGQUIT, into an end at once.
///
/// A thread that is there from the start does it, so that a process which can start no more threads ends all the same.
/// A cancellation that takes longer than ``Signals/patience`` ends at once, too.
final class Signals: Sendable {
  /// Seconds from the first signal to the end, whatever hangs.
  static let patience: UInt32 = 60
  /// Seconds that ending at once may take.
  private static let lastPatience: UInt32 = 15

  private let interrupted = Mutex(false)

  /// - Parameter onFirst: called on a thread of its own.
  /// - Throws: `LabError` when the system has no descriptor left.
  init(onFirst: @escaping @Sendable () -> Void) throws {
    guard let reader = makeSignalPipe() else { throw startFailure("wait for signals", errno) }
    startThread(named: "zlab-signals") { [weak self] in
      while true {
        var number: UInt8 = 0
        guard read(reader, &number, 1) == 1 else {
          if errno == EINTR { continue }
          return
        }
        guard let self else { return }
        take(Int32(number), onFirst)
      }
    }
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
      // What was ignored at the start stays so: nohup(1), and a shell's background jobs.
      if isIgnoring(signal(number, SIG_IGN)) { continue }
      signal(number, hear)
    }
    signal(SIGALRM, hear)
  }

  private func take(_ number: Int32, _ onFirst: () -> Void) {
    let isFirst = interrupted.withLock { interrupted in
      defer { interrupted = true }
      return !interrupted
    }
    guard isFirst, number != SIGQUIT else {
      if number == SIGALRM { sayUnlessBlocked("zlab: exiting: cleaning up took longer than \(Self.patience) s\n") }
      alarm(Self.lastPatience)
      endAtOnce(.interrupted)
    }
    // The first alarm wakes this thread; should it hang in what follows, the second ends the process.
    alarm(Self.patience)
    sayUnlessBlocked("\nzlab: cleaning up; press Ctrl-C again to exit immediately\n")
    onFirst()
  }

  /// A signal has arrived.
  var wasInterrupted: Bool { interrupted.withLock { $0 } }
}

/// Makes a page that the disk refuses end the process with a sentence and 69 instead of a crash.
///
/// SQLite maps its index of the write-ahead log into memory. Where a write needs new blocks, as on btrfs, one over a quota
/// comes as SIGBUS with BUS_ADRERR (sigaction(2)); so does a read of a failing disk. The guests' watcher ends the guests.
func endOnRefusedPage() {
  var action = sigaction()
  // Any other SIGBUS comes again, and then ends the process as usual.
  action.sa_flags = SA_SIGINFO | Int32(bitPattern: UInt32(SA_RESETHAND))
  action.__sigaction_handler.sa_sigaction = { _, information, _ in
    let addressError: Int32 = 2
    guard information?.pointee.si_code == addressError else { return }
    let text: StaticString = """
      zlab: a page of a file that is mapped into memory cannot be read or written
        The disk or a quota on it is full, or the disk fails. Nothing that was stored is lost; make room and try again.

      """
    _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    _exit(69)
  }
  sigaction(SIGBUS, &action, nil)
}

/// Cleanup that even a process that ends at once does: no guest may outlive it.
let exitHandlers = Mutex<[@Sendable () -> Void]>([])

/// Ends guests, and with them the process.
func endAtOnce(_ status: ExitStatus) -> Never {
  for rite in exitHandlers.withLock({ $0 }) { rite() }
  Glibc._exit(status.rawValue)
}

// A terminal that was stopped (^S), or a pager, must not keep a process from ending.
private func sayUnlessBlocked(_ text: String) {
  var place = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
  if poll(&place, 1, 0) == 1, place.revents & Int16(POLLOUT) != 0 {
    _ = writeAll(STDERR_FILENO, Array(text.utf8))
  }
}

private let signalPipe = Atomic<Int32>(-1)
private let alarms = Atomic<Int32>(0)

/// - Returns: the end to read from; nil, with errno, when there is none.
private func makeSignalPipe() -> Int32? {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { return nil }
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
  signalPipe.store(ends[1], ordering: .sequentiallyConsistent)
  // Before a handler does it: the first use makes it.
  alarms.store(0, ordering: .sequentiallyConsistent)
  return ends[0]
}

/// A handler, which may only do what signal-safety(7) lists.
private func hear(_ number: Int32) {
  let before = errno
  var byte = UInt8(truncatingIfNeeded: number)
  _ = write(signalPipe.load(ordering: .relaxed), &byte, 1)
  if number == SIGALRM {
    if alarms.add(1, ordering: .relaxed).oldValue > 0 { _exit(130) }
    alarm(15)
  }
  errno = before
}

// nil is the default action.
func isIgnoring(_ handler: __sighandler_t?) -> Bool {
  handler != nil && unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}
