import Dmesg
import Foundation
package import Guest
package import Model
import Storage

/// Does one trial on one fresh guest, from the boot to the verdict, and leaves no guest behind.
///
/// Nothing is thrown: what the lab cannot do makes the trial a miss.
/// - Parameter onPhase: told each phase as it begins.
package func execute(
  _ plan: TrialPlan, on host: any GuestHost, onPhase: @escaping @Sendable (TrialPhase) -> Void = { _ in }
) async -> Trial {
  var trial = Trial(number: plan.number, seed: plan.seed, started: Date())
  let notes = TrialTimeline()
  let guest: any RunningGuest
  do {
    (guest, trial.start, trial.note) = try await start(plan, on: host, onPhase)
  } catch {
    // What fails because it was cancelled is no infrastructure error.
    if Task.isCancelled { trial.end = .interrupted }
    trial.note = words(for: error)
    trial.duration = notes.elapsed
    return trial
  }
  let scenario = plan.scenario
  let watcher = ConsoleWatcher(
    path: plan.guest.consolePath, nonce: markNonce(plan.seed), limits: plan.limits, settle: scenario.settle,
    awaitsEnd: plan.guest.schedule.hasTurns, continuesAfter: scenario.continuesAfter, counts: scenario.counts)
  let driver = TrialDriver(
    plan: plan, guest: guest, isRestored: trial.start == .restored, watcher: watcher, notes: notes, onPhase: onPhase)
  let ending = await firstEnding(driver)
  onPhase(.collecting)
  await watcher.drain()
  notes.fill(&trial)
  (trial.emulatorExit, trial.emulatorCPU) = (ending.guest.code, ending.guest.cpuTime)
  trial.teardown = ending.teardown
  takeFindings(&trial, of: scenario, watcher)
  judge(&trial, ending.ending, Evidence(watcher, notes, consoleLoss: ending.guest.consoleLoss), of: scenario)
  ending.diagnostics.fill(&trial)
  await collect(plan, &trial)
  trial.duration = notes.elapsed
  return trial
}

/// Takes what the scenario names from the disk of a guest that is gone, unless there is nothing to explain.
private func collect(_ plan: TrialPlan, _ trial: inout Trial) async {
  let patterns = plan.scenario.collect
  guard let collector = plan.collector, plan.guest.disk != nil, !patterns.isEmpty, trial.verdict != .pass,
    !Task.isCancelled
  else { return }
  do {
    trial.collected = try await collector.collect(
      patterns, from: plan.guest.overlay, into: plan.guest.folder + "/collected",
      as: "\(trialFolderName(plan.number))/collected")
  } catch {
    trial.lacks(MissingDiagnostic(.files, (error as? LabError)?.problem ?? String(describing: error)))
  }
}

/// A guest from the saved state or, when there is none or it is of no use, one that boots.
private func start(
  _ plan: TrialPlan, on host: any GuestHost, _ onPhase: (TrialPhase) -> Void
) async throws -> (any RunningGuest, TrialStart, String?) {
  var failures: [String] = []
  if let saved = plan.saved {
    onPhase(.restoring)
    // Twice: the first time it may be the host that failed, for instance one that killed QEMU for its memory.
    while failures.count < 2 {
      do {
        let guest = try await host.restore(plan.guest, from: saved)
        return (guest, .restored, failures.first.map { "restored at the second attempt: \($0)" })
      } catch {
        try Task.checkCancellation()
        failures.append(words(for: error))
      }
    }
  }
  guard !plan.mustRestore else { throw LabError(failures.last ?? "there is no saved guest to restore") }
  onPhase(.booting)
  let guest = try await host.start(plan.guest)
  return (guest, .booted, failures.last.map { "booted, because the saved guest is of no use: \($0)" })
}

private func words(for error: any Error) -> String { (error as? LabError)?.problem ?? String(describing: error) }

