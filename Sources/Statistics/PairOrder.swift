package import Model

/// One trial's place in a comparison.
package struct PairPlace: Sendable, Hashable {
  /// From 1.
  package var pair: Int
  package var side: PatchSide

  package init(pair: Int, side: PatchSide) {
    self.pair = pair
    self.side = side
  }
}

/// The order of a comparison's trials: pair after pair, each pair in an order drawn by lot.
///
/// The lot is what makes the two sides comparable: whatever else differs between the first and the second trial of a
/// pair, be it the machine's load or a cold cache, falls on either side alike.
package struct PairOrder: Sendable {
  private var generator: SplitMix64
  private var due: [PairPlace] = []
  private var pairs = 0

  /// The same seed gives the same order.
  /// - Parameter pairs: that there were before.
  package init(seed: UInt64, after pairs: Int = 0) {
    generator = SplitMix64(seed: seed)
    self.pairs = pairs
  }

  /// The place of the trial to begin now; there is always one.
  /// - Parameter onlyAfter: the trials before the patch are enough: four of five times, by lot, the place is one after
  ///   the patch without a partner.
  package mutating func next(onlyAfter: Bool = false) -> PairPlace {
    if due.isEmpty {
      pairs += 1
      if onlyAfter, Int.random(in: 0..<5, using: &generator) > 0 { return PairPlace(pair: pairs, side: .after) }
      let sides: [PatchSide] = Bool.random(using: &generator) ? [.before, .after] : [.after, .before]
      due = sides.map { PairPlace(pair: pairs, side: $0) }
    }
    return due.removeFirst()
  }

  /// Makes up for a trial that was a miss: its place is due again, after its partner's if that is still due.
  ///
  /// So no side misses again and again before the other has had its turn.
  package mutating func missed(_ place: PairPlace) {
    due.insert(place, at: due.first.map { $0.pair == place.pair } == true ? 1 : 0)
  }
}
