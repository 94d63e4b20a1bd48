package import FoundationEssentials

/// Number of trials of a run that showed one signature.
package struct SignatureTally: Codable, Sendable, Hashable {
  /// Trials that show it.
  package var trials: Int
  /// Of these, trials in which it is no mere consequence of another finding.
  package var named: Int
  /// Of these, trials that a finding cut short.
  package var cut: Int

  package init(trials: Int, named: Int, cut: Int) {
    (self.trials, self.named, self.cut) = (trials, named, cut)
  }
}

/// Counts of a run: all that comparing nights takes.
package struct CellTally: Codable, Sendable, Hashable {
  package var night: String
  package var started: Date
  package var run: String
  /// 64 hex digits.
  package var kernel: String
  package var passes: Int
  package var fails: Int
  package var misses: Int
  /// Fails that were cut short by their finding, so that nothing else could show.
  package var cut: Int
  /// Seconds that all its trials took.
  package var seconds: Double
  package var signatures: [String: SignatureTally]

  package init(
    night: String, started: Date, run: String, kernel: String, passes: Int, fails: Int, misses: Int, cut: Int,
    seconds: Double = 0, signatures: [String: SignatureTally] = [:]
  ) {
    self.night = night
    self.started = started
    self.run = run
    self.kernel = kernel
    (self.passes, self.fails, self.misses, self.cut) = (passes, fails, misses, cut)
    self.seconds = seconds
    self.signatures = signatures
  }

  /// Trials that were judged.
  package var judged: Int { passes + fails }

  /// Trials in which this signature could have shown: not those that another finding cut short before it.
  package func telling(_ signature: String) -> Int { judged - cut + (signatures[signature]?.cut ?? 0) }

  /// Trials that show this signature as a bug of its own.
  package func shown(_ signature: String) -> Int { signatures[signature]?.named ?? 0 }
}
