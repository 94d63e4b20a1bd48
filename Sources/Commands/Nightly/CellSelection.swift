import ArgumentParser
import Foundation
import Model
import Nightly
import Reports
import ResultStore

/// Options that select cells of a plan.
struct CellSelection: ParsableArguments {
  @Option(
    name: .customLong("only"),
    help: ArgumentHelp(
      "Run only cells whose KERNEL/CONFIG/SCENARIO contains this text; may be repeated", valueName: "cell"))
  var texts: [String] = []

  @Flag(help: "Run only cells that failed the last time")
  var failed = false

  /// Options that a repeated command needs.
  var words: [String] { texts.flatMap { ["--only", $0] } + (failed ? ["--failed"] : []) }

  /// Positions of the selected cells; nil when all are.
  /// - Throws: `RequestError` when no cell is selected.
  func positions(in plan: Plan, _ store: ResultStore) throws -> Set<Int>? {
    guard !words.isEmpty else { return nil }
    let named = plan.cells.filter { cell in texts.isEmpty || texts.contains { cell.label.contains($0) } }
    guard !named.isEmpty else {
      let labels = plan.cells.prefix(20).map(\.label).joined(separator: "\n")
      throw RequestError("no cell of the plan \(plan.name) matches --only", advice: "Its cells are:\n\(labels)")
    }
    let chosen = try named.filter { try !failed || $0.hasFailed(store) }
    guard !chosen.isEmpty else {
      throw RequestError("no selected cell of the plan \(plan.name) failed the last time", advice: nil)
    }
    return Set(chosen.map(\.position))
  }
}

extension PlannedCell {
  /// Text that `--only` is compared with, for instance `debian:trixie/stock/slot-power-race (seconds=2)`.
  fileprivate var label: String {
    let variant = scenario.variant.isEmpty ? "" : " (\(scenario.variant))"
    return "\(kernel.source.name)/\(kernel.config.name)/\(scenario.name)\(variant)"
  }

  /// True if a trial failed in the newest night with this cell.
  fileprivate func hasFailed(_ store: ResultStore) throws -> Bool {
    let key = try store.lastKey(
      kernel: kernel.source.name, config: kernel.config.name, scenario: scenario.name, variant: scenario.variant)
    guard let key, let last = try store.tallies(of: key, before: Date(), limit: 1).first else { return false }
    return last.fails > 0
  }
}
