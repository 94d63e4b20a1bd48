import Foundation
import Kernels
import Model
import Reports
import Synchronization

/// Tells how a build goes on: one line that redraws itself on a terminal, a line for each stage and each minute elsewhere.
final class BuildProgress: Sendable {
  private let status = standardError
  private let prefix: String
  private let start = Mutex<ContinuousClock.Instant?>(nil)
  private let clock: LineClock

  /// - Parameters:
  ///   - prefix: which of several builds it is; may be empty.
  ///   - interval: between two lines where no terminal is.
  init(_ prefix: String, every interval: Duration = .seconds(60)) {
    self.prefix = prefix.isEmpty ? "" : prefix + ": "
    clock = LineClock(every: interval)
  }

  /// Takes in one event of the build.
  func show(_ event: BuildEvent) {
    switch event {
    case .note(let text), .prepared(let text): status.progress(prefix + harmlessLines(text))
    case .waiting(let other): tell(other.words)
    case .compiled(let done, let expected):
      let first = start.withLock { start in
        start = start ?? .now
        return start ?? .now
      }
      let seconds = first.duration(to: .now) / .seconds(1)
      let rate = Double(done) / max(1, seconds)
      let left = rate > 0.1 ? ", about \(timeWords(Double(expected - done) / rate)) left" : ""
      tell("compiled \(done) of about \(expected) objects, \(decimals(rate, 1))/s\(left)")
    }
  }

  /// Takes the redrawn line off the terminal.
  func end() { status.status(nil) }

  private func tell(_ words: String) {
    status.status(prefix + words)
    if !status.isTerminal, clock.isDue() { status.progress(prefix + words) }
  }
}

extension OtherBuild {
  /// Description of another build, for instance `process 812 builds it since 3 min: 120 of about 702 objects`.
  fileprivate var words: String {
    let name = process.map { "process \($0)" } ?? "another process"
    let time = since.map { " for \(timeWords(max(0, Date().timeIntervalSince($0))))" } ?? ""
    let objects = objects.map { ", \($0.done) of about \($0.expected) objects" } ?? ""
    return "\(name) has been building it\(time)\(objects)"
  }
}

/// Seconds as a person reads them: `40 s`, `12 min`, `3 h 20 min`.
func timeWords(_ seconds: Double) -> String {
  let seconds = Int(min(max(0, seconds), 1e9).rounded())
  if seconds < 90 { return "\(seconds) s" }
  let minutes = (seconds + 30) / 60
  return minutes < 120 ? "\(minutes) min" : "\(minutes / 60) h" + (minutes % 60 == 0 ? "" : " \(minutes % 60) min")
}
