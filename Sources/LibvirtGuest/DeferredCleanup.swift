import Synchronization

/// Deferred cleanup of guests whose QEMU is dead, done beside what comes next.
///
/// libvirt notices the end of a QEMU by itself and looks 0.2 s later whether it is gone (virProcessKillPainfullyDelay in
/// its src/util/virprocess.c); a call to end the guest waits for that, but no trial has to.
final class DeferredCleanup: Sendable {
  private struct State {
    var next = 0
    var pending: [Int: Task<Void, Never>] = [:]
  }

  // More at a time would mean that libvirt hangs; then the guests wait with it.
  private static let most = 16

  private let state = Mutex(State())

  /// Begins `work`, and waits for its end only where too much is under way.
  func add(_ work: @escaping @Sendable () async -> Void) async {
    let task = state.withLock { state in
      let number = state.next
      state.next += 1
      let task = Task {
        await work()
        self.state.withLock { $0.pending[number] = nil }
      }
      state.pending[number] = task
      return state.pending.count > Self.most ? task : nil
    }
    await task?.value
  }

  /// Waits until all of it is done.
  func finish() async {
    for task in state.withLock({ Array($0.pending.values) }) { await task.value }
  }
}
