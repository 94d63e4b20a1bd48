package import Model
package import Statistics

/// Result of deriving a schedule from a failing trial: the object of `zlab pin --format json`.
package struct PinReport: Encodable, Sendable {
  /// Outcome of a pin.
  package enum Outcome: String, Encodable, Sendable, CaseIterable {
    /// The failure shows under the schedule file.
    case pinned
    /// The failure shows under turns without rules.
    case turnsSuffice = "turns-suffice"
    /// Rules were found, but the failure shows in too few of the trials that measured them.
    case unreliable
    /// No rules were found.
    case noSchedule = "no-schedule"
    /// No trial under turns shows the failure.
    case noTwin = "no-twin"
    /// A trial under turns shows the failure, and its repetition does not.
    case notRepeatable = "not-repeatable"

    package var isPinned: Bool { self == .pinned || self == .turnsSuffice }
  }

  /// Share of a run's valid trials that show the failure.
  package struct Sample: Encodable, Sendable, Hashable {
    package let run: String
    package let rate: Rate

    package init(run: String, rate: Rate) { (self.run, self.rate) = (run, rate) }
  }

  /// Amount of what was tried to find rules.
  package struct Tried: Encodable, Sendable, Hashable {
    /// Sets of rules.
    package let schedules: Int
    package let trials: Int

    package init(schedules: Int, trials: Int) { (self.schedules, self.trials) = (schedules, trials) }
  }

  /// Program that was exported.
  package struct Export: Encodable, Sendable, Hashable {
    package let file: String
    /// Share of guests of free vCPUs in which one round of it shows the failure.
    package let rate: Rate
    /// Least and greatest delay of its actors in microseconds; nil where the scenario has none.
    package let delays: [Int]?

    package init(file: String, rate: Rate, delays: [Int]?) {
      (self.file, self.rate, self.delays) = (file, rate, delays)
    }
  }

  /// Share of trials that must show the failure.
  package static let wantedRate = 0.9

  package let scenario: String
  package let kernel: KernelRecord
  /// `RUN/TRIAL` that was to be pinned.
  package let trial: String
  package let finding: Finding
  package let seed: UInt64
  /// The command that does the same again.
  package let command: String
  package var outcome = Outcome.noSchedule
  /// Trials under turns without rules.
  package var control: Sample?
  /// `RUN/TRIAL` under turns that shows the failure.
  package var twin: String?
  package var tried = Tried(schedules: 0, trials: 0)
  package var schedule: RunSchedule?
  /// Trials with the schedule.
  package var measured: Sample?
  /// Order of the tasks in a trial with the schedule, up to the failure; empty when it was not traced.
  package var story: [StoryStep] = []
  /// Report of the run that measured the schedule.
  package var measurement: RunReport?
  /// The command that shows the failure again.
  package var reproduce: String?
  /// The command that repeats one trial with the failure.
  package var replay: String?
  /// The program that was asked for; nil when none was, or nothing was pinned.
  package var export: Export?

  package init(
    scenario: String, kernel: KernelRecord, trial: String, finding: Finding, seed: UInt64, command: String
  ) {
    (self.scenario, self.kernel, self.trial, self.finding) = (scenario, kernel, trial, finding)
    (self.seed, self.command) = (seed, command)
  }

  enum CodingKeys: String, CodingKey {
    case schema, scenario, kernel, trial, signature, title, seed, command, outcome, control, twin, tried, schedule,
      measured, story, reproduce, replay, export
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode("zlab.pin/1", forKey: .schema)
    try container.encode(scenario, forKey: .scenario)
    try container.encode(kernel, forKey: .kernel)
    try container.encode(trial, forKey: .trial)
    try container.encode(finding.signature, forKey: .signature)
    try container.encode(finding.title, forKey: .title)
    try container.encode(seed, forKey: .seed)
    try container.encode(command, forKey: .command)
    try container.encode(outcome, forKey: .outcome)
    try container.encode(control, forKey: .control)
    try container.encode(twin, forKey: .twin)
    try container.encode(tried, forKey: .tried)
    try container.encode(schedule, forKey: .schedule)
    try container.encode(measured, forKey: .measured)
    try container.encode(story, forKey: .story)
    try container.encode(reproduce, forKey: .reproduce)
    try container.encode(replay, forKey: .replay)
    try container.encode(export, forKey: .export)
  }
}
