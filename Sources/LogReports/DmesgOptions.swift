package import ArgumentParser
import FoundationEssentials
package import KernelLogs
package import Model
package import TextOutput

/// Output format of `zlab dmesg`.
package enum DmesgFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case text, json, junit, ktap, sarif, github

  /// Each log, or each finding of one that grows, stands for itself; the others make one document of all.
  var isStreamed: Bool { self == .text || self == .json || self == .github }
}

/// The options of `zlab dmesg` and of `zlab-dmesg`, which has no others.
package struct DmesgOptions: ParsableArguments {
  @Argument(
    help: "Log, compressed log, mail or FIFO; '-' or none is stdin", completion: .file())
  package var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "Output format on stdout: text, json, junit, ktap, sarif or github (annotations)",
      valueName: "format"))
  package var format: DmesgFormat = .text

  @Option(
    help: ArgumentHelp(
      "List of known issues, as a plan's `known-issues:`; their signatures are reported, but do not fail",
      valueName: "file"), completion: .file())
  package var allow: String?

  @Option(
    help: ArgumentHelp(
      "Ignore everything before the last line with this text; exit status 2 if no line has it", valueName: "text"))
  package var sinceMarker: String?

  @Flag(help: "Read one growing log until interrupted; print findings as they are completed")
  package var follow = false

  package init() {}

  package func validate() throws {
    if follow, files.count > 1 { throw ValidationError("--follow accepts one log only") }
    if sinceMarker?.isEmpty == true { throw ValidationError("--since-marker requires a text") }
  }

  /// The logs by name.
  package var names: [String] { files.isEmpty ? ["-"] : files }

  /// The options of reading one log.
  package var reading: LogReader.Options {
    var options = LogReader.Options()
    options.marker = sinceMarker
    options.follows = follow
    return options
  }
}

/// Outcome of `zlab dmesg`, for its exit code.
package enum DmesgOutcome: Sendable {
  case clean, found
  /// A log lacks the marker.
  case noMarker
}

/// Writes reports in the format that was asked for, as soon as that format allows.
package struct DmesgPrinter {
  private let options: DmesgOptions
  private let style: Style
  private let version: String
  private let allowed: AllowList
  private var reports: [DmesgReport] = []
  private var isFirst = true
  private var hasFindings = false
  private var lacksMarker = false
  private let put: (String) throws -> Void
  private let say: (String) -> Void

  /// - Parameters:
  ///   - issues: of `--allow`.
  ///   - version: zlab's.
  ///   - put: writes a result.
  ///   - say: writes a remark, which is no result.
  package init(
    _ options: DmesgOptions, issues: [KnownIssueRecord], style: Style, version: String,
    put: @escaping (String) throws -> Void, say: @escaping (String) -> Void
  ) {
    self.options = options
    self.style = style
    self.version = version
    allowed = AllowList(issues, now: Date())
    self.put = put
    self.say = say
  }

  /// Takes a log that was read to its end, perhaps with findings that were symbolized since.
  package mutating func add(_ log: KernelLog, _ findings: [Finding]? = nil) throws {
    for remark in log.remarks { say("zlab: \(log.name): \(escapedForTerminal(remark))") }
    if log.hasMarker == false {
      say("zlab: \(log.name): no line has the marker '\(escapedForTerminal(options.sinceMarker ?? ""))'")
      lacksMarker = true
    }
    let findings = findings ?? log.findings
    for remark in allowed.expired(among: findings) { say("zlab: \(remark)") }
    let sorted = allowed.sort(findings, kernel: log.kernel)
    hasFindings = hasFindings || !sorted.counting.isEmpty
    let report = DmesgReport(
      source: log.name, kernel: log.kernel, findings: sorted.counting, known: sorted.known, lines: log.lines,
      containers: log.containers, troubles: log.troubles.map(\.rawValue))
    guard options.format.isStreamed else { return reports.append(report) }
    // Of a log that was followed every finding has been printed.
    if !options.follow { try write(report) }
  }

  /// Takes findings of a log that grows.
  package mutating func add(_ findings: [Finding], of name: String, kernel: String?) throws {
    guard options.follow, options.format.isStreamed else { return }
    let sorted = allowed.sort(findings, kernel: kernel)
    try write(DmesgReport(source: name, kernel: kernel, findings: sorted.counting, known: sorted.known))
  }

  private mutating func write(_ report: DmesgReport) throws {
    switch options.format {
    case .json: try put(jsonText(report, pretty: false))
    case .github: try put([report].github)
    case .junit, .ktap, .sarif: break  // one document of all: finish() writes it
    case .text:
      let text = report.text(style)
      guard !text.isEmpty else { return }
      try put((isFirst ? "" : "\n") + text)
      isFirst = false
    }
  }

  /// Writes what waited for the end.
  package func finish() throws -> DmesgOutcome {
    switch options.format {
    case .junit: try put(reports.junit)
    case .ktap: try put(reports.ktap)
    case .sarif: try put(jsonText(SarifReport(reports, version: version)))
    case .text, .json, .github: break
    }
    return hasFindings ? .found : lacksMarker ? .noMarker : .clean
  }
}
