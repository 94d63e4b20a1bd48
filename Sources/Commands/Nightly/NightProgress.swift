import Campaign
import Records
import Reports
import Synchronization

/// Tells how a night goes on: a line for each cell, and within it what a run tells.
final class NightProgress: Sendable {
  private struct State {
    var cells = 0
    var done = 0
    var run: Progress?
  }

  private let status = StatusLine()
  private let state = Mutex(State())

  /// Takes in one event of the night.
  func show(_ event: NightEvent) {
    switch event {
    case .started(let night, let cells):
      let waiting = cells.count { $0.state == .waiting || $0.state == .running }
      state.withLock { ($0.cells, $0.done) = (cells.count, cells.count - waiting) }
      status.say("night \(night.id): \(harmless(night.plan)), \(waiting) of \(count(cells.count, "cell")) to do")
    case .note(let text): status.say("night: \(harmless(text))")
    case .begun(let cell):
      let (done, cells) = state.withLock { ($0.done, $0.cells) }
      status.say("cell \(min(done + 1, cells))/\(cells): \(harmless(name(cell))) (\(harmless(cell.why)))")
    case .run(_, let event): show(event)
    case .ended(let cell):
      state.withLock { state in
        state.run?.end()
        state.run = nil
        state.done = min(state.done + 1, state.cells)
      }
      if cell.state != .finished {
        status.say(
          "\(harmless(name(cell))): \(cell.state.rawValue): \(harmless(String((cell.reason ?? "").prefix(300))))")
      }
    case .over: end()
    }
  }

  /// Takes the redrawn line off the terminal.
  func end() { state.withLock { $0.run?.end() } }

  private func show(_ event: RunEvent) {
    let progress = state.withLock { state in
      if case .started(let run) = event { state.run = Progress(goal: run.goal) }
      return state.run
    }
    progress?.show(event)
  }

  private func name(_ cell: CellRecord) -> String {
    let variant = cell.key.variant.isEmpty ? "" : " (\(cell.key.variant))"
    let config = cell.key.config == "stock" ? "" : ", \(cell.key.config)"
    return "\(cell.key.scenario)\(variant) on \(cell.kernel)\(config)"
  }
}
