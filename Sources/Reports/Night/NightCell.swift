package import Foundation
package import Model
package import Statistics

/// State of a finished cell.
package enum NightCellState: String, Codable, Sendable, CaseIterable {
  case running
  /// All that the plan asks for was done.
  case finished
  /// The user, a signal or the end of the night stopped it.
  case interrupted
  /// The lab kept failing.
  case abandoned
  /// The source does not build: that is the kernel's fault.
  case cannotBuild = "cannot-build"
  /// The lab could not get, build or prepare what it needs: no network, no disk, a tool that lacks.
  case labFailed = "lab-failed"
  /// The night was over before its turn.
  case notReached = "not-reached"
}

/// A configuration by the names that a plan gives it.
package struct NightConfig: Codable, Sendable, Hashable {
  /// As the plan names it; `stock` for a kernel that came built.
  package var name: String
  /// The fragments that were merged, in their order.
  package var fragments: [String]
  /// Link to the whole `.config`: an address or a path; nil when nowhere.
  package var link: String?

  package init(name: String, fragments: [String] = [], link: String? = nil) {
    self.name = name
    self.fragments = fragments
    self.link = link
  }
}

/// One kernel, configuration and scenario of a plan, with what came of it.
package struct NightCell: Codable, Sendable, Hashable {
  /// nil when it could not be built.
  package var kernel: KernelRecord?
  /// Name of the kernel in the plan, for instance `debian:bookworm`.
  package var kernelName: String
  /// The line of kernels that it is compared within, for instance `6.1`.
  package var line: String
  package var config: NightConfig
  package var scenario: String
  /// As they were set.
  package var parameters: [String: String]
  package var state: NightCellState
  /// Reason why it could not be built, was not reached or was given up, in words.
  package var reason: String?
  /// The runs that hold its trials.
  package var runs: [String]
  /// The confidence of its rate, strictly between 0 and 1.
  package var confidence: Double
  /// The command that makes its run again on any machine with zlab; nil when none was begun.
  package var command: String?
  /// Every trial, in the order of starting; where they were taken out to save room, those that are evidence.
  package var trials: [NightTrial]
  /// Counts of pruned trials; nil where `trials` has all of them.
  package var pruned: RunCounts?

  package init(
    kernel: KernelRecord?, kernelName: String, line: String, config: NightConfig, scenario: String,
    parameters: [String: String] = [:], state: NightCellState, reason: String? = nil, runs: [String] = [],
    confidence: Double = 0.95, command: String? = nil, trials: [NightTrial] = [], pruned: RunCounts? = nil
  ) {
    self.kernel = kernel
    self.kernelName = kernelName
    self.line = line
    self.config = config
    self.scenario = scenario
    self.parameters = parameters
    self.state = state
    self.reason = reason
    self.runs = runs
    self.confidence = confidence
    self.command = command
    self.trials = trials
    self.pruned = pruned
  }

  /// Trials with this verdict.
  package func count(_ verdict: TrialVerdict) -> Int {
    pruned.map { $0[verdict] } ?? trials.count { $0.verdict == verdict }
  }

  /// Fails per judged trial, misses left out.
  package var rate: Rate {
    Rate(failures: count(.fail), trials: count(.fail) + count(.pass), confidence: confidence)
  }

  enum CodingKeys: String, CodingKey {
    case kernel, line, config, scenario, parameters, state, reason, runs, confidence, command, trials, pruned
    case kernelName = "kernel_name"
  }
}

/// One trial as far as a report tells it.
package struct NightTrial: Codable, Sendable, Hashable {
  package var run: String
  /// 1-based, in its run.
  package var number: Int
  package var verdict: TrialVerdict
  package var started: Date
  /// Seconds.
  package var duration: Double
  /// Reason why it is a miss, or what ended it early.
  package var note: String?
  /// Of the findings that count, in the order of the console.
  package var signatures: [String]

  package init(
    run: String, number: Int, verdict: TrialVerdict, started: Date, duration: Double, note: String? = nil,
    signatures: [String] = []
  ) {
    self.run = run
    self.number = number
    self.verdict = verdict
    self.started = started
    self.duration = duration
    self.note = note
    self.signatures = signatures
  }

  /// Reported fields of a trial; the note of a miss without one is how it ended.
  package init(_ trial: Trial, run: String) {
    self.init(
      run: run, number: trial.number, verdict: trial.verdict, started: trial.started, duration: trial.duration,
      note: trial.note ?? (trial.verdict == .miss ? trial.end.rawValue : nil),
      signatures: trial.findings.map(\.signature))
  }
}
