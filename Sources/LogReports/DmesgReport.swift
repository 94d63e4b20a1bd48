package import Model
package import TextOutput

/// Findings of one log: the object of `zlab dmesg --format json`.
package struct DmesgReport: Encodable, Sendable, Hashable {
  /// The log's name.
  package let source: String
  /// The kernel's release, as its banner or a report gives it.
  package let kernel: String?
  /// Those that no list allows.
  package let findings: [Finding]
  /// Those that a list of known issues allows.
  package let known: [KnownFinding]
  /// Lines of text, after everything was unpacked.
  package let lines: Int
  /// Containers of the text, outermost first.
  package let containers: [String]
  /// Reason why "no finding" may mean nothing, as `zlab.dmesg/1` calls it.
  package let troubles: [String]

  package init(
    source: String, kernel: String?, findings: [Finding], known: [KnownFinding] = [], lines: Int = 0,
    containers: [String] = [], troubles: [String] = []
  ) {
    self.source = source
    self.kernel = kernel
    self.findings = findings
    self.known = known
    self.lines = lines
    self.containers = containers
    self.troubles = troubles
  }

  enum CodingKeys: String, CodingKey { case schema, source, kernel, findings, known, lines, containers, troubles }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode("zlab.dmesg/1", forKey: .schema)
    try container.encode(source, forKey: .source)
    try container.encode(kernel, forKey: .kernel)
    try container.encode(findings, forKey: .findings)
    if !known.isEmpty { try container.encode(known, forKey: .known) }
    try container.encode(lines, forKey: .lines)
    try container.encode(containers, forKey: .containers)
    try container.encode(troubles, forKey: .troubles)
  }

  /// The same for a person; empty when there is no finding.
  package func text(_ style: Style) -> String {
    let bad = findings.map { style.bad(escapedForTerminal($0.title)) + "\n" + details($0, log: source) + "\n" }
    return (bad + known.map { $0.text(style) }).joined(separator: "\n")
  }
}

/// A finding that a list of known issues allows.
package struct KnownFinding: Encodable, Sendable, Hashable {
  package let finding: Finding
  /// As the list gives it.
  package let reason: String
  package let link: String?

  package init(_ finding: Finding, _ issue: KnownIssueRecord) {
    self.finding = finding
    reason = issue.reason
    link = issue.link
  }

  func text(_ style: Style) -> String {
    let why = escapedForTerminal(reason + (link.map { ", \($0)" } ?? ""))
    return style.faint("known: " + escapedForTerminal(finding.title)) + "\n  \(why)\n  signature \(finding.signature)\n"
  }
}
