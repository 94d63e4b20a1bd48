package import FoundationEssentials

/// A bisection as the database remembers it: how it stands or ended, also when its folder is gone.
package struct BisectRecord: Codable, Sendable, Hashable {
  package enum State: String, Codable, Sendable {
    /// There is no answer yet, whether a process works on it or not.
    case going
    case finished
    /// It was reset before it had an answer.
    case dropped
  }

  /// The commit that brought the bug.
  package struct Culprit: Codable, Sendable, Hashable {
    package var id: String
    package var subject: String
    package var author: String

    package init(id: String, subject: String, author: String) {
      (self.id, self.subject, self.author) = (id, subject, author)
    }
  }

  /// The name and the start: a name may be used again after a reset.
  package var id: String
  package var name: String
  package var repository: String
  package var scenario: String
  package var seed: UInt64
  package var state: State
  package var started: Date
  /// nil until there is an answer.
  package var ended: Date?
  /// nil until there is an answer.
  package var outcome: BisectOutcome?
  package var culprit: Culprit?
  /// That the culprit is among the suspects, 0 to 1.
  package var confidence: Double
  /// Ids of the commits that nothing tells apart from the culprit, with it, oldest first.
  package var suspects: [String]
  /// Target signatures, sorted; while that is still being learned, nothing.
  package var signatures: [String]
  /// Trials and builds that it took so far.
  package var trials: Int
  package var builds: Int
  /// The command that starts the same again.
  package var command: String

  package init(
    name: String, repository: String, scenario: String, seed: UInt64, started: Date, state: State = .going,
    confidence: Double = 0, suspects: [String] = [], signatures: [String] = [], trials: Int = 0, builds: Int = 0,
    command: String = ""
  ) {
    id = Self.id(name, started)
    (self.name, self.repository, self.scenario, self.seed) = (name, repository, scenario, seed)
    (self.started, self.state, self.confidence) = (started, state, confidence)
    (self.suspects, self.signatures, self.trials, self.builds) = (suspects, signatures, trials, builds)
    self.command = command
  }

  /// Id of a bisection.
  package static func id(_ name: String, _ started: Date) -> String { "\(name)@\(started.formatted(.iso8601))" }
}
