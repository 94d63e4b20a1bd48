import Model
import TextOutput

extension [DmesgReport] {
  /// XML as Jenkins and GitLab read it: a suite for each log, a case for each finding, or one that passed.
  package var junit: String {
    var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n<testsuites name=\"zlab dmesg\">\n"
    for report in self { text += report.junit }
    return text + "</testsuites>\n"
  }

  /// KTAP version 1: a test for each log, with a subtest for each finding.
  package var ktap: String {
    var lines = ["KTAP version 1", "1..\(count)"]
    for (index, report) in enumerated() { lines += report.ktap(index + 1) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Workflow commands of GitHub Actions, which show findings beside the log's lines.
  ///
  /// Source: "Workflow commands for GitHub Actions" of GitHub's documentation.
  package var github: String { flatMap(\.github).map { $0 + "\n" }.joined() }
}

extension DmesgReport {
  fileprivate var junit: String {
    let cases = findings.count + known.count
    var text = "  <testsuite name=\"\(escaped(oneLine(source, width: 300)))\" tests=\"\(max(1, cases))\" "
    text += "failures=\"\(findings.count)\" errors=\"0\" skipped=\"\(known.count)\">\n"
    if let kernel {
      let value = escaped(oneLine(kernel, width: 200))
      text += "    <properties>\n      <property name=\"kernel.release\" value=\"\(value)\"/>\n    </properties>\n"
    }
    if cases == 0 { text += "    <testcase name=\"no kernel reports\" classname=\"zlab.dmesg\"/>\n" }
    for finding in findings {
      text += finding.junitCase
      text +=
        "      <failure type=\"\(finding.kind.rawValue)\" message=\"\(escaped(oneLine(finding.title, width: 300)))\">"
      text += escaped(traceLines(finding, most: 64).joined(separator: "\n") + "\n" + finding.place(in: source))
      text += "</failure>\n    </testcase>\n"
    }
    for item in known {
      text += item.finding.junitCase
      text += "      <skipped message=\"known: \(escaped(oneLine(item.reason, width: 500)))\"/>\n    </testcase>\n"
    }
    return text + "  </testsuite>\n"
  }

  fileprivate func ktap(_ number: Int) -> [String] {
    let name = ktapName(source)
    guard !findings.isEmpty || !known.isEmpty else { return ["ok \(number) \(name)"] }
    var lines = ["  KTAP version 1", "  # Subtest: \(name)", "  1..\(findings.count + known.count)"]
    for (index, finding) in findings.enumerated() {
      lines += traceLines(finding).map { "  " + ktapDiagnostic($0) }
      lines.append("  " + ktapDiagnostic("signature \(finding.signature)"))
      lines.append("  not ok \(index + 1) \(ktapName(finding.title))")
    }
    for (index, item) in known.enumerated() {
      let reason = ktapName(item.reason)
      lines.append("  ok \(findings.count + index + 1) \(ktapName(item.finding.title)) # SKIP known: \(reason)")
    }
    return lines + ["\(findings.isEmpty ? "ok" : "not ok") \(number) \(name)"]
  }

  fileprivate var github: [String] {
    let bad = findings.map { command("error", $0, traceLines($0, most: 24) + ["signature \($0.signature)"]) }
    return bad + known.map { command("notice", $0.finding, ["known: " + oneLine($0.reason, width: 500)]) }
  }

  private func command(_ level: String, _ finding: Finding, _ lines: [String]) -> String {
    let properties = [
      ("file", source), ("line", String(finding.firstLine)), ("endLine", String(finding.lastLine)),
      ("title", oneLine(finding.title, width: 200)),
    ].map { "\($0)=\(Self.githubProperty($1))" }.joined(separator: ",")
    return "::\(level) \(properties)::" + Self.githubData(lines.joined(separator: "\n"))
  }

  private static func githubData(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "%": "%25"
      case "\r": "%0D"
      case "\n": "%0A"
      default: String(Character(scalar))
      }
    }.joined()
  }

  private static func githubProperty(_ text: String) -> String {
    githubData(text).unicodeScalars.map { $0 == ":" ? "%3A" : $0 == "," ? "%2C" : String(Character($0)) }.joined()
  }
}

extension Finding {
  fileprivate var junitCase: String {
    "    <testcase name=\"\(escaped(oneLine(title, width: 300)))\" classname=\"zlab.dmesg.\(kind.rawValue)\">\n"
  }

  fileprivate func place(in source: String) -> String {
    "signature \(signature), lines \(firstLine) to \(lastLine) of \(oneLine(source, width: 300))"
  }
}
