import Foundation
import Guest
import Records
import Synchronization

/// Why a trial's main road came to its end.
struct Ending: Sendable {
  var end: TrialEnd
  var note: String?

  init(_ end: TrialEnd, _ note: String? = nil) {
    self.end = end
    self.note = note
  }
}

/// The main road of a trial: wait for the guest, plug, start the actors, wait for them.
struct TrialDriver: Sendable {
  let plan: TrialPlan
  let guest: any RunningGuest
  let watcher: ConsoleWatcher
  let agentReady: AsyncStream<Void>
  let notes: TrialNotes
  let onPhase: @Sendable (TrialPhase) -> Void

  func drive() async -> Ending {
    do {
      guard await firstReady() else {
        let limit = plan.limits.boot.components.seconds
        return Task.isCancelled
          ? Ending(.interrupted) : Ending(.noBoot, "the guest's agent did not answer within \(limit) s")
      }
      notes.booted()
      try await prepare()
      try await plug()
      onPhase(.driving)
      return try await run(plan.scenario.actors)
    } catch is GuestSilence {
      return Ending(.silence, "the guest stopped answering")
    } catch let error as LabError {
      return Ending(.labFailure, error.problem)
    } catch {
      return Ending(.interrupted)
    }
  }

  private func firstReady() async -> Bool {
    let (limit, ready) = (plan.limits.boot, agentReady)
    return await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        for await _ in ready { return true }
        return false
      }
      group.addTask {
        try? await Task.sleep(for: limit)
        return false
      }
      defer { group.cancelAll() }
      return await group.next() ?? false
    }
  }

  private func prepare() async throws {
    for (index, step) in plan.scenario.preparations.enumerated() {
      let arguments = plan.scenario.arguments(of: step, seed: derivedSeed(plan.seed, -1 - index))
      let number = try await start(step, arguments)
      let outcome = try await finish([number: step.name], within: plan.limits.plug)[number]
      if let problem = problem(of: step.name, outcome) { throw LabError(problem) }
    }
  }

  private func plug() async throws {
    guard !plan.scenario.functions.isEmpty else { return }
    onPhase(.plugging)
    notes.expect("plugging the functions", within: plan.limits.plug)
    for function in plan.scenario.functions { try await guest.plug(function) }
    notes.expect(nil)
    let limit = plan.limits.plug.components.seconds
    // Where idle time is skipped, the guest's clock runs many times faster than ours.
    let patience = plan.guest.schedule.isFree ? limit : limit * 1000
    for function in plan.scenario.functions {
      let number = try await guest.execute("wait-function", ["--fid", function.slot, "--seconds", String(patience)])
      let code = try await finish([number: "wait-function"], within: plan.limits.plug + .seconds(5))[number]
      guard case .ended(0, _, _) = code else {
        throw LabError("the guest did not see the function \(function) within \(limit) s")
      }
    }
  }

  private func run(_ actors: [Actor]) async throws -> Ending {
    var numbers: [Int: String] = [:]
    for (index, actor) in actors.enumerated() {
      let arguments = plan.scenario.arguments(of: actor, seed: derivedSeed(plan.seed, index))
      let number = try await start(actor, arguments)
      numbers[number] = actor.name
      notes.started(actor.name)
    }
    let outcomes = try await finish(numbers, within: plan.scenario.duration)
    try await letConsoleRest()
    let problems = numbers.compactMap { number, name in problem(of: name, outcomes[number]) }.sorted()
    if problems.isEmpty { return Ending(.completed) }
    return Ending(outcomes.count < numbers.count ? .overran : .labFailure, problems.joined(separator: "; "))
  }

  // `capped` is one of the image's actors: libvirt refuses answers of more than 10 MiB, and the agent keeps 16.
  private func start(_ actor: Actor, _ arguments: [String]) async throws -> Int {
    try await patiently { try await guest.execute("capped", [actor.program] + arguments) }
  }

  /// Why a program that was run is no success; nil when it is one.
  private func problem(of name: String, _ outcome: ProgramOutcome?) -> String? {
    guard case .ended(let code, _, let complaint) = outcome else {
      return "\(name) had not ended when its time was over"
    }
    guard code != 0 else { return nil }
    let words = String(decoding: complaint.prefix(200), as: UTF8.self).split(separator: "\n").first ?? ""
    return "\(name) ended with code \(code)\(words.isEmpty ? "" : ": \(words)")"
  }

  /// Asks for programs until all have ended or the time is over.
  private func finish(_ programs: [Int: String], within limit: Duration) async throws -> [Int: ProgramOutcome] {
    let deadline = ContinuousClock.now + limit
    var outcomes: [Int: ProgramOutcome] = [:]
    var pause = Duration.milliseconds(5)
    while outcomes.count < programs.count && .now < deadline {
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(250))
      for (number, name) in programs where outcomes[number] == nil {
        let outcome = try await patiently { try await guest.outcome(of: number) }
        guard case .ended = outcome else { continue }
        outcomes[number] = outcome
        notes.ended(name, outcome)
      }
    }
    return outcomes
  }

  /// A report that is being printed when the last actor ends is read to its end, 2 s at most.
  private func letConsoleRest() async throws {
    let deadline = ContinuousClock.now + .seconds(2)
    while watcher.quiet < .milliseconds(60), .now < deadline { try await Task.sleep(for: .milliseconds(20)) }
  }

  /// Repeats a question to the agent until the console, too, has been quiet for the limit.
  private func patiently<Answer: Sendable>(_ question: () async throws -> Answer) async throws -> Answer {
    let asked = ContinuousClock.now
    while true {
      do {
        return try await question()
      } catch is GuestSilence {
        try Task.checkCancellation()
        if min(watcher.quiet, asked.duration(to: .now)) >= plan.limits.silence { throw GuestSilence() }
        try await Task.sleep(for: .milliseconds(250))
      }
    }
  }
}

