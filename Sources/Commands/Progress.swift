import Foundation
import Model
import Reports
import Runs
import Statistics
import Synchronization
import Trials

/// Tells how a run goes on: one line that redraws itself on a terminal, a line for each trial elsewhere.
final class Progress: Sendable {
  private struct State {
    var phases: [Int: TrialPhase] = [:]
    var passes = 0
    var fails = 0
    var misses = 0
    var queue = ""
  }

  private let goal: RunGoal
  /// Of earlier processes that worked on the same run.
  private let earlier: RunCounts
  private let status = standardError
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  /// Text after the run's own status.
  private let suffix: String

  /// - Parameters:
  ///   - earlier: what a run that goes on has come to already.
  ///   - suffix: of the status line, for instance how much of a night is left.
  init(goal: RunGoal, earlier: RunCounts = RunCounts([]), behind suffix: String = "") {
    (self.goal, self.earlier, self.suffix) = (goal, earlier, suffix)
  }

  /// Takes in one event of the run.
  func show(_ event: RunEvent) {
    state.withLock { state in
      switch event {
      case .started(let run):
        status.progress(
          "run \(run.id): \(run.scenario) on \(escapedForTerminal(run.kernel.name)), logs in \(run.folder)")
      case .note(let text): status.progress("run: \(harmlessLines(text))")
      case .phase(let number, let phase): state.phases[number] = phase
      case .queue(let text): state.queue = text
      case .trial(let trial):
        state.phases[trial.number] = nil
        switch trial.verdict {
        case .pass: state.passes += 1
        case .fail: state.fails += 1
        case .miss: state.misses += 1
        }
        if !status.isTerminal || status.verbosity == .verbose || trial.verdict != .pass {
          status.progress(words(for: trial))
        }
      case .ended: break
      }
      draw(state)
    }
  }

  /// Takes the redrawn line off the terminal.
  func end() { status.status(nil) }

  private func draw(_ state: State) {
    let judged = state.passes + state.fails
    let all = earlier.passes + earlier.fails + judged
    var words = ["\(all)\(goal.trials.map { "/\($0)" } ?? "") judged, \(earlier.fails + state.fails) failed"]
    let misses = earlier.misses + state.misses
    if misses > 0 { words.append(count(misses, "miss", "misses")) }
    let seconds = start.duration(to: .now) / .seconds(1)
    if judged > 0 {
      words.append("\(decimals(Double(judged) / seconds * 60, 1))/min")
      if let left = secondsLeft(all, perTrial: seconds / Double(judged), seconds) {
        words.append("\(timeWords(left)) left")
      }
    }
    let phases = state.phases.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.rawValue)" }
    if !state.queue.isEmpty { words.append(state.queue) }
    words += phases.prefix(4) + (suffix.isEmpty ? [] : [suffix])
    status.status(words.joined(separator: "  "))
  }

  private func secondsLeft(_ judged: Int, perTrial: Double, _ seconds: Double) -> Double? {
    let byCount = goal.trials.map { Double(max(0, $0 - judged)) * perTrial }
    let byTime = goal.time.map { max(0, $0 - seconds) }
    return [byCount, byTime].compactMap(\.self).min()
  }
}

/// A trial that ended, in one line; of its findings the worst.
func words(for trial: Trial) -> String {
  let what: String =
    switch trial.verdict {
    case .pass: "pass"
    case .fail: "fail: " + (trial.worstFinding?.title ?? "")
    case .miss: "miss: " + (trial.note ?? trial.end.rawValue)
    }
  return "trial \(trial.number): \(escapedForTerminal(what)) (\(decimals(trial.duration, 1)) s)"
}
