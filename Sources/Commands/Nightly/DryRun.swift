import Foundation
import Guest
import Model
import Nightly
import Reports
import ResultStore
import Trials

/// Dry run of a plan, with the times that history lets expect.
struct DryRun {
  private let plan: Plan
  private let outlooks: [CellOutlook]
  /// Guests at a time.
  private let jobs: Int
  /// Seconds per trial by scenario, for cells that were never run: what other kernels took.
  private var elsewhere: [String: Double] = [:]

  init(_ plan: Plan, _ store: ResultStore, jobs: Int) throws {
    (self.plan, self.jobs) = (plan, jobs)
    let now = Date()
    outlooks = try plan.cells.map { cell in
      let key = try store.lastKey(
        kernel: cell.kernel.source.name, config: cell.kernel.config.name, scenario: cell.scenario.name,
        variant: cell.scenario.variant)
      let earlier = try key.map { try store.tallies(of: $0, before: now, limit: 14) } ?? []
      return CellOutlook(cell: cell, kernel: nil, earlier: earlier)
    }
    for name in Set(plan.scenarios.map(\.name)) { elsewhere[name] = try store.secondsPerTrial(of: name) }
  }

  /// Seconds that a cell will take, and whether that is a guess by other kernels; nil when nothing is known.
  private func expected(_ outlook: CellOutlook) -> (seconds: Double, isGuess: Bool)? {
    if let seconds = outlook.expectedSeconds(jobs: jobs) { return (seconds, false) }
    var guess = outlook
    guess.secondsPerTrial = elsewhere[outlook.cell.scenario.name]
    return guess.expectedSeconds(jobs: jobs).map { ($0, true) }
  }

  /// A table of the cells, and what they add up to.
  func text() -> String {
    let rows = outlooks.map { outlook in
      let (cell, goal) = (outlook.cell, outlook.cell.scenario.goal)
      return [
        cell.kernel.source.name, cell.kernel.config.name,
        cell.scenario.name + (cell.scenario.variant.isEmpty ? "" : " (\(cell.scenario.variant))"),
        goal.trials.map { count($0, "trial") } ?? timeWords(goal.time ?? 0),
        outlook.lastTime.map { outlook.failedBefore ? "failed \(dayText($0))" : "passed \(dayText($0))" } ?? "never",
        expected(outlook).map { timeWords($0.seconds) + ($0.isGuess ? " ~" : "") } ?? "unknown",
      ].map { escapedForTerminal($0) }
    }
    return table([["KERNEL", "CONFIG", "SCENARIO", "GOAL", "LAST TIME", "EXPECTED"]] + rows) + "\n"
      + sentences.joined(separator: "\n") + "\n"
  }

  private var sentences: [String] {
    let times = outlooks.map(expected)
    let known = times.compactMap(\.self)
    let seconds = known.map(\.seconds).reduce(0, +)
    let cells = count(outlooks.count, "cell")
    var lines = [
      known.isEmpty
        ? "\(cells), duration unknown: these scenarios have not been run before."
        : "\(cells), about \(timeWords(seconds)) with \(count(jobs, "guest")) at a time."
    ]
    let unknown = times.count - known.count
    if unknown > 0, !known.isEmpty {
      lines.append(
        "\(count(unknown, "cell")) of unknown duration not included: never run before.")
    }
    if known.contains(where: \.isGuess) {
      lines.append("~ estimated from trials of the same scenario on other kernels.")
    }
    lines.append("Build times are not included. Cells that changed or failed run first.")
    if let budget = plan.budget.map({ $0 / .seconds(1) }) {
      let rest =
        plan.usesLeftOver
        ? "remaining time is used for the least certain cells" : "remaining time is not used"
      lines.append("The budget is \(timeWords(budget))" + (budget < seconds ? ", less than expected." : "; \(rest)."))
    }
    return lines
  }
}

/// Functions of the selected cells' scenarios.
func functions(of plan: Plan) throws -> [FunctionSpec] {
  try Set(plan.cells.map(\.scenario.scenario)).sorted().flatMap { try Catalogue.find($0).functions }
}

/// MiB that a guest of a plan's scenario has.
func scenarioMemory(_ planned: PlannedScenario) throws -> Int { try Catalogue.find(planned.scenario).memory }
