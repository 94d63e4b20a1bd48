/// Event of one commit; a search is rebuilt by taking its events in their order.
package enum BisectEvent: Codable, Hashable, Sendable {
  /// The kernel is there from now on: trials of it cost no build any more.
  case built(commit: String, seconds: Double)
  /// Trials ended.
  case tried(BisectTrials)
  /// The commit cannot be tested at all, and is left out from now on.
  case untestable(commit: String, reason: CommitSkipReason, seconds: Double)
  /// The kernel is gone: to test it again takes a build.
  case dropped(commit: String)

  /// The commit that it happened to.
  package var commit: String {
    switch self {
    case .built(let commit, _), .untestable(let commit, _, _), .dropped(let commit): commit
    case .tried(let trials): trials.commit
    }
  }
}

/// Trials of one commit, as evidence.
package struct BisectTrials: Codable, Hashable, Sendable {
  package var commit: String
  /// Trials that were judged: passes, and fails of any kind.
  package var trials: Int
  /// Of these, how many showed a target signature.
  package var failures: Int
  /// Trials that the lab missed: never evidence.
  package var misses: Int
  /// Of all of them together, by the clock, without the build.
  package var seconds: Double
  /// By signature, trials that showed a finding that is no target.
  package var companions: [String: CompanionTrials] = [:]

  package init(commit: String, trials: Int, failures: Int, misses: Int = 0, seconds: Double) {
    (self.commit, self.trials, self.failures, self.misses, self.seconds) = (commit, trials, failures, misses, seconds)
  }

  /// Trials that showed a finding which may be of the same bug, though no target.
  var isTelling: Bool { trials > 0 || companions.values.contains { $0.alone > 0 } }
}

/// Reason why a commit cannot be tested.
package enum CommitSkipReason: String, Codable, Hashable, Sendable {
  /// It does not build.
  case build
  /// It does not boot.
  case boot
  /// Every trial was a miss.
  case misses
  /// The user skipped it.
  case skipped
}
