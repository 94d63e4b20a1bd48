import ArgumentParser
import Foundation
import Model
import Reports
import ResultStore
import Runs
import Statistics

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show the results of a run or a night.",
    discussion: """
      Exit status: 0 clean, 1 failing, 2 inconclusive, 69 infrastructure error.

        zlab report latest
        zlab report 3f9a --format json | jq .summary.rate
        zlab report 3f9a --format mail --to you@example.org | sendmail -t
        zlab report 3f9a --format html --redact > report.html
        zlab report 3f9a --format bug --vmlinux build/vmlinux > bug.mail
        zlab report night
        zlab report --list
      """)

  @Argument(
    help: "Id prefix of a run or a night, 'latest' for the newest run, 'night' for the newest night",
    completion: resultCompletion)
  var id = "latest"

  @Flag(help: "List the newest runs")
  var list = false

  @Option(help: "Output format on stdout")
  var format: ReportFormat = .text

  @OptionGroup var redacting: RedactOption
  @OptionGroup var color: ColorOption

  @Option(help: ArgumentHelp("Recipient of the mail; may be repeated", valueName: "address"))
  var to: [String] = []

  @Option(help: ArgumentHelp("Sender of the mail", valueName: "address"))
  var from: String?

  @Option(
    help: ArgumentHelp(
      "With --format bug: the signature to report, or its first digits (default: the worst)", valueName: "id"))
  var signature: String?

  @Option(
    help: ArgumentHelp(
      "With --format bug: vmlinux of the run's kernel with debug info; adds source lines", valueName: "file"),
    completion: .file())
  var vmlinux: String?

  func validate() throws {
    guard format != .bug, signature != nil || vmlinux != nil else { return }
    throw ValidationError("--signature and --vmlinux require --format bug")
  }

  func run() async throws {
    let store = try ResultStore(userLocations)
    if list { return try listRuns(store) }
    if let night = try findNight(id, store) { return try tell(night, store) }
    let found = try store.run(id)
    let report = try runReport(found, state: found.liveState, store: store)
    switch format {
    case .json: try write(jsonText(report), store)
    case .text: try write(report.text(.forTerminal), store)
    case .bug:
      let bug = try await bugReport(of: report, signature: signature, vmlinux: vmlinux, store: store)
      return try write(bug.mail(MailAddresses(from: from, to: to)), store)
    case .mail, .html, .junit, .ktap, .kcidb:
      let night = NightReport(report) { trial, finding in
        consoleExcerpt(of: finding, trial: trial, in: report.run)
      }
      try write(render(night, as: format, addresses: MailAddresses(from: from, to: to)), store)
    }
    if let status = report.exitStatus { throw status.exit }
  }

  /// Prints a result in the format that was asked for, redacted if that is wanted.
  func write(_ text: String, _ store: ResultStore) throws {
    let text = try redacting.apply(to: text, as: format.redactionFormat, store)
    try format == .text ? printReport(text) : printResult(text)
  }

  private func listRuns(_ store: ResultStore) throws {
    let lines = try store.countedRuns(limit: 50).map(RunLine.init)
    switch format {
    case .mail, .html, .junit, .ktap, .kcidb, .bug:
      throw RequestError("--list supports --format text or json, not \(format.rawValue)")
    case .json: try printResult(jsonText(lines))
    case .text:
      guard !lines.isEmpty else { return printStatus("No runs. Start one with `zlab run SCENARIO`.") }
      try printResult(table([["RUN", "STARTED", "SCENARIO", "KERNEL", "STATE", "VERDICT"]] + lines.map(\.row)) + "\n")
    }
  }
}

extension ReportFormat: ExpressibleByArgument {}

extension ReportFormat {
  var redactionFormat: Redaction.Format {
    switch self {
    case .json, .kcidb: .json
    case .html, .junit: .markup
    case .text, .mail, .ktap, .bug: .text
    }
  }
}

/// One line of `zlab report --list --format json`.
private struct RunLine: Encodable {
  let id: String
  let started: Date
  let scenario: String
  let kernel: String
  let state: RunState
  let verdict: RunVerdict
  let passes: Int
  let fails: Int
  let misses: Int

  init(_ counted: CountedRun) {
    let run = counted.run
    (id, started, scenario, kernel) = (run.id, run.started, run.scenario, run.kernel.name)
    state = run.liveState
    verdict =
      RunSummary(
        counted.counts, signatures: [], wanted: run.goal.trials, isFinished: state == .finished,
        isReached: run.rules?.isReached ?? true, confidence: run.confidence
      ).verdict
    (passes, fails, misses) = (counted.passes, counted.fails, counted.misses)
  }

  var row: [String] {
    [
      id, started.formatted(.iso8601), scenario, kernel, state.rawValue,
      "\(verdict.rawValue), \(fails) of \(fails + passes) failed, \(misses) missed",
    ].map { escapedForTerminal($0) }
  }
}

extension RunReport {
  /// The status that a run's command ends with; nil when it is a pass.
  var exitStatus: ExitStatus? {
    switch summary.verdict {
    case .failing: .kernelFailed
    case .clean: nil
    case .inconclusive where state == .abandoned: .labCannot
    case .inconclusive: .inconclusive
    }
  }
}
