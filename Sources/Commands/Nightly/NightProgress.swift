import Foundation
import Model
import Nightly
import Reports
import Runs
import Synchronization

/// Tells how a night goes on: a line for each cell, and within it what a run tells.
final class NightProgress: Sendable {
  private struct State {
    /// Cells that were to do when this process began, and those of them that ended.
    var cells = 0
    var done = 0
    var run: Progress?
    var left = ""
    /// Reasons that were told: a mirror that fails, fails every cell.
    var told: Set<String> = []
  }

  private let status = standardError
  private let state = Mutex(State())

  /// Takes in one event of the night.
  func show(_ event: NightEvent) {
    switch event {
    case .identifying(let kernel, let number, let count):
      status.status("night: preparing kernel \(number) of \(count): \(escapedForTerminal(kernel.source.name))")
    case .started(let night, let cells):
      let waiting = cells.count { $0.state == .waiting || $0.state == .running }
      state.withLock { ($0.cells, $0.done) = (waiting, 0) }
      status.progress(
        "night \(night.id): \(escapedForTerminal(night.plan)), \(waiting) of \(count(cells.count, "cell")) to do")
    case .note(let text): note(text)
    case .begun(let cell, let outlook): begin(cell, outlook)
    case .run(_, let event): show(event)
    case .ended(let cell): end(cell)
    case .over: end()
    }
  }

  /// Takes the redrawn line off the terminal.
  func end() { status.status(nil) }

  // A note of a kernel that cannot be had begins with its name; the reason comes again with each of its cells.
  private func note(_ text: String) {
    if let colon = text.range(of: ": ") {
      _ = state.withLock { $0.told.insert(String(text[colon.upperBound...])) }
    }
    status.progress("night: \(harmlessLines(text))")
  }

  private func begin(_ cell: CellRecord, _ outlook: NightOutlook) {
    let left = words(outlook)
    let place = state.withLock { state in
      state.left = left
      return "cell \(min(state.done + 1, state.cells))/\(state.cells)"
    }
    status.progress(
      "\(place): \(escapedForTerminal(name(cell))) (\(escapedForTerminal(cell.why)))"
        + (left.isEmpty ? "" : "; the night: \(left)"))
  }

  private func end(_ cell: CellRecord) {
    let isNew = state.withLock { state in
      state.run?.end()
      state.run = nil
      state.done = min(state.done + 1, state.cells)
      return state.told.insert(cell.reason ?? "").inserted
    }
    guard cell.state != .finished else { return }
    let reason = cell.reason.map { isNew ? ": " + harmlessLines(clipped($0, 2000)) : ", reason as above" } ?? ""
    status.progress("\(escapedForTerminal(name(cell))): \(cell.state.rawValue)\(reason)")
  }

  private func show(_ event: RunEvent) {
    let progress = state.withLock { state in
      if case .started(let run) = event {
        state.run = Progress(goal: run.goal, behind: state.left.isEmpty ? "" : "night: \(state.left)")
      }
      return state.run
    }
    progress?.show(event)
  }

  private func words(_ outlook: NightOutlook) -> String {
    if outlook.unknown == outlook.cells { return "" }
    let unknown = outlook.unknown == 0 ? "" : " and \(count(outlook.unknown, "cell")) of unknown duration"
    return "about \(timeWords(outlook.seconds))\(unknown) left"
  }

  private func name(_ cell: CellRecord) -> String {
    let variant = cell.key.variant.isEmpty ? "" : " (\(cell.key.variant))"
    let config = cell.key.config == "stock" ? "" : ", \(cell.key.config)"
    return "\(cell.key.scenario)\(variant) on \(cell.kernel)\(config)"
  }
}
