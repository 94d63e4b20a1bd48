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
