import Foundation
import LibvirtGuest
import Model
import Reports
import ResultStore
import Runs
import Schedules
import Statistics
import Storage
import Trials

/// One `zlab pin`: from a failing trial to rules under which the failure shows with any seed.
struct PinSession {
  private let command: PinCommand
  private let run: Run
  private let trial: Trial
  private let store: ResultStore
  private let finding: Finding
  private let setup: RunSetup
  /// Rules that the trial had; nil for none.
  private let given: ScheduleFile?
  private let seed: UInt64

  /// - Throws: `RequestError` when the trial did not fail, or has no such finding.
  init(_ command: PinCommand, _ run: Run, _ trial: Trial, _ store: ResultStore) throws {
    let name = "trial \(run.id)/\(trial.number)"
    guard trial.verdict == .fail else { throw RequestError("\(name) did not fail: there is nothing to pin") }
    guard let finding = trial.findings.first(where: { $0.signature.hasPrefix(command.signature ?? "") }) else {
      let known = trial.findings.prefix(5).map { "\($0.signature) (\($0.title))" }.joined(separator: ", ")
      throw RequestError(
        "\(name) has no finding with the signature '\(command.signature ?? "")'", advice: "It has \(known).")
    }
    var setup = try RunSetup(of: run).setting(readSettings(command.settings))
    given = setup.rules
    setup.rules = nil
    if !setup.schedule.hasTurns {
      setup.schedule = .turns(shift: Schedule.usualShift, cpus: min(4, max(2, setup.scenario.cpus)))
    }
    setup.start = .restored
    setup.jobs = command.jobs.count(memory: setup.scenario.memory)
    setup.hostWords = command.host.words
    if let file = command.export {
      _ = try PinExport.source(of: setup.scenario)
      let parent = URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent().path
      guard access(parent, W_OK) == 0 else {
        throw RequestError("cannot write \(file): \(String(cString: strerror(errno)))")
      }
    }
    (self.command, self.run, self.trial, self.store) = (command, run, trial, store)
    (self.finding, self.setup, seed) = (finding, setup, command.seed ?? UInt64.random(in: 0..<1 << 32))
  }

  /// - Throws: `LabError` when trials cannot be made, `CancellationError`.
  func pin(on host: LibvirtHost, _ facts: [String: String]) async throws -> PinReport {
    let emulator = try await command.host.emulatorPath(for: setup.scenario.functions)
    let boot: BootSet
    do { boot = try await BootSet(of: run) } catch is RequestError {
      throw LabError(
        "the kernel or image of run \(run.id) is no longer in the cache", advice: "Start a new run: \(run.command)")
    }
    var setup = setup
    // Commands that are printed must hold when the user's own file has changed, or is not there.
    if (try? Catalogue.find(run.scenario))?.text != run.scenarioText {
      setup.scenarioName = run.scenario + ".yaml"
      setup.scenarioName = try await keptScenario(setup, in: userLocations)
    }
    let bench = PinBench(
      setup: setup, boot: boot, emulator: emulator, host: host, facts: facts, store: store,
      seed: seed, finding: finding)
    var report = PinReport(
      scenario: setup.scenario.name, kernel: boot.kernel, trial: "\(run.id)/\(trial.number)", finding: finding,
      seed: seed, command: command.again(run, trial, signature: finding.signature, seed: seed, jobs: setup.jobs).text)

    tellPin("\(command.trials) trials under \(setup.schedule) without rules")
    let control = try await bench.run(RunGoal(trials: command.trials), .control)
    report.control = try bench.sample(control)
    if let rate = report.control?.rate.value, rate >= PinReport.wantedRate, given == nil {
      report.outcome = .turnsSuffice
      report.twin = try bench.hit(of: control).map { "\(control.id)/\($0.number)" }
      report.reproduce = control.command
    } else {
      guard let rules = try await rules(bench, control, &report) else { return report }
      try await measure(rules, bench, &report)
    }
    if let file = command.export {
      tellPin("a C program of the scenario's actors, in guests of free vCPUs")
      report.export = try await PinExport(
        file: file, setup: setup, boot: boot, emulator: try command.host.emulatorPath(), host: host, facts: facts,
        finding: finding, seed: seed, trials: command.trials, folder: control.folder + "/export"
      ).export(report)
    }
    return report
  }

