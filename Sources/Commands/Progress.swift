import Campaign
import Foundation
import Records
import Reports
import Scenarios
import Statistics
import Synchronization

/// Tells how a run goes on: one line that redraws itself on a terminal, a line for each trial elsewhere.
final class Progress: Sendable {
  private struct State {
    var phases: [Int: TrialPhase] = [:]
    var passes = 0
    var fails = 0
    var misses = 0
  }

  private let goal: RunGoal
  private let status = StatusLine()
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  init(goal: RunGoal) { self.goal = goal }

  /// Takes in one event of the run.
  func show(_ event: RunEvent) {
    state.withLock { state in
      switch event {
      case .started(let run):
        status.say("run \(run.id): \(run.scenario) on \(harmless(run.kernel.name)), logs in \(run.folder)")
      case .note(let text): status.say("run: \(harmless(text))")
      case .phase(let number, let phase): state.phases[number] = phase
      case .trial(let trial):
        state.phases[trial.number] = nil
        switch trial.verdict {
        case .pass: state.passes += 1
        case .fail: state.fails += 1
        case .miss: state.misses += 1
        }
        if !status.isTerminal || trial.verdict != .pass { status.say(words(for: trial)) }
      case .ended: break
      }
      draw(state)
    }
  }

  /// Takes the redrawn line off the terminal.
  func end() { status.wipe() }

  private func draw(_ state: State) {
    let judged = state.passes + state.fails
    var words = ["\(judged)\(goal.trials.map { "/\($0)" } ?? "") judged, \(state.fails) failed"]
    if state.misses > 0 { words.append(count(state.misses, "miss", "misses")) }
    let seconds = start.duration(to: .now) / .seconds(1)
    if judged > 0 {
      words.append("\(decimals(Double(judged) / seconds * 60, 1))/min")
      if let left = secondsLeft(judged, seconds) { words.append("\(left) s left") }
    }
    let phases = state.phases.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.rawValue)" }
    words += phases.prefix(4)
    status.draw(words.joined(separator: "  "))
  }

  private func secondsLeft(_ judged: Int, _ seconds: Double) -> Int? {
    let byCount = goal.trials.map { Double(max(0, $0 - judged)) * seconds / Double(judged) }
    let byTime = goal.time.map { max(0, $0 - seconds) }
    return [byCount, byTime].compactMap(\.self).min().map { Int($0.rounded()) }
  }
}

/// A trial that ended, in one line.
func words(for trial: Trial) -> String {
  let what: String =
    switch trial.verdict {
    case .pass: "pass"
    case .fail: "fail: " + (trial.findings.first?.title ?? "")
    case .miss: "miss: " + (trial.note ?? trial.end.rawValue)
    }
  return "trial \(trial.number): \(harmless(what)) (\(decimals(trial.duration, 1)) s)"
}
