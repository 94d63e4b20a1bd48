import Foundation
import Guest
import Model

/// Reason why a trial's main road came to its end.
struct TrialOutcome: Sendable {
  var end: EndReason
  var note: String?

  init(_ end: EndReason, _ note: String? = nil) {
    self.end = end
    self.note = note
  }
}

/// The main road of a trial: wait for the guest, plug, hand over the script, hear how it goes.
struct TrialDriver: Sendable {
  let plan: TrialPlan
  let guest: any RunningGuest
  let isRestored: Bool
  let watcher: ConsoleWatcher
  let notes: TrialTimeline
  let onPhase: @Sendable (TrialPhase) -> Void

  func drive(_ messages: AsyncStream<RunnerMessage>, _ hands: HotplugRequestHandler) async -> TrialOutcome {
    do {
      if !isRestored {
        guard await boots(messages) else { return TrialOutcome(.interrupted) }
      }
      notes.booted()
      try await plug(hands)
      let script = plan.scenario.script(seed: plan.seed, schedule: plan.guest.schedule, plug: plan.limits.plug)
      try await guest.give(script)
      if isRestored { try await guest.resume() }
      notes.heard()
      return try await attend(messages, hands)
    } catch let error as LabError {
      return TrialOutcome(.labFailure, error.problem)
    } catch {
      return TrialOutcome(.interrupted)
    }
  }

  private func boots(_ messages: AsyncStream<RunnerMessage>) async -> Bool {
    let limit = plan.limits.boot.components.seconds
    notes.expect(within: plan.limits.boot, TrialOutcome(.noBoot, "the guest's runner did not speak within \(limit) s"))
    for await message in messages where message == .ready { break }
    notes.expectNothing()
    return !Task.isCancelled
  }

  private func plug(_ hands: HotplugRequestHandler) async throws {
    let functions = plan.scenario.functions.filter(\.isPlugged)
    guard !functions.isEmpty else { return }
    onPhase(.plugging)
    notes.expect(within: plan.limits.plug, TrialOutcome(.labFailure, "plugging the functions took too long"))
    for function in functions { try await hands.plug(function) }
    notes.expectNothing()
  }

  /// Hears the script's course until it is over.
  private func attend(
    _ messages: AsyncStream<RunnerMessage>, _ hands: HotplugRequestHandler
  ) async throws -> TrialOutcome {
    let scenario = plan.scenario
    let steps = scenario.preparations + scenario.actors
    notes.expect(
      within: plan.limits.plug + .seconds(5) * (1 + scenario.preparations.count),
      TrialOutcome(.labFailure, "the guest did not get to its actors in time"))
    for await message in messages {
      switch message {
      case .ready, .alive, .saw: break
      case .unseen(let fid):
        let name = scenario.functions.first { $0.fid == fid }?.description ?? String(fid, radix: 16)
        let limit = plan.limits.plug.components.seconds
        return TrialOutcome(.labFailure, "the guest did not see the function \(name) within \(limit) s")
      case .unstarted(let number, let reason):
        return TrialOutcome(.labFailure, "cannot start \(steps.name(number)): \(reason)")
      case .started(let number): begin(number, steps)
      case .ended(let number, let code, let output, let stderr):
        let outcome = Outcome(code: code, output: output, stderr: stderr)
        notes.ended(steps.name(number), outcome)
        if number < scenario.preparations.count, let problem = problem(of: steps.name(number), outcome) {
          return TrialOutcome(.labFailure, problem)
        }
      case .asks(let number, let action, let fid):
        guard hands.ask(number, action, fid: fid) else {
          return TrialOutcome(
            .labFailure,
            "the guest asked more than \(HotplugRequestHandler.most) times for functions to be plugged or unplugged")
        }
      case .begun(let state, marks: _):
        notes.begun(state)
        try await watcher.begin()
      case .done(let state, let marks):
        notes.done(state, marks: marks)
        return try await finish(marks)
      }
    }
    return TrialOutcome(.interrupted)
  }

  private func begin(_ number: Int, _ steps: [Actor]) {
    guard steps.indices.contains(number), number >= plan.scenario.preparations.count else { return }
    if notes.started(steps[number].name) == 1 {
      onPhase(.driving)
      notes.expect(within: plan.scenario.duration) { [notes] in
        let late = notes.unfinished.map { "\($0) had not ended when its time was over" }
        return TrialOutcome(.overran, late.joined(separator: "; "))
      }
    }
  }

