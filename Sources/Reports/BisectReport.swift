package import Foundation
package import Model

/// Report of a bisection: `zlab bisect status`, `run` and `log` print it.
///
/// The JSON form is the contract `zlab.bisect/2` in docs/contracts.md.
package struct BisectReport: Encodable, Sendable {
  package enum State: String, Encodable, Sendable { case going, finished }

  /// A commit, as far as a reader needs it.
  package struct Commit: Encodable, Sendable, Hashable {
    package var id: String
    package var subject: String
    package var author: String
    package var date: Date

    package init(id: String, subject: String, author: String, date: Date) {
      (self.id, self.subject, self.author, self.date) = (id, subject, author, date)
    }
  }

  /// Commits that nothing tells apart, and the chance that one of them is the culprit.
  package struct Suspects: Encodable, Sendable, Hashable {
    package var chance: Double
    package var commits: [Commit]

    package init(chance: Double, commits: [Commit]) { (self.chance, self.commits) = (chance, commits) }
  }

  /// Results of one commit.
  package struct Evidence: Encodable, Sendable, Hashable {
    package var commit: Commit
    /// `good`, `bad` or `between` its two ends.
    package var end: String
    /// Judged, and of those the ones that show a target.
    package var trials: Int
    package var failures: Int
    /// Cut short by another finding, and missed by the lab: no evidence.
    package var censored: Int
    package var misses: Int
    /// Reason why it cannot be tested; nil when it can.
    package var untestable: String?
    package var kernel: String?
    package var runs: [String]

    package init(
      commit: Commit, end: String, trials: Int, failures: Int, censored: Int, misses: Int, untestable: String?,
      kernel: String?, runs: [String]
    ) {
      (self.commit, self.end, self.trials, self.failures) = (commit, end, trials, failures)
      (self.censored, self.misses, self.untestable) = (censored, misses, untestable)
      (self.kernel, self.runs) = (kernel, runs)
    }
  }

  package struct Signature: Encodable, Sendable, Hashable {
    package var signature: String
    package var title: String?
    package var isTargeted: Bool

    package init(signature: String, title: String?, isTargeted: Bool) {
      (self.signature, self.title, self.isTargeted) = (signature, title, isTargeted)
    }

    enum CodingKeys: String, CodingKey {
      case signature, title
      case isTargeted = "targeted"
    }
  }

  /// Work, done or to do.
  package struct Effort: Encodable, Sendable, Hashable {
    package var trials: Double
    package var builds: Double
    package var seconds: Double

    package init(trials: Double, builds: Double, seconds: Double) {
      (self.trials, self.builds, self.seconds) = (trials, builds, seconds)
    }

    // What is left is estimated; more than one decimal would mean nothing.
    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode((trials * 10).rounded() / 10, forKey: .trials)
      try container.encode((builds * 10).rounded() / 10, forKey: .builds)
      try container.encode((seconds * 10).rounded() / 10, forKey: .seconds)
    }

    private enum CodingKeys: String, CodingKey { case trials, builds, seconds }
  }

  /// The process that carries it on now.
  package struct Worker: Encodable, Sendable, Hashable {
    /// Its number; nil in the moment in which it begins.
    package var process: Int?
    package var since: Date

    package init(process: Int?, since: Date) { (self.process, self.since) = (process, since) }
  }

  package let schema = "zlab.bisect/2"
  package var name: String
  package var repository: String
  package var state: State
  /// nil while nobody carries it on.
  package var worker: Worker?
  /// Outcome; nil while it goes on.
  package var outcome: BisectOutcome?
  package var culprit: Commit?
  /// That the culprit is among the first suspects.
  package var confidence: Double
  package var wantedConfidence: Double
  package var suspects: [Suspects] = []
  /// Commits between the ends, and the ones that hold the culprit with 99 %.
  package var commits: Int
  package var remaining: Int
  package var olderThanGood: Double
  package var rate: [Double]
  package var signatures: [Signature] = []
  package var warnings: [String] = []
  package var evidence: [Evidence] = []
  package var done: Effort
  package var misses: Int
  package var left: Effort?
  package var scenario: String
  package var parameters: [String: String]
  package var started: Date
  package var folder: String
  package var command: String
  /// Commands that show the culprit, and its parent, once more.
  package var checks: [String] = []
  /// Output of the tree's `get_maintainer.pl` for the culprit.
  package var maintainers: [String] = []

  package init(
    name: String, repository: String, state: State, outcome: BisectOutcome?, confidence: Double,
    wantedConfidence: Double,
    commits: Int, remaining: Int, olderThanGood: Double, rate: [Double], done: Effort, misses: Int, scenario: String,
    parameters: [String: String], started: Date, folder: String, command: String
  ) {
    (self.name, self.repository, self.state, self.outcome) = (name, repository, state, outcome)
    (self.confidence, self.wantedConfidence) = (confidence, wantedConfidence)
    (self.commits, self.remaining, self.olderThanGood, self.rate) = (commits, remaining, olderThanGood, rate)
    (self.done, self.misses, self.scenario, self.parameters) = (done, misses, scenario, parameters)
    (self.started, self.folder, self.command) = (started, folder, command)
  }

  enum CodingKeys: String, CodingKey {
    case schema, name, repository, state, worker, outcome, culprit, confidence, suspects, commits, remaining, rate,
      signatures
    case warnings, evidence, done, misses, left, scenario, parameters, started, folder, command, checks, maintainers
    case wantedConfidence = "wanted_confidence"
    case olderThanGood = "older_than_good"
  }
}
