import Foundation

/// The failure rates that are held possible, as points of a grid, evenly spaced by their odds' logarithm.
///
/// A neighbouring rate is a fifth away where rates are small: closer than any affordable number of trials could tell.
struct RateGrid: Sendable {
  /// From the smallest rate worth searching with to 99 %.
  let rates: [Double]
  /// Prior distribution of the rate. Chosen so that a search is right about equally often at rates from 5 % to 50 %:
  /// see docs/bisect-search.md.
  let prior: [Double]
  private let logFail: [Double]
  private let logPass: [Double]
  /// Of the logarithm of the odds, between neighbours.
  private let step: Double
  /// Points below the smallest rate worth searching with.
  let lower: Int

  /// Distances, in points, by which a rate moves when it changes: all equally likely.
  typealias Move = ClosedRange<Int>

  /// - Parameters:
  ///   - below: how far the odds reach below those of the smallest rate, as a factor.
  ///   - weight: of those rates beside the others.
  init(from smallest: Double, below: Double = 1, weight: Double = 0) {
    let (low, high) = (log(smallest / (1 - smallest)), log(0.99 / 0.01))
    let step = (high - low) / 47
    let lower = Int((log(below) / step).rounded())
    (self.step, self.lower) = (step, lower)
    rates = (-lower..<48).map { 1 / (1 + exp(-low - step * Double($0))) }
    // By the odds' logarithm; that of Beta(a, b) is p^a (1 - p)^b there. The 0.1 keeps rare failures in mind.
    let density = rates.enumerated().map { ($1 + 0.1) * (1 - $1) * ($0 < lower ? weight : 1) }
    let sum = density.reduce(0, +)
    prior = density.map { $0 / sum }
    logFail = rates.map { log($0) }
    logPass = rates.map { log1p(-$0) }
  }

  var count: Int { rates.count }

  /// Likelihood of trials: the chance of exactly these results in their order at each rate, divided by e to
  /// `scale`.
  struct Evidence: Sendable {
    var values: [Double]
    var scale = 0.0
  }

  func evidence(trials: Int, failures: Int) -> Evidence {
    let (failures, passes) = (Double(failures), Double(trials - failures))
    let logs = rates.indices.map { failures * logFail[$0] + passes * logPass[$0] }
    let scale = logs.max() ?? 0
    return Evidence(values: logs.map { exp($0 - scale) }, scale: scale)
  }

  /// The chance that so many trials of a bad commit stay clean, at each rate.
  func clean(_ trials: Int) -> [Double] { logPass.map { exp(Double(trials) * $0) } }

  /// Factors on the odds, as distances.
  func move(_ factors: ClosedRange<Double>) -> Move {
    Int((log(factors.lowerBound) / step).rounded())...Int((log(factors.upperBound) / step).rounded())
  }

  /// Points to which a rate may move; no further than the ends of the grid.
  func targets(of index: Int, _ move: Move) -> ClosedRange<Int> {
    let first = min(max(0, index + move.lowerBound), count - 1)
    return first...max(first, min(count - 1, index + move.upperBound))
  }

  /// Moves the part `share` of a belief to other rates.
  /// - Parameter start: of the belief among others.
  func blur(_ belief: inout [Double], from start: Int, share: Double, _ move: Move) {
    let count = count
    var steps = [Double](repeating: 0, count: count + 1)
    for index in 0..<count {
      let targets = targets(of: index, move)
      let part = belief[start + index] / Double(targets.count)
      steps[targets.lowerBound] += part
      steps[targets.upperBound + 1] -= part
    }
    var sum = 0.0
    for index in 0..<count {
      sum += steps[index]
      belief[start + index] = (1 - share) * belief[start + index] + share * max(0, sum)
    }
  }

  /// Mean and central 95 % of a belief that sums up to 1.
  func summary(_ belief: [Double]) -> BisectRate {
    let mean = zip(rates, belief).reduce(0) { $0 + $1.0 * $1.1 }
    return BisectRate(mean: mean, low: quantile(0.025, belief), high: quantile(0.975, belief))
  }

  private func quantile(_ chance: Double, _ belief: [Double]) -> Double {
    var below = 0.0
    for (index, value) in belief.enumerated() {
      if below + value >= chance, value > 0 {
        // Each point stands for what is half a step around it.
        let place = min(max(Double(index) - 0.5 + (chance - below) / value, 0), Double(count - 1))
        let lower = min(Int(place), count - 2)
        return rates[lower] + (rates[lower + 1] - rates[lower]) * (place - Double(lower))
      }
      below += value
    }
    return rates[count - 1]
  }
}
