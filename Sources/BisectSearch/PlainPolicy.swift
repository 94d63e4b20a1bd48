/// The bisection that everybody does: bad at the first failure, good after so many clean trials.
struct PlainPolicy {
  /// A commit to test, and how often; nil when what is left cannot be told apart.
  private(set) var next: (position: Int, trials: Int)?
  /// Positions of commits that may still be the culprit.
  private(set) var left: [Int] = []

  init(_ search: BisectSearch, runs: Int) {
    let ancestry = search.history.ancestry
    var votes = [Int](repeating: 0, count: ancestry.count)
    var needed = 0
    for (position, tally) in search.tallies where tally.failures > 0 {
      needed += 1
      ancestry.forEachRun(position) { first, last in for place in first...last { votes[place] += 1 } }
    }
    for (position, tally) in search.tallies where tally.failures == 0 && tally.trials >= runs {
      ancestry.forEachRun(position) { first, last in for place in first...last { votes[place] = -1 } }
    }
    left = votes.indices.dropFirst().filter { votes[$0] == needed }
    let isLeft = Set(left)
    var counts = [0.0]
    for position in votes.indices { counts.append((counts.last ?? 0) + (isLeft.contains(position) ? 1 : 0)) }
    var best = 0
    for position in 1..<ancestry.count {
      let tally = search.tallies[position] ?? BisectSearch.Tally()
      guard tally.skipReason == nil, tally.failures == 0, tally.trials < runs else { continue }
      let older = Int(ancestry.sum(position, of: counts))
      // One that was begun is finished first.
      let balance = min(older, left.count - older) + (tally.trials > 0 ? left.count : 0)
      guard older > 0, older < left.count, balance > best else { continue }
      best = balance
      next = (position, runs - tally.trials)
    }
  }
}
