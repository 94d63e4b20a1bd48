package import Model

/// One signature over all trials of a run.
package struct SignatureCount: Codable, Sendable, Hashable {
  package let signature: String
  package let kind: FindingKind
  package let title: String
  package let function: String?
  /// Trials that show it at least once.
  package let trials: Int
  /// The number of the first trial that shows it.
  package let firstTrial: Int

  package init(
    signature: String, kind: FindingKind, title: String, function: String?, trials: Int, firstTrial: Int
  ) {
    (self.signature, self.kind, self.title, self.function) = (signature, kind, title, function)
    (self.trials, self.firstTrial) = (trials, firstTrial)
  }

  /// Rank among the others of its run.
  package var rank: FindingRank {
    FindingRank(
      kind: kind, namesFunction: function != nil, trials: trials, firstTrial: firstTrial, title: title)
  }

  enum CodingKeys: String, CodingKey {
    case signature, kind, title, function, trials
    case firstTrial = "first_trial"
  }
}

/// Summary of the trials of a run.
package struct RunSummary: Codable, Sendable, Hashable {
  package let verdict: RunVerdict
  package let passes: Int
  package let fails: Int
  package let misses: Int
  /// Fails per judged trial, misses left out.
  package let rate: Rate
  /// The failure rate that the passes exclude at the run's confidence; nil when a trial failed.
  package let excludedRate: Double?
  /// In the order of ``FindingRank``, the worst first.
  package let signatures: [SignatureCount]

  /// Judges `trials`.
  ///
  /// - Parameters:
  ///   - wanted: passes that a clean verdict takes; nil when the run had no count to reach.
  ///   - isFinished: the run did what was asked; without a count to reach, only then can it be clean.
  ///   - isReached: each rule of the run's schedule was reached in a trial; otherwise it is never clean.
  ///   - confidence: strictly between 0 and 1.
  package init(
    _ trials: [Trial], wanted: Int?, isFinished: Bool = true, isReached: Bool = true, confidence: Double
  ) {
    self.init(
      RunCounts(trials), signatures: count(trials), wanted: wanted, isFinished: isFinished, isReached: isReached,
      confidence: confidence)
  }

  /// Judges trials that are counted already.
  /// - Parameter signatures: of all of them, in any order.
  package init(
    _ counts: RunCounts, signatures: [SignatureCount], wanted: Int?, isFinished: Bool, isReached: Bool = true,
    confidence: Double
  ) {
    (passes, fails, misses) = (counts.passes, counts.fails, counts.misses)
    rate = Rate(failures: fails, trials: fails + passes, confidence: confidence)
    excludedRate = fails == 0 && passes > 0 ? rateExcluded(byCleanTrials: passes, confidence: confidence) : nil
    let judged = runVerdict(counts, wanted: wanted, isFinished: isFinished)
    verdict = judged == .clean && !isReached ? .inconclusive : judged
    self.signatures = signatures.sorted { $0.rank < $1.rank }
  }

  enum CodingKeys: String, CodingKey {
    case verdict, passes, fails, misses, rate, signatures
    case excludedRate = "excluded_rate"
  }
}

/// The one rule for a run's verdict: failing with a fail, clean with as many passes as were wanted.
///
/// - Parameters:
///   - wanted: passes that a clean verdict takes; nil when the run had no count to reach.
///   - isFinished: the run did what was asked; without a count to reach, only then can it be clean.
package func runVerdict(_ counts: RunCounts, wanted: Int?, isFinished: Bool) -> RunVerdict {
  if counts.fails > 0 { return .failing }
  let enough = wanted ?? (isFinished ? 1 : .max)
  return counts.passes > 0 && counts.passes >= enough ? .clean : .inconclusive
}

private func count(_ trials: [Trial]) -> [SignatureCount] {
  var first: [String: (finding: Finding, trial: Int)] = [:]
  var seen: [String: Int] = [:]
  for trial in trials.sorted(by: { $0.number < $1.number }) {
    for signature in Set(trial.findings.map(\.signature)) { seen[signature, default: 0] += 1 }
    for finding in trial.findings where first[finding.signature] == nil {
      first[finding.signature] = (finding, trial.number)
    }
  }
  return first.map { signature, sighting in
    SignatureCount(
      signature: signature, kind: sighting.finding.kind, title: sighting.finding.title,
      function: sighting.finding.function, trials: seen[signature] ?? 0, firstTrial: sighting.trial)
  }
}
