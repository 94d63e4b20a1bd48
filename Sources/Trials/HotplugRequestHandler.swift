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
  // Functions that the guest was asked to let go, since they were last plugged.
  private let leaving = Mutex<Set<String>>([])
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
    leaving.withLock { _ = $0.remove(function.alias) }
    do { try await guest.plug(function) } catch {
      isGone(function.alias)
      throw error
    }
  }

  func isGone(_ alias: String) { present.withLock { _ = $0.remove(alias) } }

  /// Answers until it is cancelled.
  func work() async -> TrialOutcome? {
    var number = 0
    for await question in questions {
      number += 1
      let answer = await (guest.stopsAtQuestions ? answerStill(question, number) : grant(question))
      await guest.answer(question.program, answer)
      if guest.stopsAtQuestions { await guest.release(number) }
    }
    return nil
  }

  private func grant(_ question: Question) async -> HostAnswer {
    guard let function = functions.first(where: { $0.fid == question.fid }) else { return .refused }
    do {
      switch question.action {
      case .unplug:
        unplugs.withLock { $0 += 1 }
        try await guest.unplug(function)
        leaving.withLock { _ = $0.insert(function.alias) }
      case .plug:
        try await waitUntilGone(function)
        try await plug(function)
      }
      return .granted
    } catch {
      return .refused
    }
  }

  /// Grants what a guest asks that stands still meanwhile, and waits for nothing that it has to do first.
  private func answerStill(_ question: Question, _ number: Int) async -> HostAnswer {
    var answer: HostAnswer?
    if question.action == .plug {
      // By QEMU's objects: the event that a function is gone comes in the host's time.
      for function in obstacles(to: question.fid) where answer == nil {
        guard (try? await guest.has(function)) == true else { continue }
        answer = leaving.withLock { $0.contains(function.alias) } ? .later : .refused
      }
    }
    if answer == nil, let function = functions.first(where: { $0.fid == question.fid }), question.action == .plug {
      // QEMU still has to free what the guest has let go, which it does not while a vCPU sleeps.
      do { try await waitUntilGone(function) } catch { answer = .refused }
    }
    do { try await guest.hold(number) } catch { return .refused }
    if let answer { return answer }
    return await grant(question)
  }

  /// A function with the same uid is in the way as well: QEMU has each uid once.
  private func obstacles(to fid: UInt32) -> [FunctionSpec] {
    let uids = Set(functions.filter { $0.fid == fid }.map(\.uid))
    return functions.filter { $0.fid == fid || uids.contains($0.uid) }
  }

  private func waitUntilGone(_ function: FunctionSpec) async throws {
    let deadline = ContinuousClock.now + limit
    let inTheWay = obstacles(to: function.fid).map(\.alias)
    while present.withLock({ !$0.isDisjoint(with: inTheWay) }) {
      guard .now < deadline else { throw LabError("the function \(function) was not let go") }
      try await Task.sleep(for: .milliseconds(2))
    }
  }
}
