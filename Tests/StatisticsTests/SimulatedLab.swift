import Records
import Statistics

/// A lab whose kernels fail as often as told, the same with each seed.
struct SimulatedLab {
  /// Result of one trial of a kernel: the first signature whose rate comes up by lot, or none.
  struct Kernel {
    var rates: [(signature: String, rate: Double)] = []
    /// Of all trials.
    var misses = 0.0
    /// True if trials go on after a finding.
    var runsToEnd = false
  }

  var before: Kernel
  var after: Kernel
  private var lots: Lots

  init(before: Kernel, after: Kernel, seed: UInt64) {
    (self.before, self.after) = (before, after)
    lots = Lots(state: seed)
  }

  /// Two kernels that show `bug` at these rates and nothing else.
  init(_ before: Double, _ after: Double, seed: UInt64) {
    self.init(before: Kernel(rates: [("bug", before)]), after: Kernel(rates: [("bug", after)]), seed: seed)
  }

  mutating func trial(_ side: PatchSide) -> Sighting {
    let kernel = side == .before ? before : after
    if kernel.misses > 0, Double.random(in: 0..<1, using: &lots) < kernel.misses { return Sighting(verdict: .miss) }
    for (signature, rate) in kernel.rates where Double.random(in: 0..<1, using: &lots) < rate {
      return Sighting(verdict: .fail, signatures: [signature], ranToEnd: kernel.runsToEnd)
    }
    return Sighting(verdict: .pass, ranToEnd: true)
  }

  /// Makes trials until the judge has enough.
  mutating func verify(hunting hunted: Set<String>? = nil, limits: FixLimits = FixLimits()) -> FixJudgement {
    var judge = FixJudge(hunting: hunted, limits: limits)
    var order = PairOrder(seed: lots.next())
    for _ in 0..<10 * limits.maximumPairs {
      let place = order.next()
      let sighting = trial(place.side)
      judge.add(sighting, place)
      if sighting.verdict == .miss { order.missed(place) }
      let judgement = judge.judgement()
      if judgement.isFinal { return judgement }
    }
    return judge.judgement(isOver: true)
  }
}

/// A linear congruential generator (Knuth's MMIX) whose upper bits are mixed down.
struct Lots: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let mixed = (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
    return mixed ^ (mixed >> 29)
  }
}
