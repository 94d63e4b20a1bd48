package import Model

/// Next action of a search.
package enum BisectStep: Hashable, Sendable {
  /// Trials of one commit.
  case test(BisectTest)
  /// There is an answer.
  case finished(BisectAnswer)
}

/// Trials of one commit that a search asks for.
///
/// They end with the first one that shows a target signature; further ones, where several run at a time, are
/// evidence all the same. Misses are to be made up for, or not: what is missing is asked for again.
package struct BisectTest: Codable, Hashable, Sendable {
  /// Reason why it is tested.
  package enum Purpose: String, Codable, Hashable, Sendable {
    /// To learn the failure rate at the bad end.
    case calibration
    /// To see that the good end is good.
    case goodEnd = "good-end"
    /// To tell suspects apart.
    case search
    /// To see whether there is a second bug of the signature, and where it came in.
    case secondBug = "second-bug"
  }

  package let commit: String
  /// Judged trials at most, at least 1.
  package let trials: Int
  package let purpose: Purpose
  /// No kernel of it is there yet.
  package let needsBuild: Bool
  /// Expected information gain about the culprit, in bits.
  package let information: Double

  enum CodingKeys: String, CodingKey {
    case commit, trials, purpose, information
    case needsBuild = "needs_build"
  }
}

/// Outcome of a search.
package struct BisectAnswer: Codable, Hashable, Sendable {
  package let outcome: BisectOutcome
  /// The likeliest culprit; nil unless found or undecided.
  package let commit: String?
  /// The chance that the culprit is among ``suspects``, 0 to 1.
  package let confidence: Double
  /// Commits that cannot be distinguished because none between them can be tested, oldest first: the commit alone where
  /// all is well.
  package let suspects: [String]
}

/// Commits that no test tells apart, and the chance that one of them is the culprit.
package struct BisectSuspects: Codable, Hashable, Sendable {
  /// Oldest first; the last one is the oldest that can be tested, where any of them can.
  package let commits: [String]
  package let chance: Double
}
