import Foundation

/// Trials of commits that are good, all of them together.
struct GoodTrials: Sendable, Hashable {
  var failures = 0
  var passes = 0

  init() {}

  init(_ tally: BisectSearch.Tally) { (failures, passes) = (tally.failures, tally.trials - tally.failures) }

  static func + (one: GoodTrials, other: GoodTrials) -> GoodTrials {
    var sum = one
    sum.failures += other.failures
    sum.passes += other.passes
    return sum
  }

  static func - (one: GoodTrials, other: GoodTrials) -> GoodTrials {
    var difference = one
    difference.failures -= other.failures
    difference.passes -= other.passes
    return difference
  }
}

/// The rates at which good commits may show the targeted signature for another reason, weighed by the trials of the
/// commits that are good if the culprit is in one cell. All good commits share one such rate.
struct StrayRates: Sendable {
  let rates: [Double]
  private let logPrior: [Double]
  private let logFail: [Double]
  private let logPass: [Double]

  init(_ settings: BisectSettings) {
    guard let model = settings.strays else {
      (rates, logPrior) = ([settings.stray], [0])
      (logFail, logPass) = (rates.map { log($0) }, rates.map { log1p(-$0) })
      return
    }
    rates = [settings.stray] + model.rates
    logPrior = [log1p(-model.chance)] + model.rates.map { _ in log(model.chance / Double(model.rates.count)) }
    (logFail, logPass) = (rates.map { log($0) }, rates.map { log1p(-$0) })
  }

  /// The logarithm of the chance of exactly these trials in their order.
  func logEvidence(_ good: GoodTrials) -> Double {
    let logs = logs(good)
    let most = logs.max() ?? 0
    return most + log(logs.reduce(0) { $0 + exp($1 - most) })
  }

  /// The mean rate that these trials leave.
  func summary(_ good: GoodTrials) -> Double {
    let logs = logs(good)
    let most = logs.max() ?? 0
    let beliefs = logs.map { exp($0 - most) }
    return zip(rates, beliefs).reduce(0) { $0 + $1.0 * $1.1 } / beliefs.reduce(0, +)
  }

  private func logs(_ good: GoodTrials) -> [Double] {
    rates.indices.map { logPrior[$0] + Double(good.failures) * logFail[$0] + Double(good.passes) * logPass[$0] }
  }
}
