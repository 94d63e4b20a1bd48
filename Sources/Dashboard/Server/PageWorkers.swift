import Foundation
import HostTools
import Synchronization

/// Threads that make pages, so that the loop which serves connections never waits for the database.
///
/// The newest request goes first: under a flood most of the old ones have nobody left who waits for them.
final class PageWorkers: Sendable {
  enum Job: Sendable {
    case page(connection: Int, RequestHead)
    case progress
  }

  enum Result: Sendable {
    /// A nil reply begins events.
    case page(connection: Int, Reply?, isHead: Bool)
    case progress(String)
  }

  private struct State {
    var waiting: [Job] = []
    var done: [Result] = []
    var isStopped = false
  }

  /// Requests that may wait.
  static let longestQueue = 64

  private let handler: PageHandler
  private let state = Mutex(State())
  // Sendable by its documentation; Foundation on Linux declares it so.
  private let ready = DispatchSemaphore(value: 0)
  private let threads: Int
  private let onResult: @Sendable () -> Void

  /// - Parameter onResult: called by any thread when ``results()`` has something.
  init(_ handler: PageHandler, threads: Int = 2, onResult: @escaping @Sendable () -> Void) {
    (self.handler, self.threads, self.onResult) = (handler, threads, onResult)
    for _ in 0..<threads { startThread(named: "zlab-pages") { self.work() } }
  }

  /// Lets the threads end.
  func stop() {
    state.withLock { $0.isStopped = true }
    for _ in 0..<threads { ready.signal() }
  }

  func add(_ job: Job) {
    let dropped: Job? = state.withLock { state in
      state.waiting.append(job)
      return state.waiting.count > Self.longestQueue ? state.waiting.removeFirst() : nil
    }
    if case .page(let connection, let head) = dropped {
      finish(.page(connection: connection, handler.text(503, "Too many requests."), isHead: head.method == "HEAD"))
    } else if dropped != nil {
      finish(.progress("[]"))
    }
    ready.signal()
  }

  /// Takes what is done.
  func results() -> [Result] {
    state.withLock { state in
      defer { state.done = [] }
      return state.done
    }
  }

  private func work() {
    while true {
      ready.wait()
      let (job, isStopped) = state.withLock { ($0.waiting.popLast(), $0.isStopped) }
      if isStopped { return }
      switch job {
      case .page(let connection, let head):
        finish(.page(connection: connection, handler.reply(to: head), isHead: head.method == "HEAD"))
      case .progress: finish(.progress((try? handler.pages.progress()) ?? "[]"))
      // It was dropped for a newer one.
      case nil: break
      }
    }
  }

  private func finish(_ result: Result) {
    state.withLock { $0.done.append(result) }
    onResult()
  }
}
