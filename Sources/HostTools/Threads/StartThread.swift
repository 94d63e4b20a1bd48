import Foundation
package import Synchronization

/// Says that the system refuses a thread, with the error of pthread_create(3), before the process ends.
///
/// The command line replaces it by one that ends guests, too.
package let threadRefusal = Mutex<@Sendable (Int32) -> Void> { code in
  let words = Array("cannot start a thread: \(String(cString: strerror(code)))\n".utf8)
  _ = write(STDERR_FILENO, words, words.count)
}

/// Starts an operating-system thread; a refused one ends the process with 69, for whoever waits for its work would
/// wait for ever.
///
/// Foundation's `Thread` does not say that it was refused.
/// - Parameter name: as in /proc/PID/task/TID/comm; 15 bytes of it count.
package func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
  let start = Unmanaged.passRetained(ThreadStart(name, body))
  var thread = pthread_t()
  let code = pthread_create(
    &thread, nil,
    { start in
      guard let start else { return nil }
      let own = Unmanaged<ThreadStart>.fromOpaque(start).takeRetainedValue()
      own.takeName()
      own.body()
      return nil
    }, start.toOpaque())
  guard code != 0 else {
    pthread_detach(thread)
    return
  }
  threadRefusal.withLock { $0 }(code)
  _exit(69)
}

private final class ThreadStart: Sendable {
  private let name: String
  let body: @Sendable () -> Void

  init(_ name: String, _ body: @escaping @Sendable () -> Void) { (self.name, self.body) = (name, body) }

  // Of help to whoever looks at a process that hangs, and to nobody else.
  func takeName() {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, name, min(name.utf8.count, 15))
    close(file)
  }
}

/// Starts so many threads and lets them end.
/// - Returns: 0, or the error of pthread_create(3) when there cannot be so many at a time.
package func probeThreads(_ count: Int) -> Int32 {
  let gate = DispatchSemaphore(value: 0)
  var threads: [pthread_t] = []
  var code: Int32 = 0
  while threads.count < count, code == 0 {
    var thread = pthread_t()
    let start = Unmanaged.passRetained(gate)
    code = pthread_create(
      &thread, nil,
      { gate in
        guard let gate else { return nil }
        Unmanaged<DispatchSemaphore>.fromOpaque(gate).takeRetainedValue().wait()
        return nil
      }, start.toOpaque())
    if code == 0 { threads.append(thread) } else { start.release() }
  }
  for _ in threads { gate.signal() }
  for thread in threads { pthread_join(thread, nil) }
  return code
}
