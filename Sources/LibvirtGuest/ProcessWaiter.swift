import CLinux
import Foundation
import Guest
import Synchronization

/// Waits for one child process on a thread of its own and remembers how it ended.
///
/// libvirt daemonizes QEMU, so it becomes our child only because this process is a subreaper; and libvirt, which
/// waits for the pid to vanish, goes on only when it has been reaped here.
final class ProcessWaiter: Sendable {
  private static let watched = Mutex<Set<pid_t>>([])

  /// True if some value waits for the process.
  static func isWatching(_ process: pid_t) -> Bool { watched.withLock { $0.contains(process) } }

  // nil while it runs; without a code when it is not our child.
  private let end = Mutex<GuestEnd?>(nil)
  private let done: AsyncStream<Void>

  init(of process: pid_t) {
    let (done, continuation) = AsyncStream.makeStream(of: Void.self)
    self.done = done
    Self.watched.withLock { _ = $0.insert(process) }
    let thread = Thread { [weak self] in
      let end = waitForEnd(of: process)
      self?.end.withLock { $0 = end }
      Self.watched.withLock { _ = $0.remove(process) }
      continuation.finish()
    }
    thread.name = "wait-\(process)"
    thread.start()
  }

  /// Waits for the end; it is without a code when the process is not our child.
  func ended() async -> GuestEnd {
    for await _ in done {}
    return end.withLock { $0 } ?? GuestEnd()
  }

  /// True if the process is known to have ended.
  var hasEnded: Bool { end.withLock { $0 }?.code != nil }
}

private func waitForEnd(of process: pid_t) -> GuestEnd {
  var status: Int32 = 0
  var usage = rusage()
  while true {
    let result = wait4(process, &status, 0, &usage)
    if result == process {
      return GuestEnd(code: Int(zlab_exit_code(status)), cpuTime: seconds(usage.ru_utime) + seconds(usage.ru_stime))
    }
    if result < 0 && errno != EINTR { return GuestEnd() }
  }
}

private func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

/// Makes orphans below this process its children, so that a daemonized QEMU can be waited for.
func becomeSubreaper() { _ = zlab_become_subreaper() }
