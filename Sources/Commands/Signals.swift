import Foundation
import Synchronization

/// Whether a signal came before anybody listened.
private let early = Atomic(false)

/// Turns the first SIGINT, SIGTERM, SIGHUP or SIGQUIT into a cancellation, and the second into an end at once.
final class Signals: Sendable {
  private let interrupted = Mutex(false)
  // Written once here and only kept alive; DispatchSource is documented as safe to share.
  private nonisolated(unsafe) var sources: [any DispatchSourceSignal] = []

  init(onFirst: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "signals")
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
      // What was ignored at the start stays so: nohup(1), and a shell's background jobs.
      if isIgnoring(signal(number, SIG_IGN)) { continue }
      // Until the source is registered, a moment after this, nobody else would notice.
      signal(number) { _ in early.store(true, ordering: .relaxed) }
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      let heard: @Sendable () -> Void = { [weak self] in
        guard let self else { return }
        if interrupted.withLock({ exchange(&$0, with: true) }) { endAtOnce() }
        say("\nzlab: cleaning up; press Ctrl-C again to exit immediately")
        onFirst()
      }
      source.setEventHandler(handler: heard)
      source.setRegistrationHandler { if early.exchange(false, ordering: .relaxed) { heard() } }
      source.resume()
      sources.append(source)
    }
  }

  /// A signal has arrived.
  var wasInterrupted: Bool { interrupted.withLock { $0 } }
}

/// What must be done even by a process that ends at once: no guest may outlive it.
let lastRites = Mutex<[@Sendable () -> Void]>([])

private func endAtOnce() -> Never {
  for rite in lastRites.withLock({ $0 }) { rite() }
  Glibc._exit(ExitStatus.interrupted.rawValue)
}

// nil is the default action.
private func isIgnoring(_ handler: __sighandler_t?) -> Bool {
  handler != nil && unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}

private func exchange<Value>(_ place: inout Value, with value: Value) -> Value {
  defer { place = value }
  return place
}
