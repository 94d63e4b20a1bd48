package import BisectSearch
package import Foundation
package import Model

/// Target findings of a bisection.
package enum TargetSelection: Codable, Sendable, Hashable {
  /// Every finding that counts.
  case any
  /// Signatures of the bad commit that the good one does not have.
  case learned
  case signatures(Set<String>)
}

/// Request of a bisection, fixed when a bisection was started; nothing of it changes later.
package struct BisectPlan: Codable, Sendable, Hashable {
  package static let schema = "zlab.bisect-plan/1"

  package var schema = Self.schema
  package var name: String
  /// The path of the git repository.
  package var repository: String
  /// Ids of commits: those that are known good by name, and what is taken for good because it is older.
  package var good: [String]
  package var bad: String
  package var scenario: String
  /// A copy of the scenario's file, which command lines name; nil for one of the catalogue's.
  package var scenarioFile: String?
  /// Text of the scenario's file, and its parameters as they were set.
  package var scenarioText: String
  package var parameters: [String: String]
  package var targetSelection: TargetSelection
  package var settings: BisectSettings
  package var seed: UInt64
  package var jobs: Int
  package var schedule: Schedule
  /// Schedule file, of which `file` is a copy; nil for none.
  package var rules: RunSchedule?
  package var start: TrialStart
  /// The image's recipe, or the id of a disk: the scenario's own unless another was asked for.
  package var image: String
  /// Options of the builds, and of where guests run, as words of a command line.
  package var buildWords: [String]
  package var hostWords: [String]
  /// The command that starts the same again.
  package var command: String
  package var started: Date

  package init(
    name: String, repository: String, good: [String], bad: String, scenario: String, scenarioText: String,
    parameters: [String: String], targetSelection: TargetSelection, settings: BisectSettings, seed: UInt64, jobs: Int,
    schedule: Schedule,
    start: TrialStart, image: String, buildWords: [String], hostWords: [String], command: String, started: Date
  ) {
    self.name = name
    self.repository = repository
    self.good = good
    self.bad = bad
    self.scenario = scenario
    self.scenarioText = scenarioText
    self.parameters = parameters
    self.targetSelection = targetSelection
    self.settings = settings
    self.seed = seed
    self.jobs = jobs
    self.schedule = schedule
    self.start = start
    self.image = image
    self.buildWords = buildWords
    self.hostWords = hostWords
    self.command = command
    self.started = started
  }

  // The stored name of the targets is older than the property's.
  enum CodingKeys: String, CodingKey {
    case schema, name, repository, good, bad, scenario, scenarioFile, scenarioText, parameters, settings, seed, jobs
    case schedule, rules, start, image, buildWords, hostWords, command, started
    case targetSelection = "hunt"
  }
}
