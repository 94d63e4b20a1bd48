import BisectSearch
import Foundation

/// The posterior computed from its definition: every culprit beside every rate, every commit's badness by walking up.
struct BruteForce {
  let parents: [String: [String]]
  let ids: [String]
  let good: String
  let settings: BisectSettings
  var trials: [String: (trials: Int, failures: Int)] = [:]

  /// The same grid as the search has; its rate must not change.
  private static let rates = (0..<48).map { index in
    let (low, high) = (log(0.025 / 0.975), log(0.99 / 0.01))
    return 1 / (1 + exp(-low - (high - low) / 47 * Double(index)))
  }

  init(parents: [String: [String]], good: String, settings: BisectSettings) {
    (self.parents, self.good, self.settings) = (parents, good, settings)
    ids = parents.keys.sorted()
  }

  /// True if `culprit` is `commit` or one of its ancestors; the good end is everybody's.
  func isBad(_ commit: String, _ culprit: String) -> Bool {
    commit == culprit || culprit == good || (parents[commit] ?? []).contains { isBad($0, culprit) }
  }

  /// The chance of each culprit; the good end stands for older ones.
  var chances: [String: Double] {
    var result: [String: Double] = [:]
    for culprit in ids + [good] {
      let belief = culprit == good ? settings.doubtOfGood : (1 - settings.doubtOfGood) / Double(ids.count)
      let sum = Self.rates.reduce(0) { sum, rate in
        sum + prior(rate)
          * trials.reduce(1) { $0 * likelihood($1.value, isBad($1.key, culprit) ? rate : settings.stray) }
      }
      result[culprit] = belief * sum
    }
    let total = result.values.reduce(0, +)
    return result.mapValues { $0 / total }
  }

  private func prior(_ rate: Double) -> Double { (rate + 0.1) * (1 - rate) }

  private func likelihood(_ seen: (trials: Int, failures: Int), _ rate: Double) -> Double {
    pow(rate, Double(seen.failures)) * pow(1 - rate, Double(seen.trials - seen.failures))
  }
}