/// Runs the main road beside the console's watcher and QEMU's events; the first to end ends the guest, and so the rest.
private func firstEnding(
  _ driver: TrialDriver
) async -> (ending: TrialOutcome, guest: GuestEnd, teardown: Double, diagnostics: Diagnostics) {
  let (messages, inbox) = AsyncStream.makeStream(of: RunnerMessage.self)
  let hands = HotplugRequestHandler(
    guest: driver.guest, functions: driver.plan.scenario.functions, limit: driver.plan.limits.plug)
  return await withTaskGroup(of: TrialOutcome?.self) { group in
    group.addTask { await driver.drive(messages, hands) }
    group.addTask { await driver.watcher.watch().map { TrialOutcome($0) } }
    group.addTask { await listen(to: driver.guest.events, driver, hands, inbox) }
    group.addTask { await hands.work() }
    group.addTask { await guardDeadlines(of: driver) }
    var ending = TrialOutcome(.interrupted)
    for await result in group {
      guard let result else { continue }
      ending = result
      break
    }
    group.cancelAll()
    let diagnostics = await driver.collectDiagnostics(ending.end)
    let start = ContinuousClock.now
    let guest = await driver.guest.destroy()
    return (ending, guest, start.duration(to: .now) / .seconds(1), diagnostics)
  }
}

/// Ends the trial when the user does, when something takes longer than it may, or when the guest says nothing at all.
private func guardDeadlines(of driver: TrialDriver) async -> TrialOutcome {
  while !Task.isCancelled {
    if let ending = driver.notes.overdue { return ending }
    if let since = driver.notes.lastMessage, since.duration(to: .now) >= driver.plan.limits.silence,
      driver.watcher.quiet >= driver.plan.limits.silence
    {
      return TrialOutcome(.silence, "the guest stopped answering")
    }
    try? await Task.sleep(for: .milliseconds(100))
  }
  return TrialOutcome(.interrupted)
}

private func listen(
  to events: AsyncStream<GuestEvent>, _ driver: TrialDriver, _ hands: HotplugRequestHandler,
  _ inbox: AsyncStream<RunnerMessage>.Continuation
) async -> TrialOutcome? {
  for await event in events {
    switch event {
    case .said(let message):
      driver.notes.heard()
      if message == .alive { driver.watcher.heartbeat() }
      inbox.yield(message)
    case .functionGone(let alias): hands.isGone(alias)
    case .panicked(let psw):
      driver.notes.panicked(psw: psw)
      return TrialOutcome(.panic)
    case .ended(let code):
      return TrialOutcome(.emulatorDied, "QEMU ended by itself with \(exitWords(code, hands))")
    case .cutOff(let reason): return TrialOutcome(.labFailure, reason)
    }
  }
  return nil
}

private func exitWords(_ code: Int?, _ hands: HotplugRequestHandler) -> String {
  guard let code else { return "an unknown code" }
  guard code > 128 else { return "code \(code)" }
  let signal = Int32(code - 128)
  let names = [SIGILL: "SIGILL", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV"]
  let words = "signal \(signal)" + (names[signal].map { " (\($0))" } ?? "")
  // QEMU 7.2 and 10.0 crash so in fmb_update() (hw/s390x/s390-pci-inst.c), the timer of a function that is gone.
  return signal == SIGSEGV && hands.hasUnplugged
    ? words + " after an unplug by the host, a known bug of QEMU (docs/scenarios.md)" : words
}

/// Takes what the console says, and beside it what test programs say of their tests.
private func takeFindings(_ trial: inout Trial, of scenario: Scenario, _ watcher: ConsoleWatcher) {
  (trial.findings, trial.repeats) = watcher.findings
  for index in trial.actors.indices where scenario.ktapActors.contains(trial.actors[index].name) {
    let results = KTAPResults(parsing: trial.actors[index].output)
    trial.actors[index].tests = results.counts
    for failure in results.failures {
      let name = trial.actors[index].name
      let finding = testFinding(name, test: failure.test, reason: failure.reason, line: watcher.lines)
      guard watcher.counts(finding) else { continue }
      let isNew = !trial.findings.contains { $0.signature == finding.signature }
      if isNew { trial.findings.append(finding) } else { trial.repeats += 1 }
    }
  }
}

extension GuestSpec {
  /// The file that holds the console's bytes.
  package var consolePath: String {
    switch console {
    case .file(let path), .terminal(log: let path): path
    }
  }
}
