package import Model

/// Source of one of a plan's kernels.
package enum PlannedOrigin: Sendable, Hashable {
  /// The stock kernel of a Debian release.
  case release(String)
  /// One that is in the cache.
  case cached(String)
  /// Debian's source package, a folder or a tar archive, or a git repository at a revision.
  case source(String, revision: String?)
  /// A branch of a git repository, as it stands or as it is after fetching from this remote.
  case branch(repository: String, name: String, remote: String?)

  /// True if it comes ready to boot, without configuration and patches.
  package var isStock: Bool {
    switch self {
    case .release, .cached: true
    case .source, .branch: false
    }
  }
}

/// One of a plan's sources.
package struct PlannedSource: Sendable, Hashable {
  /// Unique in its plan.
  package var name: String
  package var origin: PlannedOrigin
  /// The line of kernels it is compared within; nil for that of its release.
  package var line: String?
  /// Paths of mails or diffs, applied in this order.
  package var patches: [String]
  /// Names of configurations; empty for a stock kernel.
  package var configs: [String]
}

/// A configuration by name: fragments on top of the usual ones.
package struct PlannedConfig: Sendable, Hashable {
  package var name: String
  /// Names of zlab's fragments, or paths.
  package var fragments: [String]

  /// Of kernels that come built.
  package static let stock = PlannedConfig(name: "stock", fragments: [])
}

/// One of a plan's scenarios.
package struct PlannedScenario: Sendable, Hashable {
  /// One of the catalogue's, or a path.
  package var scenario: String
  /// Its parameters, where they are to be others.
  package var settings: [String: String]
  package var schedule: Schedule
  /// Path of a schedule file whose rules are carried out on top of ``schedule``; nil for none.
  package var scheduleFile: String?
  package var start: TrialStart
  /// Goal of each cell before time is left over.
  package var goal: RunGoal
  /// The scenario's own name.
  package var name: String

  /// Parameters that differ from the scenario's defaults, in words; may be empty.
  package var variant: String {
    var words = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    if let scheduleFile {
      words.append(scheduleFile.split(separator: "/").last.map(String.init) ?? scheduleFile)
    } else if schedule != .mttcg {
      words.append(schedule.description)
    }
    if start == .booted { words.append("cold") }
    return words.joined(separator: " ")
  }
}

/// Retention period of the data of a night.
package struct PlannedRetention: Sendable, Hashable {
  /// Logs of trials, but those of findings that are open; nil for ever.
  package var logs: Duration?
  /// Trials in the database; their counts stay; nil for ever.
  package var trials: Duration?
}

/// Condition for sending mail.
package enum MailOccasion: String, Sendable, CaseIterable {
  case always
  /// Something is new, reappeared or changed, or the lab was in trouble.
  case news
  /// A finding counts that is no known issue.
  case failing
}

/// Configuration of the mail.
package struct PlannedMail: Sendable, Hashable {
  /// The program and its arguments; it gets the mail on its standard input.
  package var command: [String]
  package var occasion: MailOccasion
  /// Names and addresses of hosts and users are replaced.
  package var isRedacted = false
}

/// Plan of a night: kernels, configurations and scenarios, each with each.
package struct Plan: Sendable, Hashable {
  package var name: String
  /// As it was read.
  package var text: String
  /// The file that it was read from.
  package var file: String
  package var sources: [PlannedSource]
  /// By name.
  package var configs: [String: PlannedConfig]
  package var scenarios: [PlannedScenario]
  /// No trial starts after it; nil when the night takes as long as it takes.
  package var budget: Duration?
  /// True if what is left of the budget goes into more trials.
  package var usesLeftOver: Bool
  /// Guests at a time; nil for as many as the host carries.
  package var jobs: Int?
  /// Place of execution of trials.
  package var executor: ExecutorSettings
  /// Of rates, strictly between 0 and 1.
  package var confidence: Double
  /// The path of the list of known issues.
  package var knownIssues: String?
  package var retention: PlannedRetention
  package var recipients: [String]
  /// nil sends none.
  package var mail: PlannedMail?
  /// Positions of the cells to run; nil for all.
  package var selection: Set<Int>?
}

/// One kernel of a plan, with one configuration.
package struct PlannedKernel: Sendable, Hashable {
  package var source: PlannedSource
  package var config: PlannedConfig

  package init(source: PlannedSource, config: PlannedConfig) {
    self.source = source
    self.config = config
  }
}

/// One kernel, configuration and scenario.
package struct PlannedCell: Sendable, Hashable {
  /// From 1.
  package var position: Int
  package var kernel: PlannedKernel
  package var scenario: PlannedScenario

  /// Stable key of this cell in every night of its plan: its seed follows from it.
  package var name: String {
    [kernel.source.name, kernel.config.name, scenario.name, scenario.variant].joined(separator: "\n")
  }
}

extension Plan {
  /// The kernels, in order.
  package var kernels: [PlannedKernel] {
    sources.flatMap { source in
      let chosen = source.origin.isStock ? [.stock] : source.configs.compactMap { configs[$0] }
      return chosen.map { PlannedKernel(source: source, config: $0) }
    }
  }

  /// The kernels of the selected cells, in order.
  package var selectedKernels: [PlannedKernel] {
    let used = Set(cells.map(\.kernel))
    return kernels.filter(used.contains)
  }

  /// The selected cells, in order; positions do not depend on the selection.
  package var cells: [PlannedCell] {
    let pairs = kernels.flatMap { kernel in scenarios.map { (kernel, $0) } }
    let all = pairs.enumerated().map { PlannedCell(position: $0 + 1, kernel: $1.0, scenario: $1.1) }
    return selection.map { chosen in all.filter { chosen.contains($0.position) } } ?? all
  }
}

/// Lookups for the names in a plan.
package struct PlanChecks: Sendable {
  /// The scenario's own name, for a name or path and these parameters; throws what is wrong.
  package var scenario: @Sendable (String, [String: String]) throws(RequestError) -> String
  /// Throws what is wrong with a fragment's name or path.
  package var fragment: @Sendable (String) throws(RequestError) -> Void
  /// Throws what is wrong with a patch's path.
  package var patch: @Sendable (String) throws(RequestError) -> Void
  /// Throws what is wrong with a source.
  package var origin: @Sendable (PlannedOrigin) throws(RequestError) -> Void
  /// The schedule beneath the rules of a schedule file; throws what is wrong with the file.
  package var schedule: @Sendable (String) throws(RequestError) -> Schedule

  package init(
    scenario: @escaping @Sendable (String, [String: String]) throws(RequestError) -> String,
    fragment: @escaping @Sendable (String) throws(RequestError) -> Void,
    patch: @escaping @Sendable (String) throws(RequestError) -> Void,
    origin: @escaping @Sendable (PlannedOrigin) throws(RequestError) -> Void,
    schedule: @escaping @Sendable (String) throws(RequestError) -> Schedule
  ) {
    self.scenario = scenario
    self.fragment = fragment
    self.patch = patch
    self.origin = origin
    self.schedule = schedule
  }
}
