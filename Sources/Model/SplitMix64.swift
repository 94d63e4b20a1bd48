/// Numbers by lot that are the same for the same seed, on every machine: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  private static let step: UInt64 = 0x9e37_79b9_7f4a_7c15

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mixed(state)
  }

  /// The number that a generator of this seed gives after `index` others, to 53 bits.
  ///
  /// So many survive readers of JSON that keep numbers as doubles.
  package static func number(_ seed: UInt64, at index: UInt64) -> UInt64 { mixed(seed &+ step &* (index &+ 1)) >> 11 }

  /// Seed of the simulation of this number in a series: nearby seeds must not share their random numbers.
  package static func seed(_ seed: UInt64, ofSimulation number: Int) -> UInt64 {
    (seed &* 1_000_003 &+ UInt64(number)) &* 0x2545_f491_4f6c_dd1d
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var value = value
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}
