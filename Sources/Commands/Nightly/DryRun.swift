import Foundation
import Nightly
import Records
import Reports
import ResultStore
import Scenarios

/// What a plan would do, with the times that history lets expect.
struct DryRun {
  private let plan: Plan
  private let outlooks: [CellOutlook]

  init(_ plan: Plan, _ store: ResultStore) throws {
    self.plan = plan
    let now = Date()
    outlooks = try plan.cells.map { cell in
      let key = try store.lastKey(
        kernel: cell.kernel.source.name, config: cell.kernel.config.name, scenario: cell.scenario.name,
        variant: cell.scenario.variant)
      let earlier = try key.map { try store.tallies(of: $0, before: now, limit: 14) } ?? []
      return CellOutlook(cell: cell, kernel: nil, earlier: earlier)
    }
  }

  /// A table of the cells, and what they add up to.
  func text() -> String {
    let jobs = plan.jobs ?? ProcessInfo.processInfo.activeProcessorCount
    let rows = outlooks.map { outlook in
      let (cell, goal) = (outlook.cell, outlook.cell.scenario.goal)
      return [
        cell.kernel.source.name, cell.kernel.config.name,
        cell.scenario.name + (cell.scenario.variant.isEmpty ? "" : " (\(cell.scenario.variant))"),
        goal.trials.map { count($0, "trial") } ?? time(goal.time ?? 0),
        outlook.lastTime.map { outlook.failedBefore ? "failed \(dayText($0))" : "passed \(dayText($0))" } ?? "never",
        outlook.expectedSeconds(jobs: jobs).map(time) ?? "?",
      ].map { harmless($0) }
    }
    return table([["KERNEL", "CONFIG", "SCENARIO", "GOAL", "LAST TIME", "EXPECTED"]] + rows) + "\n" + sum(jobs) + "\n"
  }

  private func sum(_ jobs: Int) -> String {
    let expected = outlooks.map { $0.expectedSeconds(jobs: jobs) }
    let unknown = expected.count { $0 == nil }
    let seconds = expected.compactMap(\.self).reduce(0, +)
    var words = "\(count(outlooks.count, "cell")), about \(time(seconds)) with \(count(jobs, "guest")) at a time"
    if unknown > 0 { words += ", and \(count(unknown, "cell")) of which nothing is known yet" }
    if let budget = plan.budget.map({ $0 / .seconds(1) }) {
      words += budget < seconds ? "; the budget of \(time(budget)) is too small" : "; the budget is \(time(budget))"
    }
    return words + ". Builds come on top; what changed or failed goes first."
  }

  private func time(_ seconds: Double) -> String {
    let seconds = Int(seconds.rounded(.up))
    return seconds < 120
      ? "\(seconds) s" : seconds < 7200 ? "\((seconds + 59) / 60) min" : "\((seconds + 3599) / 3600) h"
  }
}

/// MiB that a guest of a plan's scenario has.
func scenarioMemory(_ planned: PlannedScenario) throws -> Int { try Catalogue.find(planned.scenario).memory }
