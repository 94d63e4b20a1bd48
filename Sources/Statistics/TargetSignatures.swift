import Model

/// Criterion of a bad commit: any finding, or one of certain signatures.
package enum TargetSignatures: Codable, Sendable, Hashable {
  case any
  case signatures(Set<String>)

  /// Classification of a valid trial for this criterion.
  package func look(at sighting: TrialObservation) -> TrialObservation.Look {
    switch self {
    case .any: sighting.verdict == .fail ? .shown : sighting.isUnreached == true ? .censored : .clean
    case .signatures(let targeted): sighting.look(for: targeted)
    }
  }
}

/// Totals of the trials of one kernel for a criterion.
package struct Tally: Codable, Sendable, Hashable {
  /// Trials that show it.
  package var shown = 0
  /// Trials that went on to their end without it.
  package var clean = 0
  /// Trials that another finding cut short: a target might have shown later.
  package var censored = 0
  /// Trials that the lab missed.
  package var misses = 0

  package init() {}

  package init(_ sightings: [TrialObservation], targeting targets: TargetSignatures) {
    for sighting in sightings {
      guard sighting.verdict != .miss else {
        misses += 1
        continue
      }
      switch targets.look(at: sighting) {
      case .shown: shown += 1
      case .clean: clean += 1
      case .censored: censored += 1
      }
    }
  }

  /// Trials that are evidence.
  package var judged: Int { shown + clean }

  package static func + (one: Tally, other: Tally) -> Tally {
    var sum = one
    sum.shown += other.shown
    sum.clean += other.clean
    sum.censored += other.censored
    sum.misses += other.misses
    return sum
  }
}
