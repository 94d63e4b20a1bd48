import Foundation
import Synchronization

/// A file name for libguestfs to write to, behind which the first bytes are kept and all others are read and dropped.
final class CappedPipe: Sendable {
  private let writer: Int32
  private let kept = Mutex<[UInt8]>([])
  private let done = DispatchSemaphore(value: 0)

  /// proc_pid_fd(5): opening it opens the pipe.
  var path: String { "/proc/self/fd/\(writer)" }

  /// nil when there is no descriptor left.
  init?(most: Int) {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    writer = ends[1]
    let reader = ends[0]
    Thread.detachNewThread { [self] in
      drain(reader, most)
      close(reader)
      done.signal()
    }
  }

  private func drain(_ reader: Int32, _ most: Int) {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let size = buffer.count
      let count = unsafe read(reader, &buffer, size)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      kept.withLock { $0 += buffer.prefix(min(count, most - $0.count)) }
    }
  }

  /// Bytes that were kept; called once, when libguestfs has closed the file.
  func finish() -> [UInt8] {
    close(writer)
    done.wait()
    return kept.withLock { $0 }
  }
}