  /// Rules under which the failure shows in each trial of a few; nil when there are none.
  private func rules(_ bench: PinBench, _ control: Run, _ report: inout PinReport) async throws -> [ScheduleRule]? {
    let request = try bench.request(RunGoal(trials: 1), seed: seed, rules: nil)
    let probe = try await TrialProbe(
      request, in: control.folder + "/pin", host: bench.host, folders: userLocations, onNote: tellPin)
    defer { probe.close() }
    var search = ScheduleSearch(budget: command.maxTrials, wanted: Self.wanted) { rules, trials in
      let result = try await bench.probe(rules, trials: trials, probe)
      tellPin("\(result.hits) of \(result.trials): \(rules.map(\.description).joined(separator: "; "))")
      return result
    }
    defer { report.tried = PinReport.Tried(schedules: search.probes.count, trials: search.trials) }
    var candidates = given.map { [$0.rules] } ?? []
    if candidates.isEmpty {
      guard let twin = try await twin(bench, control) else {
        report.outcome = .noTwin
        return nil
      }
      report.twin = twin.name
      guard let traced = try await bench.trace(of: twin.trial, probe) else {
        report.outcome = .notRepeatable
        return nil
      }
      candidates = analysis(of: traced, probe).candidates(most: Self.mostCandidates)
      tellPin("trial \(twin.name) shows it; \(count(candidates.count, "order")) of its tasks to try")
    }
    guard let found = try await search.first(of: candidates) else {
      report.outcome = .noSchedule
      return nil
    }
    var rules = try await search.reduced(found)
    if let traced = try await bench.trace(of: rules, probe) {
      let alternatives = analysis(of: traced, probe).symbolic(rules, in: traced.course)
      rules = try await search.firstAlternative(of: alternatives) ?? rules
    }
    if let traced = try await bench.trace(of: rules, probe) {
      report.story = analysis(of: traced, probe).story(rules: rules.count, in: traced.course)
    }
    return rules
  }

  private func analysis(of traced: TracedTrial, _ probe: TrialProbe) -> TraceAnalysis {
    probe.analysis(of: traced, blaming: finding.frames.map(\.name))
  }

  // Trials in a row with the failure, and orders of tasks that are tried.
  private static let (wanted, mostCandidates) = (8, 60)

  /// A trial under turns without rules that shows the failure; nil when none does.
  private func twin(_ bench: PinBench, _ control: Run) async throws -> (name: String, trial: Trial)? {
    if run.schedule?.hasTurns == true, command.settings.isEmpty { return ("\(run.id)/\(trial.number)", trial) }
    if let hit = try bench.hit(of: control) { return ("\(control.id)/\(hit.number)", hit) }
    guard command.maxTrials > command.trials else { return nil }
    tellPin("no trial of \(control.id) shows it; up to \(command.maxTrials - command.trials) more")
    let more = try await bench.run(RunGoal(trials: command.maxTrials - command.trials, untilFinding: true), .twin)
    return try bench.hit(of: more).map { ("\(more.id)/\($0.number)", $0) }
  }

  private func measure(_ rules: [ScheduleRule], _ bench: PinBench, _ report: inout PinReport) async throws {
    let name = "pin-\(run.id)-\(trial.number).yaml"
    let schedule = try await kept(
      ScheduleFile(
        file: name, summary: "\(setup.scenario.name): \(finding.title)", base: setup.schedule, rules: rules))
    tellPin("\(command.trials) trials with the schedule")
    let measured = try await bench.run(
      RunGoal(trials: command.trials), .measurement, rules: schedule, story: report.story)
    report.measured = try bench.sample(measured)
    report.schedule = schedule.record
    report.measurement = try runReport(measured, state: measured.state, store: store)
    report.reproduce = measured.command
    report.replay = try bench.hit(of: measured).map { ReproCommand.replay(measured.id, $0.number).text }
    report.outcome = (report.measured?.rate.value ?? 0) >= PinReport.wantedRate ? .pinned : .unreliable
  }

  private func kept(_ schedule: ScheduleFile) async throws -> ScheduleFile {
    guard let output = command.output else { return try await keptSchedule(schedule, in: userLocations) }
    var kept = schedule
    kept.file = URL(fileURLWithPath: output).standardizedFileURL.path
    try await reportingDisk("write the schedule \(kept.file)") {
      try Data(kept.text.utf8).write(to: URL(fileURLWithPath: kept.file), options: .atomic)
    }
    return kept
  }
}

/// Tells a step of a pin on standard error.
func tellPin(_ text: String) { standardError.progress("pin: \(escapedForTerminal(text))") }
