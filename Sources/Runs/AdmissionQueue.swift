import Synchronization

/// The line in which trials wait to begin: one after the other as they were asked for, each where memory has room.
///
/// Who has begun is out of the line, so a trial that hangs keeps nobody from beginning.
final class AdmissionQueue: Sendable {
  private struct State {
    var places = 0
    var turn = 0
    var running = 0
    var hasTold = false
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())
  private let freeMemory: @Sendable () -> Int?

  /// - Parameter freeMemory: of the host, in MiB; nil when unknown, and then nobody waits for it.
  init(freeMemory: @escaping @Sendable () -> Int?) { self.freeMemory = freeMemory }

  /// A place at the end of the line; whoever takes one must wait for its turn and leave, also when cancelled.
  func place() -> Int {
    state.withLock { state in
      defer { state.places += 1 }
      return state.places
    }
  }

  /// Waits until all who came before have left.
  func turn(of place: Int) async {
    await withCheckedContinuation { continuation in
      let isNow = state.withLock { state in
        if state.turn == place { return true }
        state.waiting[place] = continuation
        return false
      }
      if isNow { continuation.resume() }
    }
  }

  /// Lets the next one go; of no effect the second time.
  func leave(_ place: Int) {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.turn == place else { return nil }
      state.turn += 1
      return state.waiting.removeValue(forKey: state.turn)
    }
    next?.resume()
  }

  /// Waits, at the head of the line, until there is room for one more guest or no other guest is left, and counts it.
  ///
  /// The only guest begins in any case: it may need less than it may take, and waiting for itself helps nobody.
  /// - Parameters:
  ///   - memory: MiB that it may take.
  ///   - onWait: told once in the life of the line, in words.
  func begin(taking memory: Int, onWait: (String) -> Void) async {
    while !Task.isCancelled, let free = freeMemory(), free < memory, state.withLock({ $0.running > 0 }) {
      let isFirst = state.withLock { state in
        defer { state.hasTold = true }
        return !state.hasTold
      }
      if isFirst {
        onWait(
          "\(free) MiB of memory are free and a guest may take \(memory) MiB: fewer run at a time until there is room")
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
    state.withLock { $0.running += 1 }
  }

  /// Counts a guest off.
  func ended() { state.withLock { $0.running -= 1 } }
}
