package import FoundationEssentials

/// Aggregate of many trials of one scenario on one kernel add up to.
package enum RunVerdict: String, Codable, Sendable, CaseIterable {
  /// No trial failed, and as many as were asked for passed.
  case clean
  /// At least one trial failed.
  case failing
  /// No trial failed, and too few passed for the confidence asked.
  case inconclusive
}

/// Reason for the end of a run.
package enum RunState: String, Codable, Sendable, CaseIterable {
  case running
  /// It did what was asked.
  case finished
  /// The user or a signal stopped it.
  case interrupted
  /// The lab kept failing, so it gave up.
  case abandoned
}

/// Goal of a run.
package struct RunGoal: Codable, Sendable, Hashable {
  /// Trials to judge; misses are made up for.
  package var trials: Int?
  /// In seconds: no trial starts after this time.
  package var time: Double?
  /// Stop at the first trial that fails.
  package var untilFinding: Bool

  package init(trials: Int? = nil, time: Double? = nil, untilFinding: Bool = false) {
    self.trials = trials
    self.time = time
    self.untilFinding = untilFinding
  }

  enum CodingKeys: String, CodingKey {
    case trials, time
    case untilFinding = "until_finding"
  }
}

/// Many trials of one scenario on one kernel.
package struct Run: Codable, Sendable, Hashable {
  /// 8 hex digits, drawn at the start.
  package var id: String
  package var scenario: String
  /// Text of the scenario when the run was started, as YAML.
  package var scenarioText: String
  package var kernel: KernelRecord
  package var image: ImageRecord
  /// Decides the seeds of all trials; in a replay it is the trial's own.
  package var seed: UInt64
  /// Stopping rule.
  package var goal: RunGoal
  /// The scenario's parameters, as they were set.
  package var parameters: [String: String]
  package var confidence: Double
  /// Schedule of the vCPUs; nil in runs from before there was a choice, which ran freely.
  package var schedule: Schedule?
  /// Schedule file whose rules are carried out on top of ``schedule``; nil for none.
  package var rules: RunSchedule?
  /// Start of its trials; nil in runs from before there was a choice, which booted.
  package var start: TrialStart?
  /// Guests at a time; nil in runs from before it was kept.
  package var jobs: Int?
  /// Maximum number of failed guests that may leave a core; nil for none, and in runs from before it was kept.
  package var cores: Int?
  /// The trial that it repeats; nil when its trials are its own.
  package var replay: Replay?
  /// The trials that it makes once more; nil when its trials are its own.
  package var repeats: RepeatedTrials?
  package var state: RunState
  package var started: Date
  package var ended: Date?
  /// The command that makes the same run again.
  package var command: String
  /// Directory of the logs.
  package var folder: String
  /// Facts of the host by name: zlab, libvirt and QEMU versions.
  package var host: [String: String]

  package init(
    id: String, scenario: String, scenarioText: String, kernel: KernelRecord, image: ImageRecord, seed: UInt64,
    goal: RunGoal, parameters: [String: String], confidence: Double, schedule: Schedule = .mttcg, started: Date,
    start: TrialStart = .restored, command: String, folder: String, host: [String: String]
  ) {
    self.id = id
    self.scenario = scenario
    self.scenarioText = scenarioText
    self.kernel = kernel
    self.image = image
    self.seed = seed
    self.goal = goal
    self.parameters = parameters
    self.confidence = confidence
    self.schedule = schedule
    self.start = start
    self.started = started
    self.command = command
    self.folder = folder
    self.host = host
    state = .running
  }
}

/// The name of a trial's folder in its run's: `trial-0001`.
package func trialFolderName(_ number: Int) -> String {
  let digits = String(number)
  return "trial-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

extension Run {
  /// Path of the console log of one of its trials.
  package func consoleLog(ofTrial number: Int) -> String { "\(folder)/\(trialFolderName(number))/console.log" }
}