/// What a trial learns on its way, kept also when the way is cut short.
final class TrialNotes: Sendable {
  private struct State {
    var boot: Duration?
    var actors: [ActorResult] = []
    var panicPSW: String?
    var panicked = false
    var expectation: (what: String, deadline: ContinuousClock.Instant)?
  }

  private let start = ContinuousClock.now
  private let state = Mutex(State())

  /// Says what must be over within a time, where the call itself cannot be given one; nil when it is over.
  func expect(_ what: String?, within limit: Duration = .zero) {
    state.withLock { $0.expectation = what.map { ($0, .now + limit) } }
  }

  /// What took longer than it may.
  var overdue: String? {
    state.withLock { state in
      guard let (what, deadline) = state.expectation, .now > deadline else { return nil }
      return what
    }
  }

  func booted() { state.withLock { $0.boot = start.duration(to: .now) } }

  func started(_ actor: String) {
    state.withLock { $0.actors.append(ActorResult(name: actor, exitCode: nil, output: "", complaint: "")) }
  }

  func ended(_ actor: String, _ outcome: ProgramOutcome) {
    guard case .ended(let code, let output, let complaint) = outcome else { return }
    state.withLock { state in
      guard let index = state.actors.firstIndex(where: { $0.name == actor }) else { return }
      state.actors[index].exitCode = code
      state.actors[index].output = String(decoding: output.prefix(64 << 10), as: UTF8.self)
      state.actors[index].complaint = String(decoding: complaint.prefix(64 << 10), as: UTF8.self)
    }
  }

  func panicked(psw: String?) {
    state.withLock { state in
      state.panicked = true
      state.panicPSW = psw
    }
  }

  /// Seconds since the trial began.
  var elapsed: Double { start.duration(to: .now) / .seconds(1) }

  /// Puts what was learnt into the record.
  func fill(_ trial: inout Trial) {
    state.withLock { state in
      trial.boot = state.boot.map { $0 / .seconds(1) }
      trial.actors = state.actors
      trial.panicPSW = state.panicPSW
    }
  }
}
