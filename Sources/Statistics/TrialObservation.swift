package import Model

/// Observation of one trial.
package struct TrialObservation: Codable, Sendable, Hashable {
  package var verdict: TrialVerdict
  /// Of the findings that count.
  package var signatures: Set<String>
  /// True if the trial went on to its end, so that a second failure could have shown beside the first.
  package var ranToEnd: Bool
  /// True if a rule of its schedule file was not reached, so that what did not show proves nothing; nil for false.
  package var isUnreached: Bool?

  package init(verdict: TrialVerdict, signatures: Set<String> = [], ranToEnd: Bool = false) {
    self.verdict = verdict
    self.signatures = signatures
    self.ranToEnd = ranToEnd
  }

  /// Observation of `trial`.
  ///
  /// A kernel that goes on after an oops stumbles from one to the next: what it prints once it is tainted `D` (died,
  /// Documentation/admin-guide/tainted-kernels.rst) follows from what came first, and names no bug of its own.
  package init(_ trial: Trial) {
    let first = trial.findings.prefix(1) + trial.findings.dropFirst().filter { $0.taint?.contains("D") != true }
    self.init(
      verdict: trial.verdict, signatures: Set(first.map(\.signature)), ranToEnd: trial.end == .completed)
    if trial.schedule?.rules.contains(where: { $0.arrivals == 0 }) == true { isUnreached = true }
  }

  /// Classification of a valid trial for target signatures; censored is one that something else cut short, or that did
  /// not reach a rule of its schedule.
  package enum Look: Sendable { case shown, clean, censored }

  /// Classification of a valid trial for these signatures.
  package func look(for targeted: Set<String>) -> Look {
    if !signatures.isDisjoint(with: targeted) { return .shown }
    return isUnreached != true && (verdict == .pass || ranToEnd) ? .clean : .censored
  }
}
