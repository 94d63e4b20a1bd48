import Foundation
import Model
import Reports
import Selftest
import Synchronization

/// Tells how a selftest goes on: a line that redraws itself on a terminal, a line for each trigger elsewhere.
final class SelftestProgress: Sendable {
  private struct State {
    var wanted = 0
    var running: [String] = []
    var done = 0
    var unsound = 0
  }

  private let status = standardError
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  /// Number of planned triggers.
  var wanted: Int { state.withLock { $0.wanted } }

  /// Takes in one event of the selftest.
  func show(_ event: SelftestEvent) {
    state.withLock { state in
      switch event {
      case .offered(let triggers): state.wanted = triggers.count
      case .began(let trigger): state.running.append(trigger)
      case .judged(let result):
        state.running.removeAll { $0 == result.trigger }
        state.done += 1
        if !result.verdict.isSound { state.unsound += 1 }
        if !status.isTerminal || !result.verdict.isSound { status.progress(words(result)) }
      }
      draw(state)
    }
  }

  /// Takes the redrawn line off the terminal.
  func end() { status.status(nil) }

  private func words(_ result: TriggerResult) -> String {
    let title = result.findings.first.map { ": " + escapedForTerminal($0.title) } ?? ""
    return "\(result.trigger): \(result.verdict.rawValue)\(title) (\(decimals(result.seconds, 1)) s)"
  }

  private func draw(_ state: State) {
    var words = ["\(state.done)/\(state.wanted) triggers"]
    if state.unsound > 0 { words.append("\(state.unsound) not as expected") }
    if state.done > 0 {
      let seconds = start.duration(to: .now) / .seconds(1)
      words.append("about \(Int(seconds / Double(state.done) * Double(state.wanted - state.done))) s left")
    }
    status.status((words + state.running.prefix(4)).joined(separator: "  "))
  }
}
