import Model

/// Commits that no test can tell apart: the same testable commits descend from them.
struct SuspectGroups: Sendable {
  struct Group: Sendable {
    /// Ascending.
    var positions: [Int]
    var chance: Double
  }

  /// In no order.
  private let groups: [Group]
  /// The likeliest.
  let first: Group

  init(_ search: BisectSearch, _ chances: [Double]) {
    // A test that was made tells apart, also where none can be made any more.
    let barred = search.tallies.filter { $0.value.skipReason != nil && !$0.value.isTelling }
    if barred.isEmpty {
      let place = chances.indices.max { (chances[$0], $0) < (chances[$1], $1) } ?? 0
      first = Group(positions: [place], chance: chances[place])
      groups = chances.indices.filter { chances[$0] >= 1e-7 }.map { Group(positions: [$0], chance: chances[$0]) }
      return
    }
    var places: [UInt64: Int] = [:]
    var found: [Group] = []
    for (position, mark) in marks(search.history.ancestry, isBarred: { barred[$0] != nil }).enumerated() {
      if let place = places[mark] {
        found[place].positions.append(position)
        found[place].chance += chances[position]
      } else {
        places[mark] = found.count
        found.append(Group(positions: [position], chance: chances[position]))
      }
    }
    groups = found.filter { $0.chance >= 1e-7 }
    first =
      groups.max { ($0.chance, $0.positions[0]) < ($1.chance, $1.positions[0]) } ?? Group(positions: [0], chance: 0)
  }

  /// Likeliest first, without those that have next to no chance.
  var sorted: [Group] { groups.sorted { ($0.chance, $0.positions[0]) > ($1.chance, $1.positions[0]) } }
}

/// For each position a number that stands for the set of testable commits that descend from it (Zobrist hashing).
private func marks(_ ancestry: Ancestry, isBarred: (Int) -> Bool) -> [UInt64] {
  var steps = [UInt64](repeating: 0, count: ancestry.count + 1)
  for position in 0..<ancestry.count where !isBarred(position) {
    var lots = SplitMix64(seed: UInt64(position))
    let lot = lots.next()
    ancestry.forEachRun(position) { first, last in
      steps[first] ^= lot
      steps[last + 1] ^= lot
    }
  }
  for position in 1..<ancestry.count { steps[position] ^= steps[position - 1] }
  return Array(steps.prefix(ancestry.count))
}
