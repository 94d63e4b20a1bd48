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

/// One `zlab explore`: a profile of a trial that passes, then a trial for each order of its tasks.
struct ExploreSession {
  private let command: ExploreCommand
  private let store: ResultStore
  private let setup: RunSetup
  private let seed: UInt64
  /// Failures that get a schedule file and trials with fresh seeds.
  private static let mostMeasured = 8
  /// Entries of one function that are profiled.
  static let mostEntries = 64
  /// Parameter of scenarios whose actors do the same again and again.
  private static let rounds = "iterations"

  /// - Throws: `RequestError` when there is no such scenario or parameter.
  init(_ command: ExploreCommand, _ store: ResultStore) throws {
    let cpus = try Catalogue.find(command.scenario).cpus
    var setup = try RunSetup(
      command.scenario, settings: readSettings(command.settings),
      schedule: .turns(shift: Schedule.usualShift, cpus: min(4, max(2, cpus))), start: .restored)
    setup.jobs = command.jobs.count(memory: setup.scenario.memory)
    setup.hostWords = command.host.words
    (self.command, self.store, self.setup) = (command, store, setup)
    seed = command.seed ?? UInt64.random(in: 0..<1 << 32)
  }

  /// - Throws: `RequestError` for a function that the kernel does not have, and for trials that are too long to profile;
  ///   `LabError` when trials cannot be made, `CancellationError`.
  func explore(on host: LibvirtHost, _ facts: [String: String]) async throws -> ExploreReport {
    let boot = try await setup.boot(command.kernel)
    let start = ContinuousClock.now
    var report = ExploreReport(
      scenario: setup.scenario.name, kernel: boot.kernel, schedule: setup.schedule.description, seed: seed,
      between: [command.between, command.and].compactMap(\.self),
      command: command.again(setup, kernel: String(boot.kernel.id.prefix(12)), seed: seed).text)
    func request(
      _ trials: Int, _ seed: UInt64, _ rules: ScheduleFile? = nil, settings: [String: String] = [:]
    ) throws -> RunRequest {
      var setup = try setup.setting(settings)
      setup.rules = rules
      return try setup.request(
        on: boot, goal: RunGoal(trials: trials), seed: seed, emulator: command.host.emulatorPath(), facts: facts)
    }
    tell("\(command.trials) trials under \(setup.schedule) without rules")
    let control = try await keptRun(
      request(command.trials, derivedSeed(seed, 0)), behind: "explore", on: host, store)
    let trials = try store.trials(of: control.id)
    report.control = sample(control.id, trials) { $0.verdict == .fail }
    guard let quiet = trials.first(where: { $0.verdict == .pass }) else {
      report.outcome = trials.contains { $0.verdict == .fail } ? .turnsSuffice : .notReached
      return report
    }
    let probe = try await TrialProbe(
      request(1, seed), in: control.folder + "/explore", host: host, folders: userLocations, onNote: tell)
    defer { probe.close() }
    let analysis = try await profile(quiet.seed, probe, &report)
    if command.between == nil { report.pruned = analysis.idlePoints(limit: Self.mostEntries) }
    var search = OrderSearch(
      report, probe: probe, jobs: setup.jobs, deadline: start + command.budget, stopsEarly: command.untilFinding, tell)
    if let between = command.between, let and = command.and {
      try await search.tryOrders(between, and, analysis, trials: command.trials) { derivedSeed(seed, 1000 + $0) }
    } else {
      let points = analysis.switchPoints(limit: Self.mostEntries)
      var shared: SharedTrials?
      if setup.scenario.parameters[Self.rounds] == "1", report.control?.rate.failures == 0 {
        let request = try request(1, seed, settings: [Self.rounds: String(SharedTrials.rounds)])
        shared = try await sharedTrials(
          request, in: control.folder + "/explore-rounds", on: host, analysis, points, quiet)
      }
      defer { shared?.probe.close() }
      try await search.trySwitches(points, shared, seed: quiet.seed)
    }
    report = search.report
    for index in report.failures.indices.prefix(Self.mostMeasured) {
      try await measure(search.rules[index], &report.failures[index]) { schedule in
        try await keptRun(
          request(command.trials, derivedSeed(seed, 100 + index), schedule), behind: "explore", on: host, store)
      }
    }
    report.seconds = (ContinuousClock.now - start) / .seconds(1)
    report.conclude()
    return report
  }

  /// Trials with several switches each; nil when their rounds cannot be told apart.
  private func sharedTrials(
    _ request: RunRequest, in folder: String, on host: LibvirtHost, _ analysis: TraceAnalysis, _ points: [SwitchPoint],
    _ quiet: Trial
  ) async throws -> SharedTrials? {
    let probe = try await TrialProbe(request, in: folder, host: host, folders: userLocations, onNote: tell)
    do {
      let traced = try await probe.tracedTrial(seed: quiet.seed, reports: 1, limit: Self.mostEntries)
      if traced.trial.verdict == .pass, !traced.trace.isCut,
        let rounds = analysis.rounds(of: probe.analysis(of: traced), count: SharedTrials.rounds, points)
      {
        tell("\(SharedTrials.rounds) switches to a trial, each in an iteration of its own")
        return SharedTrials(probe: probe, round: rounds.begin, arrivals: rounds.arrivals)
      }
    } catch {
      probe.close()
      throw error
    }
    probe.close()
    return nil
  }

  private func profile(
    _ seed: UInt64, _ probe: TrialProbe, _ report: inout ExploreReport
  ) async throws -> TraceAnalysis {
    for function in [command.between, command.and].compactMap(\.self) where !probe.kernel.hasFunction(function) {
      let similar = probe.kernel.similarNames(to: function)
      throw RequestError(
        "the kernel has no function '\(function)'",
        advice: similar.isEmpty ? "It may be inlined." : "Similar: \(similar.joined(separator: ", ")).")
    }
    tell("profiling the trial with seed \(seed)")
    let traced = try await probe.tracedTrial(seed: seed, reports: 1, limit: Self.mostEntries)
    guard !traced.trace.isCut else {
      throw RequestError(
        "a trial of \(setup.scenario.name) is too long to profile: its tasks enter more than "
          + "\(traced.trace.entries.count) functions",
        advice: "Make it shorter: --set with fewer iterations or seconds (`zlab scenario show`).")
    }
    report.profile = seed
    return probe.analysis(of: traced)
  }

  private func measure(
    _ rules: [ScheduleRule], _ failure: inout ExploreReport.Failure, run: (ScheduleFile) async throws -> Run
  ) async throws {
    let schedule = try await keptSchedule(
      ScheduleFile(
        file: "explore-\(failure.signature).yaml", summary: "\(setup.scenario.name): \(failure.title)",
        base: setup.schedule, rules: rules), in: userLocations)
    tell("\(command.trials) trials with fresh seeds: \(failure.title)")
    let measured = try await run(schedule)
    let signature = failure.signature
    let sample = sample(measured.id, try store.trials(of: measured.id)) { trial in
      trial.findings.contains { $0.signature == signature }
    }
    (failure.file, failure.run, failure.rate) = (schedule.file, sample.run, sample.rate)
    failure.reproduce = measured.command
  }

  private func sample(_ run: String, _ trials: [Trial], fails: (Trial) -> Bool) -> PinReport.Sample {
    let valid = trials.filter { $0.verdict != .miss }
    return PinReport.Sample(run: run, rate: Rate(failures: valid.count(where: fails), trials: valid.count))
  }
}

private func tell(_ text: String) { standardError.progress("explore: \(escapedForTerminal(text))") }
