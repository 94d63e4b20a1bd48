import Foundation
import Model
import Nightly
import Reports
import ResultStore
import Runs

extension ReportCommand {
  /// The night that a person means; nil when it is a run.
  /// - Throws: `RequestError` when the letters fit both.
  func findNight(_ text: String, _ store: ResultStore) throws -> NightRecord? {
    guard text != "latest" else { return nil }
    guard text != "night" else {
      if let night = try store.nights(limit: 1).first { return night }
      throw RequestError("no nights", advice: "Start one with `zlab nightly PLAN`.")
    }
    guard let night = try store.night(text) else { return nil }
    if let run = try? store.run(text) {
      throw RequestError("'\(text)' is ambiguous: night \(night.id) and run \(run.id)", advice: "Use a longer prefix.")
    }
    return night
  }

  /// Writes a night's report and ends with its status.
  func tell(_ night: NightRecord, _ store: ResultStore) throws {
    let report = try readReport(night, store)
    try write(
      render(report, as: format, style: .forTerminal, addresses: MailAddresses(from: from, to: to)), store)
    if let status = report.nightStatus { throw status.exit }
  }
}

/// A night's report, with what the consoles printed.
func readReport(_ night: NightRecord, _ store: ResultStore) throws -> NightReport {
  try nightReport(night, store: store) { run, trial, finding in consoleExcerpt(of: finding, trial: trial, in: run) }
}

extension NightReport {
  /// Findings that count: all but those that are known to hold, and those that are gone.
  var counting: [NightChange] { changes.filter { $0.kind != .known && $0.kind != .gone } }

  /// The status that a night ends with; nil when every cell was judged as planned and nothing counts.
  var nightStatus: ExitStatus? {
    if !counting.isEmpty { return .kernelFailed }
    if cells.allSatisfy({ $0.count(.pass) + $0.count(.fail) == 0 }) { return .labCannot }
    return cells.allSatisfy { $0.state == .finished } ? nil : .inconclusive
  }
}
