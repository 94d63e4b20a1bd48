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
