import Foundation

/// Places where the failure rate changes along the history, given the likeliest suspect as culprit: the forward-backward
/// algorithm over the tested commits that are bad then (Rabiner, Proc. IEEE 77, 1989).
///
/// Such a place is where a second bug of the same signature came in, or something that makes the first one likelier.
struct RateChangePlace {
  /// Positions: the rate is another in the newer commit than in the older one.
  let older: Int
  let newer: Int
  /// The chance that it changes between the two.
  let chance: Double

  /// The narrowest stretch between tested commits with most of the chance of a change; nil where no change is likely.
  init?(_ search: BisectSearch, culprit: Int) {
    let bad = search.tested.filter { search.history.ancestry.contains(culprit, in: $0) }
    let gaps = Self.changes(search, bad)
    let all = min(1, gaps.reduce(0, +))
    guard all >= 0.5 else { return nil }
    var best: (first: Int, last: Int, size: Int, chance: Double)?
    for first in gaps.indices {
      var chance = 0.0
      for last in first..<gaps.count {
        chance += gaps[last]
        guard chance >= 0.8 * all else { continue }
        let size = bad[first] - bad[last + 1]
        if best.map({ size < $0.size }) ?? true { best = (first, last, size, min(1, chance)) }
        break
      }
    }
    guard let best else { return nil }
    (newer, older, chance) = (bad[best.first], bad[best.last + 1], best.chance)
  }

  /// For each two neighbours among the commits, newest first, the chance that the rate changes between them.
  private static func changes(_ search: BisectSearch, _ bad: [Int]) -> [Double] {
    guard bad.count > 1 else { return [] }
    let (model, count) = (search.model, Double(search.history.count))
    let points = model.grid.count
    let evidence = bad.map { search.tallies[$0]?.evidence?.values ?? [Double](repeating: 1, count: points) }
    let shares = zip(bad, bad.dropFirst()).map { newer, older in
      model.paces.map { -expm1(-$0.changes * Double(newer - older) / count) }
    }
    // What the older commits say, given the rate at each.
    var older = [[Double](repeating: 1, count: points * model.paces.count)]
    for gap in shares.indices.reversed() {
      let seen = weighed(older[older.count - 1], evidence[gap + 1])
      var before = seen
      for (pace, share) in shares[gap].enumerated() {
        model.grid.average(&before, from: pace * points, share: share, model.paces[pace].move)
      }
      older.append(normalized(before))
    }
    older.reverse()
    var newer = weighed(model.paces.flatMap { pace in model.grid.prior.map { $0 * pace.statedChance } }, evidence[0])
    return shares.indices.map { gap in
      let next = weighed(older[gap + 1], evidence[gap + 1])
      var moved = normalized(newer)
      let stayed = moved.indices.reduce(0) { $0 + moved[$1] * (1 - shares[gap][$1 / points]) * next[$1] }
      for (pace, share) in shares[gap].enumerated() {
        model.grid.blur(&moved, from: pace * points, share: share, model.paces[pace].move)
      }
      let all = moved.indices.reduce(0) { $0 + moved[$1] * next[$1] }
      newer = weighed(moved, evidence[gap + 1])
      return all > 0 ? max(0, 1 - stayed / all) : 0
    }
  }

  private static func weighed(_ belief: [Double], _ evidence: [Double]) -> [Double] {
    belief.indices.map { belief[$0] * evidence[$0 % evidence.count] }
  }

  private static func normalized(_ belief: [Double]) -> [Double] {
    let sum = belief.reduce(0, +)
    return sum > 0 ? belief.map { $0 / sum } : belief
  }
}

extension RateGrid {
  /// The transpose of ``blur(_:from:share:_:)``: what is to come, averaged over where the rate may move to.
  func average(_ values: inout [Double], from start: Int, share: Double, _ move: Move) {
    let own = Array(values[start..<start + count])
    for index in 0..<count {
      let window = own[targets(of: index, move)]
      values[start + index] = (1 - share) * own[index] + share * window.reduce(0, +) / Double(window.count)
    }
  }
}