  private func finish(_ marks: Int) async throws -> TrialOutcome {
    notes.expectNothing()
    notes.expectNoMessage()
    try await letConsoleRest(marks)
    let tested = plan.scenario.ktapActors
    let problems = notes.outcomes.compactMap { name, outcome in
      tested.contains(name) ? testProblem(of: name, outcome) : problem(of: name, outcome)
    }.sorted()
    return problems.isEmpty ? TrialOutcome(.completed) : TrialOutcome(.labFailure, problems.joined(separator: "; "))
  }

  /// Reason why a program that was run is no success; nil when it is one.
  private func problem(of name: String, _ outcome: Outcome?) -> String? {
    guard let outcome else { return "\(name) was not run" }
    guard outcome.code != 0 else { return nil }
    let words = String(decoding: outcome.stderr.prefix(200), as: UTF8.self).split(separator: "\n").first ?? ""
    return "\(name) ended with code \(outcome.code)\(words.isEmpty ? "" : ": \(words)")"
  }

  /// Reason why what a test program told is no evidence; a test that failed always is.
  private func testProblem(of name: String, _ outcome: Outcome?) -> String? {
    guard let outcome else { return "\(name) was not run" }
    let results = KTAPResults(parsing: String(decoding: outcome.output, as: UTF8.self))
    guard results.failures.isEmpty else { return nil }
    if let reason = results.bailedOut { return "\(name) gave up: \(reason)" }
    guard results.isComplete else {
      let planned = results.counts.planned.map { "of \($0)" } ?? "without saying of how many"
      return "\(name) told \(results.told) results \(planned) and ended with code \(outcome.code)"
    }
    guard results.counts.passed > 0 else {
      return "\(name) skipped all its tests\(results.skipReason.map { ": \($0)" } ?? "")"
    }
    return problem(of: name, outcome)
  }

  /// Console output that is being printed when the last actor ends is read to its end: 2 s at most, or 10 s until the
  /// last mark is there.
  ///
  /// The kernel keeps lines back for a moment (drivers/s390/char/sclp_vt220.c).
  private func letConsoleRest(_ marks: Int) async throws {
    let start = ContinuousClock.now
    while start.duration(to: .now) < .seconds(10) {
      let isWhole = watcher.hasMarks(upTo: marks)
      if isWhole, watcher.quiet >= .milliseconds(60) || start.duration(to: .now) >= .seconds(2) { return }
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}

extension [Actor] {
  // What a guest says may be any number.
  fileprivate func name(_ number: Int) -> String { indices.contains(number) ? self[number].name : "program \(number)" }
}

extension Scenario {
  /// Script of the guest once its functions are on their way.
  fileprivate func script(seed: UInt64, schedule: Schedule, plug limit: Duration) -> GuestScript {
    var script = GuestScript()
    // The host's time would make each guest another one.
    script.setClock(schedule.isFree ? Int(Date().timeIntervalSince1970) : Int(seed % 1_000_000_000))
    script.mixEntropy(seed)
    // Where idle time is skipped, the guest's clock runs many times faster than ours.
    let patience = Int(limit.components.seconds) * (schedule.isFree ? 1 : 1000)
    for function in functions where function.isPlugged { script.wait(forFunction: function.fid, seconds: patience) }
    for (number, step) in preparations.enumerated() {
      script.start(number, step.program, arguments(of: step, seed: derivedSeed(seed, -1 - number)))
      script.finish()
    }
    script.begin(nonce: markNonce(seed))
    if case .turns(_, let cpus) = schedule { script.pin(toCPUs: cpus) }
    for (index, actor) in actors.enumerated() {
      let arguments = arguments(of: actor, seed: derivedSeed(seed, index))
      script.start(preparations.count + index, actor.program, arguments)
    }
    return script
  }
}

/// Prefix of the marks of a trial: from the seed, so that a trial that is repeated prints the same.
func markNonce(_ seed: UInt64) -> String {
  let digits = String(derivedSeed(seed, .min), radix: 16)
  return String(repeating: "0", count: max(0, 16 - digits.count)) + digits
}
