import Foundation
import Model
import Reports
import Runs
import Statistics
import Synchronization
import Trials

/// Tells how a comparison goes on: a line that redraws itself on a terminal, a line for each trial elsewhere.
final class VerifyProgress: Sendable {
  private struct State {
    var judgement: PatchTestResult?
    var phases: [PatchSide: TrialPhase] = [:]
  }

  private let limit: Int
  private let status = standardError
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  /// Takes in one event of the comparison.
  func show(_ event: VerifyEvent) {
    state.withLock { state in
      switch event {
      case .run(let side, .started(let run)):
        status.progress(
          "\(side.rawValue): run \(run.id) on \(escapedForTerminal(run.kernel.name)), logs in \(run.folder)")
      case .run(_, .note(let text)): status.progress("verify: \(harmlessLines(text))")
      case .run(let side, .phase(_, let phase)): state.phases[side] = phase
      case .run(let side, .trial(let trial)):
        state.phases[side] = nil
        if !status.isTerminal || status.verbosity == .verbose || trial.verdict == .miss {
          status.progress("\(side.rawValue) \(words(for: trial))")
        }
      case .run(_, .queue), .run(_, .ended): break
      case .judged(let judgement): state.judgement = judgement
      }
      draw(state)
    }
  }

  /// Takes the redrawn line off the terminal.
  func end() { status.status(nil) }

  private func draw(_ state: State) {
    var words: [String] = []
    if let now = state.judgement {
      words.append("pair \(now.pairs) of at most \(limit)")
      words.append("before \(now.before.fails)/\(now.before.judged) failed")
      words.append("after \(now.after.fails)/\(now.after.judged)")
      if let more = now.morePairs { words.append("about \(more) more") }
    }
    words += state.phases.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value.rawValue)" }
    status.status(words.joined(separator: "  "))
  }
}
