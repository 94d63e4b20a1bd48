import Foundation
import Synchronization

/// One operating-system thread that runs blocking calls in the order they arrive.
///
/// C calls that may block run here, never on Swift's cooperative pool. The thread ends with the value.
package final class BlockingThread: Sendable {
  private let queue = JobQueue()

  package init(name: String) {
    startThread(named: name) { [queue] in queue.serve() }
  }

  deinit { queue.add(nil) }

  /// Runs `body` on the thread and returns what it returns; cancelling the caller does not interrupt it.
  /// - Throws: what `body` throws.
  package func run<Value: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
      queue.add {
        continuation.resume(returning: Result { () throws(Failure) -> Value in try body() })
      }
    }
    return try result.get()
  }
}

// First in, first out; nil ends the thread.
private final class JobQueue: Sendable {
  private let jobs = Mutex<[(@Sendable () -> Void)?]>([])
  // Sendable by its documentation; Foundation on Linux declares it so.
  private let ready = DispatchSemaphore(value: 0)

  func add(_ job: (@Sendable () -> Void)?) {
    jobs.withLock { $0.append(job) }
    ready.signal()
  }

  func serve() {
    while true {
      ready.wait()
      guard let job = jobs.withLock({ $0.removeFirst() }) else { return }
      job()
    }
  }
}
