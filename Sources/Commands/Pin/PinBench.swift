import Foundation
import LibvirtGuest
import Model
import Reports
import ResultStore
import Runs
import Schedules
import Statistics
import Synchronization
import Trials

/// Trials of one pin: runs that are kept, and probes that are not.
final class PinBench: Sendable {
  /// Purpose of a run, which decides its seed.
  enum Purpose: Int { case control, measurement, twin }

  private let setup: RunSetup
  private let boot: BootSet
  private let emulator: String
  let host: LibvirtHost
  private let facts: [String: String]
  private let store: ResultStore
  private let seed: UInt64
  private let finding: Finding
  private let probes = Mutex(0)

  init(
    setup: RunSetup, boot: BootSet, emulator: String, host: LibvirtHost, facts: [String: String], store: ResultStore,
    seed: UInt64, finding: Finding
  ) {
    (self.setup, self.boot, self.emulator, self.host) = (setup, boot, emulator, host)
    (self.facts, self.store, self.seed, self.finding) = (facts, store, seed, finding)
  }

  func request(_ goal: RunGoal, seed: UInt64, rules: ScheduleFile?) throws -> RunRequest {
    var setup = setup
    setup.rules = rules
    return try setup.request(on: boot, goal: goal, seed: seed, emulator: emulator, facts: facts)
  }

  /// Makes a run that is kept.
  /// - Parameter story: order of the tasks under the rules, which the run's record keeps.
  /// - Throws: `LabError` when its trials keep failing, `CancellationError`.
  func run(
    _ goal: RunGoal, _ purpose: Purpose, rules: ScheduleFile? = nil, story: [StoryStep] = []
  ) async throws -> Run {
    var request = try request(goal, seed: derivedSeed(seed, purpose.rawValue), rules: rules)
    request.story = story
    if goal.untilFinding { request.targets = .signatures([finding.signature]) }
    return try await keptRun(request, behind: "pin", on: host, store)
  }

  private func shows(_ trial: Trial) -> Bool { trial.findings.contains { $0.signature == finding.signature } }

  /// The first trial of a run that shows the failure.
  func hit(of run: Run) throws -> Trial? { try store.trials(of: run.id).first(where: shows) }

  /// Share of a run's valid trials that show the failure.
  func sample(_ run: Run) throws -> PinReport.Sample {
    let valid = try store.trials(of: run.id).filter { $0.verdict != .miss }
    return PinReport.Sample(run: run.id, rate: Rate(failures: valid.count { shows($0) }, trials: valid.count))
  }

  /// Trials with rules, each with a fresh seed, up to the first that does not show the failure.
  ///
  /// A miss counts as one that does not: an actor that is held up for too long ends with one.
  func probe(_ rules: [ScheduleRule], trials: Int, _ probe: TrialProbe) async throws -> ScheduleSearch.Probe {
    // So that seeds do not depend on how many trials were made at a time.
    let first = probes.withLock { probes in
      probes += 1
      return 1000 * probes
    }
    var result = ScheduleSearch.Probe(rules: rules)
    while result.trials < trials, result.hits == result.trials {
      let wave = result.trials..<min(trials, result.trials + max(1, setup.jobs))
      let made = try await withThrowingTaskGroup(of: Trial.self) { group in
        for index in wave {
          group.addTask { try await probe.trial(seed: derivedSeed(self.seed, first + index), rules: rules) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      try Task.checkCancellation()
      result.trials += made.count
      result.hits += made.count { shows($0) }
    }
    return result
  }

  /// Repetition of a trial under turns with a trace; nil when it does not show the failure again.
  func trace(of twin: Trial, _ probe: TrialProbe) async throws -> TracedTrial? {
    let index = twin.findings.firstIndex { $0.signature == finding.signature } ?? 0
    let traced = try await probe.tracedTrial(seed: twin.seed, reports: index + 1)
    return shows(traced.trial) ? traced : nil
  }

  /// A trial with rules that shows the failure, with a trace; nil when none of three does.
  func trace(of rules: [ScheduleRule], _ probe: TrialProbe) async throws -> TracedTrial? {
    for index in 0..<3 {
      let traced = try await probe.tracedTrial(seed: derivedSeed(seed, 10 + index), rules: rules, reports: 1)
      if shows(traced.trial) { return traced }
    }
    return nil
  }
}
