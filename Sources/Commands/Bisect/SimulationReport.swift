import BisectSearch
import Reports

/// Results of simulated searches: the object of `zlab bisect simulate --format json`.
struct SimulationReport: Encodable {
  /// One policy at one rate.
  struct Line: Encodable {
    let policy: BisectPolicy
    let model: SimulatedModel
    let rate: Double
    let summary: SimulationSummary

    enum CodingKeys: String, CodingKey { case policy, model, rate, summary }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(policy.words, forKey: .policy)
      try container.encode(model, forKey: .model)
      try container.encode(rate, forKey: .rate)
      try summary.encode(to: encoder)
    }
  }

  let schema = "zlab.bisect-simulation/1"
  /// Of all lines, but for the rate.
  let recipe: SimulatedHistory.Recipe
  let confidence: Double
  let seed: UInt64
  let lines: [Line]

  /// Difference between the mean stated confidence and the share of right answers, over all lines of a policy.
  func miscalibration(of policy: BisectPolicy) -> Double {
    let own = lines.filter { $0.policy == policy }
    let total = own.reduce(0) { $0 + $1.summary.histories }
    let stated = own.reduce(0) { $0 + $1.summary.confidence * Double($1.summary.histories) }
    return total == 0 ? 0 : (stated - Double(own.reduce(0) { $0 + $1.summary.right })) / Double(total)
  }

  /// The table for a person.
  func text(_ style: Style) -> String {
    var rows = [["policy", "model", "rate", "right", "stated", "runs", "builds", "cost", "named", "doubted", "both"]]
    for line in lines {
      let summary = line.summary
      let right = 100 * Double(summary.right) / Double(summary.histories)
      rows.append([
        line.policy.words, line.model.rawValue, decimals(line.rate, 3), decimals(right, 1) + " %",
        decimals(summary.confidence * 100, 1) + " %",
        decimals(summary.meanRuns, 1) + " ± " + decimals(summary.runsError, 1),
        decimals(summary.meanBuilds, 1),
        decimals(summary.meanCost, 1), decimals(summary.meanSuspects, 2),
        String(summary.doubted), String(summary.namesBoth),
      ])
    }
    var policies: [BisectPolicy] = []
    for line in lines where !policies.contains(line.policy) { policies.append(line.policy) }
    let words = policies.map { policy in
      "\(policy.words): stated minus observed accuracy, all histories: \(decimals(100 * miscalibration(of: policy), 1)) points"
    }
    return """
      \(table(rows))

      Means over \(lines.first?.summary.histories ?? 0) histories of \(recipe.commits) commits, seed \(seed). \
      runs: trials including those of \
      the end commits and misses, ± standard error;
      cost: trials plus builds at \(decimals(recipe.buildCost, 1)) trials each; named: commits in the answer; doubted: \
      answers that say where the rate changes or that good commits fail; both: answers that name both of two bugs.
      \(words.joined(separator: "\n"))

      """
  }
}

extension BisectPolicy {
  /// As the command line has it.
  var words: String {
    switch self {
    case .information: "information"
    case .plain(let runs): "plain:\(runs)"
    }
  }
}
