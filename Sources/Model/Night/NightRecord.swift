package import FoundationEssentials

/// One night: a plan that was carried out, or is being.
package struct NightRecord: Codable, Sendable, Hashable {
  /// 8 hex digits, drawn at the start.
  package var id: String
  /// The plan's name.
  package var plan: String
  /// The plan as it was when the night began, as YAML.
  package var planText: String
  /// Directory of the plan: its relative paths are meant from there.
  package var planFile: String
  /// Decides the seeds of all runs.
  package var seed: UInt64
  package var state: RunState
  package var started: Date
  package var ended: Date?
  /// Seconds that were worked on it, pauses left out, as far as cells came to an end.
  package var spent: Double
  /// Guests at a time.
  package var jobs: Int
  /// The command that makes the same night again.
  package var command: String
  /// Facts of the host by name.
  package var host: [String: String]
  /// The known issues as they were when the night ended.
  package var known: [KnownIssueRecord]

  package init(
    id: String, plan: String, planText: String, planFile: String, seed: UInt64, started: Date, jobs: Int,
    command: String, host: [String: String]
  ) {
    self.id = id
    self.plan = plan
    self.planText = planText
    self.planFile = planFile
    self.seed = seed
    self.started = started
    self.jobs = jobs
    self.command = command
    self.host = host
    state = .running
    spent = 0
    known = []
  }
}

/// State of a cell of a night.
package enum CellState: String, Codable, Sendable, CaseIterable {
  case waiting, running
  /// All that the plan asks for was done.
  case finished
  /// The lab kept failing.
  case abandoned
  /// The source, or what the plan says of it, gives no kernel to boot.
  case cannotBuild = "cannot-build"
  /// The lab could not get, build or prepare what it needs.
  case labFailed = "lab-failed"
  /// The night was over before its turn, or before it was done, or no trial reached a rule of its schedule.
  case notReached = "not-reached"
}

/// Key that cells of different nights must share to be compared.
package struct CellKey: Codable, Sendable, Hashable {
  /// The name that the plan gives it.
  package var scenario: String
  /// Parameters that differ from the scenario's defaults, in words; may be empty.
  package var variant: String
  /// The line of kernels, for instance `6.1`, or a branch.
  package var line: String
  /// The configuration by the plan's name; `stock` for a kernel that comes built.
  package var config: String

  package init(scenario: String, variant: String, line: String, config: String) {
    self.scenario = scenario
    self.variant = variant
    self.line = line
    self.config = config
  }
}

/// One kernel, configuration and scenario of a night.
package struct CellRecord: Codable, Sendable, Hashable {
  /// From 1, in the plan's order.
  package var position: Int
  /// From 1, in the order in which the night takes them.
  package var turn: Int
  package var key: CellKey
  /// Name of the kernel in the plan.
  package var kernel: String
  /// The id of that kernel as the night found it; nil when that could not be told.
  package var kernelID: String?
  /// The revision that the kernel's branch stood at; nil where there is none.
  package var revision: String?
  package var state: CellState
  /// Reason why it could not be built or was given up.
  package var reason: String?
  /// The run that holds its trials; nil when none was begun.
  package var run: String?
  /// Reason why it came where it did in the night's order.
  package var why: String

  package init(position: Int, turn: Int, key: CellKey, kernel: String, why: String) {
    self.position = position
    self.turn = turn
    self.key = key
    self.kernel = kernel
    self.why = why
    state = .waiting
  }
}
