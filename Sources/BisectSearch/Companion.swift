import Foundation

/// A finding that may be the work of the hunted bug, because it comes with the targets.
///
/// Two explanations of its counts are weighed. Either it comes up by itself, at the same rate in all commits; or only the
/// bug brings it, and then a trial that shows it alone has failed, though no target says so: the bug's own report may be
/// lost, or have another title in older commits.
struct Companion: Sendable {
  let signature: String
  /// The logarithm of how much better the second explains the counts, but for where the trials failed.
  let logOdds: Double

  /// As many as are looked at; each takes as long to weigh as the search without any.
  private static let most = 3

  /// Findings that came with a target in a trial, and without one in another, the most frequent first; the good end's are
  /// no work of the bug.
  static func all(_ search: BisectSearch) -> [Companion] {
    guard let model = search.settings.companions else { return [] }
    var sums: [String: CompanionTrials] = [:]
    for tally in search.tallies.values {
      sums.merge(tally.companions) { $0 + $1 }
    }
    let innocent = search.tallies[0]?.companions ?? [:]
    let found = sums.filter { $0.value.together > 0 && $0.value.alone > 0 && innocent[$0.key] == nil }
      .sorted { ($1.value.together, $0.key) < ($0.value.together, $1.key) }.prefix(most)
    let prior = log(model.chance / (1 - model.chance)) - log(Double(max(1, found.count)))
    return found.map { signature, trials in
      Companion(signature: signature, logOdds: prior + logOdds(of: signature, trials, search))
    }
  }

  private static func logOdds(of signature: String, _ trials: CompanionTrials, _ search: BisectSearch) -> Double {
    let (failures, all) = (search.done.failures, search.done.trials + trials.alone - trials.clean)
    let shown = trials.together + trials.alone
    let byItself = logChance(shown, all - shown)
    let ofTheBug = logChance(trials.together, failures - trials.together)
    return ofTheBug + logOfFaces(signature, search) - byItself
  }

  /// The logarithm of the chance that just these of the failed trials showed a target: at one rate all along, or, as
  /// likely, at one that changes at some commit from which on back the bug has another title.
  private static func logOfFaces(_ signature: String, _ search: BisectSearch) -> Double {
    let counts = search.tested.map { position in
      let tally = search.tallies[position] ?? BisectSearch.Tally()
      return (named: tally.failures, alone: tally.companions[signature]?.alone ?? 0)
    }
    let (named, alone) = counts.reduce((0, 0)) { ($0.0 + $1.named, $0.1 + $1.alone) }
    var (newNamed, newAlone, changed) = (0, 0, 0.0)
    let steady = exp(logChance(named, alone))
    for (place, count) in counts.enumerated() {
      (newNamed, newAlone) = (newNamed + count.named, newAlone + count.alone)
      // Each commit may be the one: so the chance of a gap between tested ones is by its size.
      let next = place + 1 < counts.count ? search.tested[place + 1] : 0
      let gap = Double(search.tested[place] - next) / Double(search.history.count)
      changed += gap * exp(logChance(newNamed, newAlone) + logChance(named - newNamed, alone - newAlone))
    }
    return log((steady + changed) / 2)
  }
}

/// The logarithm of the chance of just these results in their order, at a rate of which nothing is known.
private func logChance(_ yes: Int, _ no: Int) -> Double {
  func logGamma(_ value: Double) -> Double { lgamma(value) }
  let (yes, no) = (Double(yes) + 0.5, Double(no) + 0.5)
  // The gamma function of 1/2 is the root of pi.
  return logGamma(yes) + logGamma(no) - logGamma(yes + no) - log(Double.pi)
}

extension BisectSearch {
  /// The same with every trial that showed the companion counted as failed.
  func counting(_ companion: Companion) -> BisectSearch {
    var other = self
    for (position, tally) in tallies {
      guard let own = tally.companions[companion.signature], own.alone > 0 else { continue }
      other.tallies[position]?.trials += own.alone - own.clean
      other.tallies[position]?.failures += own.alone
      other.tallies[position]?.evidence = model.grid.evidence(
        trials: tally.trials + own.alone - own.clean, failures: tally.failures + own.alone)
    }
    return other
  }
}

/// Prior for findings that come with the hunted one.
package struct CompanionModel: Codable, Hashable, Sendable {
  /// The chance, before any trial, that a finding seen with the targets is the work of their bug; 0.01 to 0.99.
  package var chance = 0.5

  package init() {}
}
