import Guest
import Model
import Synchronization

/// Does what the programs in a guest ask of the host, in the order of their asking.
final class HotplugRequestHandler: Sendable {
  private struct Question {
    let program: Int
    let action: HostAction
    let fid: UInt32
  }

  /// The most requests of one trial. Actors make some dozens in a second; QEMU dies of 40,000 at once.
  static let most = 10_000

  private let guest: any RunningGuest
  private let functions: [FunctionSpec]
  private let limit: Duration
  private let questions: AsyncStream<Question>
  private let queue: AsyncStream<Question>.Continuation
  // Functions that QEMU has, by alias.
  private let present = Mutex<Set<String>>([])
  private let asked = Mutex(0)
  private let unplugs = Mutex(0)

  /// True once a function was asked to be unplugged.
  var hasUnplugged: Bool { unplugs.withLock { $0 > 0 } }

  /// - Parameter limit: how long to wait until a function is gone that is to be plugged again.
  init(guest: any RunningGuest, functions: [FunctionSpec], limit: Duration) {
    self.guest = guest
    self.functions = functions
    self.limit = limit
    // A guest may ask without end: what it asks beyond this is forgotten, as it deserves.
    (questions, queue) = AsyncStream.makeStream(of: Question.self, bufferingPolicy: .bufferingOldest(256))
  }

  /// Takes a request in; false when the guest has made too many.
  func ask(_ program: Int, _ action: HostAction, fid: UInt32) -> Bool {
    let count = asked.withLock { count in
      count += 1
      return count
    }
    guard count <= Self.most else { return false }
    queue.yield(Question(program: program, action: action, fid: fid))
    return true
  }

  /// Plugs a function.
  /// - Throws: `LabError`.
  func plug(_ function: FunctionSpec) async throws {
    present.withLock { _ = $0.insert(function.alias) }
    do { try await guest.plug(function) } catch {
      isGone(function.alias)
      throw error
    }
  }

  func isGone(_ alias: String) { present.withLock { _ = $0.remove(alias) } }

  /// Answers until it is cancelled.
  func work() async -> TrialOutcome? {
    for await question in questions {
      let granted = await grant(question)
      await guest.answer(question.program, granted: granted)
    }
    return nil
  }

  private func grant(_ question: Question) async -> Bool {
    guard let function = functions.first(where: { $0.fid == question.fid }) else { return false }
    do {
      switch question.action {
      case .unplug:
        unplugs.withLock { $0 += 1 }
        try await guest.unplug(function)
      case .plug:
        try await waitUntilGone(function)
        try await plug(function)
      }
      return true
    } catch {
      return false
    }
  }

  private func waitUntilGone(_ function: FunctionSpec) async throws {
    let deadline = ContinuousClock.now + limit
    // A function with the same uid is in the way as well: QEMU has each uid once.
    let inTheWay = functions.filter { $0.fid == function.fid || $0.uid == function.uid }.map(\.alias)
    while present.withLock({ !$0.isDisjoint(with: inTheWay) }) {
      guard .now < deadline else { throw LabError("the function \(function) was not let go") }
      try await Task.sleep(for: .milliseconds(2))
    }
  }
}
