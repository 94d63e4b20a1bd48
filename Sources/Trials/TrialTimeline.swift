import Guest
import Model
import Synchronization

/// Exit status of a program in the guest.
struct Outcome: Sendable {
  let code: Int
  let output: [UInt8]
  let stderr: [UInt8]
}

/// Observations of a trial, kept also when the way is cut short.
final class TrialTimeline: Sendable {
  private struct State {
    var boot: Duration?
    var firstActor: Duration?
    var lastMessage: ContinuousClock.Instant?
    var actors: [(name: String, outcome: Outcome?)] = []
    var panicPSW: String?
    var before: KernelState?
    var after: (state: KernelState, marks: Int)?
    var expectation: (deadline: ContinuousClock.Instant, ending: @Sendable () -> TrialOutcome)?
  }

  private let start = ContinuousClock.now
  private let state = Mutex(State())

  /// Says how the trial ends unless something else is said within a time.
  func expect(within limit: Duration, _ ending: @escaping @autoclosure @Sendable () -> TrialOutcome) {
    expect(within: limit, ending)
  }

  /// As above, for an ending that is known only then.
  func expect(within limit: Duration, _ ending: @escaping @Sendable () -> TrialOutcome) {
    state.withLock { $0.expectation = (.now + limit, ending) }
  }

  func expectNothing() { state.withLock { $0.expectation = nil } }

  /// End of a trial by a timeout; nil when nothing did.
  var overdue: TrialOutcome? {
    let expectation = state.withLock { $0.expectation }
    guard let expectation, .now > expectation.deadline else { return nil }
    return expectation.ending()
  }

  /// Time of the guest's last message, or of its release; nil when it need not say anything.
  var lastMessage: ContinuousClock.Instant? { state.withLock { $0.lastMessage } }

  func heard() { state.withLock { $0.lastMessage = .now } }

  func expectNoMessage() { state.withLock { $0.lastMessage = nil } }

  func booted() { state.withLock { $0.boot = start.duration(to: .now) } }

  /// An actor was started: how many are now.
  @discardableResult func started(_ actor: String) -> Int {
    state.withLock { state in
      if state.firstActor == nil { state.firstActor = start.duration(to: .now) }
      guard !state.actors.contains(where: { $0.name == actor }) else { return state.actors.count }
      state.actors.append((actor, nil))
      return state.actors.count
    }
  }

  func ended(_ actor: String, _ outcome: Outcome) {
    state.withLock { state in
      guard let index = state.actors.firstIndex(where: { $0.name == actor }) else { return }
      state.actors[index].outcome = outcome
    }
  }

  var outcomes: [(name: String, outcome: Outcome?)] { state.withLock { $0.actors } }

  /// The actors that were started and have not ended.
  var unfinished: [String] { state.withLock { $0.actors.filter { $0.outcome == nil }.map(\.name) } }

  /// The scenario has begun, with the kernel's counters as they were then.
  func begun(_ state: KernelState) { self.state.withLock { if $0.before == nil { $0.before = state } } }

  /// The script is over, with the kernel's counters as they are and the number of marks that the console should have.
  func done(_ state: KernelState, marks: Int) { self.state.withLock { $0.after = (state, marks) } }

  /// The kernel's counters when the scenario began; nil when it did not.
  var before: KernelState? { state.withLock { $0.before } }

  /// Last message of the runner; nil when it did not get there.
  var after: (state: KernelState, marks: Int)? { state.withLock { $0.after } }

  func panicked(psw: String?) { state.withLock { $0.panicPSW = psw } }

  /// Seconds since the trial began.
  var elapsed: Double { start.duration(to: .now) / .seconds(1) }

  /// Puts what was learnt into the record.
  func fill(_ trial: inout Trial) {
    state.withLock { state in
      trial.boot = state.boot.map { $0 / .seconds(1) }
      trial.firstActor = state.firstActor.map { $0 / .seconds(1) }
      trial.actors = state.actors.map { name, outcome in
        ActorResult(
          name: name, exitCode: outcome?.code,
          output: String(decoding: outcome?.output.prefix(64 << 10) ?? [], as: UTF8.self),
          stderr: String(decoding: outcome?.stderr.prefix(64 << 10) ?? [], as: UTF8.self))
      }
      trial.panicPSW = state.panicPSW
    }
  }
}
