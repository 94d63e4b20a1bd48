package import BisectSearch
package import Foundation
package import Model
package import Statistics

/// One thing that a bisection decided, did or learned.
package enum JournalEntry: Codable, Sendable, Hashable {
  /// These trials are to be made, by a run with this id; written before anything is done for them.
  case decided(batch: Int, test: BisectTest, run: String)
  /// A commit's kernel is there. `seconds` is nil when it was there before.
  case built(commit: String, kernel: String, seconds: Double?)
  /// A commit cannot be tested, with the reason in words.
  case untestable(commit: String, skipReason: CommitSkipReason, reason: String, seconds: Double)
  /// A batch's trials ended.
  case tested(batch: Int, outcome: BatchOutcome)
  /// The search ended.
  case answered(answer: BisectAnswer)

  // The stored name is older than the label.
  enum UntestableCodingKeys: String, CodingKey {
    case commit, reason, seconds
    case skipReason = "obstacle"
  }
}

/// Outcome of a batch of trials.
package struct BatchOutcome: Codable, Sendable, Hashable {
  /// Of each trial.
  package var sightings: [TrialObservation]
  /// The signatures of the findings that came first in a trial: what follows may be what a broken kernel stumbles over.
  package var leads: Set<String>
  /// A title for each signature.
  package var titles: [String: String]
  /// By the clock, without the build.
  package var seconds: Double

  /// - Parameter jobs: guests at a time.
  init(_ trials: [Trial], jobs: Int) {
    sightings = trials.map { TrialObservation($0) }
    leads = leadingSignatures(trials)
    titles = Dictionary(trials.flatMap(\.findings).map { ($0.signature, $0.title) }) { first, _ in first }
    seconds = trials.reduce(0) { $0 + max(0, $1.duration) } / Double(max(1, jobs))
  }
}

/// The signatures of the findings that came first in a trial.
package func leadingSignatures(_ trials: [Trial]) -> Set<String> {
  Set(trials.filter { $0.verdict == .fail }.compactMap(\.findings.first?.signature))
}

/// An entry with the time at which it was written.
package struct JournalLine: Codable, Sendable, Hashable {
  package var at: Date
  package var entry: JournalEntry
}
