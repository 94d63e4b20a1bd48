import Foundation
package import Model
package import Statistics

/// Result of a parameter search: the object of `zlab sweep --format json`.
package struct SweepReport: Encodable, Sendable, Hashable {
  /// One value with its trials.
  package struct Point: Encodable, Sendable, Hashable {
    package let value: Int
    package let rate: Rate
    /// The runs that hold its trials.
    package let runs: [String]

    package init(value: Int, rate: Rate, runs: [String]) {
      (self.value, self.rate, self.runs) = (value, rate, runs)
    }
  }

  /// The value at which trials surely fail most often.
  package struct Best: Encodable, Sendable, Hashable {
    package let value: Int
    /// The command that uses it.
    package let command: String

    package init(value: Int, command: String) { (self.value, self.command) = (value, command) }
  }

  package let scenario: String
  package let kernel: KernelRecord
  /// The parameters that were all set to the value.
  package let parameters: [String]
  /// State of the search.
  package let state: RunState
  package let seed: UInt64
  /// By value.
  package let points: [Point]
  /// nil when no trial failed.
  package let best: Best?
  /// The command that makes the same search again.
  package let command: String

  package init(
    scenario: String, kernel: KernelRecord, parameters: [String], state: RunState, seed: UInt64, points: [Point],
    best: Best?, command: String
  ) {
    (self.scenario, self.kernel, self.parameters, self.state, self.seed) = (scenario, kernel, parameters, state, seed)
    (self.points, self.best, self.command) = (points, best, command)
  }

  /// Trials that were judged.
  package var trials: Int { points.reduce(0) { $0 + $1.rate.trials } }

  enum CodingKeys: String, CodingKey { case schema, scenario, kernel, parameters, state, seed, points, best, command }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode("zlab.sweep/2", forKey: .schema)
    try container.encode(scenario, forKey: .scenario)
    try container.encode(kernel, forKey: .kernel)
    try container.encode(parameters, forKey: .parameters)
    try container.encode(state, forKey: .state)
    try container.encode(seed, forKey: .seed)
    try container.encode(points, forKey: .points)
    try container.encode(best, forKey: .best)
    try container.encode(command, forKey: .command)
  }

  /// The distribution for a person: a line for each value, with a bar as long as its rate.
  package func text(_ style: Style) -> String {
    let cut = state == .finished ? "" : ", " + style.doubtful(state.rawValue)
    var lines = [
      "\(escapedForTerminal(scenario)) on \(escapedForTerminal(kernel.name)): \(count(trials, "trial")) at "
        + "\(count(points.count, "value")) of \(escapedForTerminal(parameters.joined(separator: ", ")))\(cut)", "",
    ]
    lines.append(table(points.map { row($0, style) }))
    lines.append("")
    if let best {
      lines += [style.strong("The best value is \(best.value)"), "  " + escapedForTerminal(best.command)]
    } else {
      lines.append(trials == 0 ? "no valid trial" : "no trial failed at any value")
    }
    return (lines + [style.strong("To repeat the search"), "  " + escapedForTerminal(command)]).joined(separator: "\n")
      + "\n"
  }

  private func row(_ point: Point, _ style: Style) -> [String] {
    let share = point.rate.value ?? 0
    let bar = String(repeating: "#", count: Int((share * 40).rounded(.up)))
    let mark = point.value == best?.value ? " " + style.good("best") : ""
    return [
      "  \(point.value)", "\(point.rate.failures)/\(point.rate.trials)", percent(share),
      (share > 0 ? style.bad(bar) : "") + mark,
    ]
  }
}
