/// Trials of an earlier run that a run makes once more, under their numbers and with their seeds.
package struct RepeatedTrials: Codable, Sendable, Hashable {
  /// The earlier run's id.
  package var run: String
  /// Their numbers in both runs, in ascending order.
  package var trials: [Int]

  package init(run: String, trials: [Int]) { (self.run, self.trials) = (run, trials) }
}

/// Replay of one trial of an earlier run, as it was given then.
package struct Replay: Codable, Sendable, Hashable {
  /// The earlier run's id.
  package var run: String
  /// The trial's number there.
  package var trial: Int
  /// Result of the original trial.
  package var verdict: TrialVerdict
  /// The signatures of its findings there, in the order of its console.
  package var signatures: [String]

  package init(of trial: Trial, in run: Run) {
    self.run = run.id
    self.trial = trial.number
    verdict = trial.verdict
    signatures = trial.findings.map(\.signature)
  }
}
