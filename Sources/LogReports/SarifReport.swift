import Model
import TextOutput

/// Findings as static analysis tools tell theirs: SARIF 2.1.0 (OASIS), which GitHub's code scanning and editors read.
package struct SarifReport: Encodable, Sendable {
  private let reports: [DmesgReport]
  private let version: String

  /// - Parameter version: of zlab.
  package init(_ reports: [DmesgReport], version: String) {
    self.reports = reports
    self.version = version
  }

  private enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case version, runs
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode("https://json.schemastore.org/sarif-2.1.0.json", forKey: .schema)
    try container.encode("2.1.0", forKey: .version)
    let kinds = Set(reports.flatMap { $0.findings + $0.known.map(\.finding) }.map(\.kind.rawValue)).sorted()
    let driver = Driver(name: "zlab", version: version, rules: kinds.map { Rule(id: $0, name: $0) })
    let results = reports.flatMap { report in
      report.findings.map { Result($0, report.source, known: nil) }
        + report.known.map { Result($0.finding, report.source, known: $0.reason) }
    }
    try container.encode([Run(tool: Tool(driver: driver), results: results)], forKey: .runs)
  }

  private struct Run: Encodable {
    let tool: Tool
    let results: [Result]
  }

  private struct Tool: Encodable {
    let driver: Driver
  }

  private struct Driver: Encodable {
    let name: String
    let version: String
    let rules: [Rule]
  }

  private struct Rule: Encodable {
    let id: String
    let name: String
  }

  private struct Text: Encodable {
    let text: String
  }

  private struct Suppression: Encodable {
    let kind = "external"
    let justification: String
    enum CodingKeys: CodingKey { case kind, justification }
  }

  private struct Place: Encodable {
    struct Physical: Encodable {
      struct Artifact: Encodable { let uri: String }
      struct Region: Encodable {
        let startLine: Int
        let endLine: Int
      }
      let artifactLocation: Artifact
      let region: Region
    }
    let physicalLocation: Physical

    init(_ uri: String, _ lines: ClosedRange<Int>) {
      physicalLocation = Physical(
        artifactLocation: Physical.Artifact(uri: uri),
        region: Physical.Region(startLine: lines.lowerBound, endLine: lines.upperBound))
    }
  }

  private struct Result: Encodable {
    let ruleId: String
    let level: String
    let message: Text
    let locations: [Place]
    let partialFingerprints: [String: String]
    let suppressions: [Suppression]?

    init(_ finding: Finding, _ source: String, known: String?) {
      ruleId = finding.kind.rawValue
      level = known == nil ? "error" : "note"
      message = Text(text: ([finding.title] + traceLines(finding, most: 24)).joined(separator: "\n"))
      locations = [Place(Self.uri(source), max(1, finding.firstLine)...max(1, finding.lastLine))]
      partialFingerprints = ["zlabSignature/v1": finding.signature]
      suppressions = known.map { [Suppression(justification: $0)] }
    }

    /// A path as a relative or absolute reference (RFC 3986 section 3.3).
    private static func uri(_ path: String) -> String {
      path.utf8.map { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x2f, 0x5f, 0x7e: String(UnicodeScalar(byte))
        default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
      }.joined()
    }
  }
}
