package import FoundationEssentials
package import Model

/// Findings that are known and shall not fail a gate.
package struct AllowList: Sendable {
  private let issues: [KnownIssueRecord]
  private let now: Date

  /// - Parameter now: entries whose last day lies before it allow nothing any more.
  package init(_ issues: [KnownIssueRecord], now: Date) {
    self.issues = issues
    self.now = now
  }

  /// Parts the findings of one log into those that count and those that are allowed.
  ///
  /// An entry for a series of kernels allows nothing in a log that does not say which kernel it is of.
  package func sort(_ findings: [Finding], kernel: String?) -> (counting: [Finding], known: [KnownFinding]) {
    var counting: [Finding] = []
    var known: [KnownFinding] = []
    for finding in findings {
      let line = (finding.kernel ?? kernel).map { kernelLine($0) } ?? ""
      let issue = issues.first { $0.isAbout(finding.signature, line: line) && !$0.isExpired(at: now) }
      if let issue { known.append(KnownFinding(finding, issue)) } else { counting.append(finding) }
    }
    return (counting, known)
  }

  /// Entries that are out of date and would allow a finding, as sentences.
  package func expired(among findings: [Finding]) -> [String] {
    issues.filter { issue in
      issue.isExpired(at: now) && findings.contains { $0.signature.hasPrefix(issue.signature) }
    }.map { "the entry for \($0.signature) is out of date: \($0.reason)" }
  }
}
