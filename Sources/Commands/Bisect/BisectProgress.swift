import BisectSearch
import Bisection
import Foundation
import KernelSource
import Model
import Reports
import Runs
import Synchronization

/// Tells how a bisection goes on: bars after each batch and a line that redraws itself on a terminal, lines elsewhere.
final class BisectProgress: Sendable {
  private struct State {
    var about = ""
    var commit = ""
    var wanted = 0
    var judged = 0
    var failed = 0
  }

  private let status = standardError
  private let state = Mutex(State())

  /// Takes in one event of the bisection.
  func show(_ event: BisectLabEvent) {
    state.withLock { state in
      switch event {
      case .assessed(let now, let assessment):
        let report = BisectReport(now, assessment, folder: "")
        let style = Style.forErrors
        let lines = report.progress(style, width: terminalWidth(STDERR_FILENO), bars: status.isTerminal ? 5 : 0)
        state.about = report.progressLine
        lines.forEach { status.progress($0) }
      case .begins(let batch, let commit):
        (state.commit, state.wanted) = (commit.shortID, batch.test.trials)
        (state.judged, state.failed) = (0, 0)
        status.progress("\(commit.shortID) \(escapedForTerminal(commit.subject)): \(words(batch))")
      case .note(let text): status.progress("bisect: \(harmlessLines(text))")
      case .run(.started(let run)) where status.isTerminal: status.status("run \(run.id)")
      case .run(.started(let run)): status.progress("run \(run.id): logs in \(run.folder)")
      case .run(.note(let text)): status.progress("run: \(harmlessLines(text))")
      case .run(.trial(let trial)):
        if trial.verdict != .miss { state.judged += 1 }
        if trial.verdict == .fail { state.failed += 1 }
        if !status.isTerminal || trial.verdict != .pass { status.progress(Commands.words(for: trial)) }
      case .run: break
      }
      status.status("\(state.commit) \(state.judged)/\(state.wanted) judged, \(state.failed) failed  \(state.about)")
    }
  }

  /// Takes the redrawn line off the terminal.
  func end() { status.status(nil) }

  private func words(_ batch: BisectBatch) -> String {
    let most = "at most \(count(batch.test.trials, "trial"))"
    switch batch.test.purpose {
    case .calibration: return "bad commit, \(most)"
    case .goodEnd: return "good commit, \(most)"
    case .secondBug: return "looking for a second bug, \(most)"
    case .search: return most
    }
  }
}

extension Style {
  /// As ``forTerminal``, for talk.
  static var forErrors: Style {
    Style(colour: isatty(STDERR_FILENO) == 1 && Style.isColourWanted)
  }
}
