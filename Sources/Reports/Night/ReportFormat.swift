import Model

/// Output format of a report.
package enum ReportFormat: String, Sendable, CaseIterable {
  /// For a person at a terminal.
  case text
  /// A plain-text mail, with header fields for `sendmail -t`.
  case mail
  /// One file for a browser, without scripts or anything from elsewhere.
  case html
  /// XML for Jenkins and its kin.
  case junit
  /// The kernel's test protocol, version 1 (Documentation/dev-tools/ktap.rst).
  case ktap
  /// KernelCI's report of version 5 (kcidb_io).
  case kcidb
  case json
  /// A mail about one signature of a run, for the kernel's developers; of a run only.
  case bug
}

/// Sender and recipients of a mail; the lists may be empty, and then the fields are left to the sender.
package struct MailAddresses: Codable, Sendable, Hashable {
  package var from: String?
  package var to: [String]

  package init(from: String? = nil, to: [String] = []) {
    self.from = from
    self.to = to
  }
}

/// A night or a run in a format, as it is written to a file or standard output.
///
/// Whatever a guest printed comes out capped and escaped as the format has it.
/// - Throws: `EncodingError` when JSON cannot hold a number, `RequestError` for ``ReportFormat/bug``.
package func render(
  _ report: NightReport, as format: ReportFormat, style: Style = Style(colour: false),
  addresses: MailAddresses = MailAddresses()
) throws -> String {
  let report = report.bounded
  return switch format {
  case .text: report.text(style)
  case .mail: report.mail(addresses)
  case .html: report.html
  case .junit: report.junit
  case .ktap: report.ktap
  case .kcidb: try KCIDBReport(report).text
  case .json: try jsonText(NightPage(report))
  case .bug:
    throw RequestError(
      "--format bug reports one signature of a run, not a night", advice: "`zlab report RUN --format bug` does.")
  }
}

/// The object of `zlab report NIGHT --format json`: the report and what it adds up to.
struct NightPage: Encodable {
  let report: NightReport

  init(_ report: NightReport) { self.report = report }

  enum CodingKeys: String, CodingKey { case schema, summary }

  func encode(to encoder: any Encoder) throws {
    try report.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode("zlab.night/1", forKey: .schema)
    try container.encode(report.tally, forKey: .summary)
  }
}
