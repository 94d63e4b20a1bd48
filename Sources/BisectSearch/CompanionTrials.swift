/// Trials of one commit that showed another finding, with a target signature or without one.
package struct CompanionTrials: Codable, Hashable, Sendable {
  /// Trials that showed it and a target.
  package var together: Int
  /// Trials that showed it and no target.
  package var alone: Int
  /// Of ``alone``, those that went on to their end and so count as clean.
  package var clean: Int

  package init(together: Int = 0, alone: Int = 0, clean: Int = 0) {
    (self.together, self.alone, self.clean) = (together, alone, clean)
  }

  package static func + (one: CompanionTrials, other: CompanionTrials) -> CompanionTrials {
    CompanionTrials(
      together: one.together + other.together, alone: one.alone + other.alone, clean: one.clean + other.clean)
  }
}
