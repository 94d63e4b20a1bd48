import Foundation
import LogReports
import Model
import Nightly
import Testing

@Suite struct GateTests {
  private func finding(_ title: String, signature: String, kernel: String? = "6.12.1") -> Finding {
    Finding(
      kind: .warning, title: title, function: "f", message: "WARNING: CPU: 1 PID: 7 at a.c:1 f+0x1/0x2",
      frames: [Frame(name: "f", offset: 1)], kernel: kernel, firstLine: 3, lastLine: 9, signature: signature)
  }

  private let issue = KnownIssueRecord(
    signature: "0123456789abcdef", reason: "known, 100 % & <harmless>", link: nil, until: nil, line: nil)

  private var report: DmesgReport {
    let sorted = AllowList([issue], now: Date()).sort(
      [
        finding("WARNING in f # TODO", signature: "aaaaaaaaaaaaaaaa"),
        finding("WARNING in g", signature: issue.signature),
      ],
      kernel: nil)
    return DmesgReport(
      source: "a,b:c.log", kernel: "6.12.1", findings: sorted.counting, known: sorted.known, lines: 9,
      containers: ["gzip"], troubles: [])
  }

  @Test func `a list parts what is known`() {
    #expect(report.findings.map(\.title) == ["WARNING in f # TODO"])
    #expect(report.known.map(\.finding.title) == ["WARNING in g"])
  }

  @Test func `an entry that is out of date or of another series allows nothing`() {
    let bug = finding("x", signature: "0123456789abcdef")
    var late = issue
    late.until = Date(timeIntervalSince1970: 0)
    let expired = AllowList([late], now: Date())
    #expect(expired.sort([bug], kernel: nil).known.isEmpty)
    #expect(expired.expired(among: [bug]).count == 1)
    var other = issue
    other.line = "6.1"
    #expect(AllowList([other], now: Date()).sort([bug], kernel: nil).known.isEmpty)
    other.line = "6.12"
    #expect(AllowList([other], now: Date()).sort([bug], kernel: nil).known.count == 1)
    let nameless = finding("x", signature: "0123456789abcdef", kernel: nil)
    #expect(AllowList([other], now: Date()).sort([nameless], kernel: nil).known.isEmpty)
    #expect(AllowList([other], now: Date()).sort([nameless], kernel: "6.12.9").known.count == 1)
  }

  @Test func `JUnit is XML that counts right`() throws {
    let text = [report].junit
    let document = try XMLReading(text)
    #expect(document.counts["testcase"] == 2)
    #expect(document.counts["failure"] == 1)
    #expect(document.counts["skipped"] == 1)
    let clean = try XMLReading([DmesgReport(source: "x", kernel: nil, findings: [])].junit)
    #expect(clean.counts["testcase"] == 1)
    #expect(clean.counts["failure"] == nil)
  }

  @Test func `KTAP plans what it holds, and no title is a directive`() {
    let lines = [report, DmesgReport(source: "clean", kernel: nil, findings: [])].ktap.split(separator: "\n")
    #expect(lines.first == "KTAP version 1")
    #expect(lines.dropFirst().first == "1..2")
    #expect(lines.contains("  not ok 1 WARNING in f _ TODO"))
    #expect(lines.contains { $0.hasPrefix("  ok 2 WARNING in g # SKIP known: ") })
    #expect(lines.contains { $0.hasPrefix("not ok 1 ") })
    #expect(lines.last == "ok 2 clean")
  }

  @Test func `annotations are one line each, with everything escaped`() {
    let lines = [report].github.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(
      lines[0].hasPrefix("::error file=a%2Cb%3Ac.log,line=3,endLine=9,title=WARNING in f # TODO::WARNING: CPU: 1"))
    #expect(lines[0].contains("%0A"))
    #expect(
      lines[1] == "::notice file=a%2Cb%3Ac.log,line=3,endLine=9,title=WARNING in g::known: known, 100 %25 & <harmless>")
  }

  @Test func `SARIF has the version, the results and their fingerprints`() throws {
    let data = try JSONEncoder().encode(SarifReport([report], version: "1"))
    let value = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(value["version"] as? String == "2.1.0")
    let run = try #require((value["runs"] as? [[String: Any]])?.first)
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(results.map { $0["level"] as? String } == ["error", "note"])
    #expect(results.map { $0["suppressions"] == nil } == [true, false])
    let prints = results.map { ($0["partialFingerprints"] as? [String: String])?["zlabSignature/v1"] }
    #expect(prints == ["aaaaaaaaaaaaaaaa", "0123456789abcdef"])
  }

  @Test(arguments: [
    "", "# none\n", "- signature: 0123456789abcdef\n  reason: a b c\n",
    "- signature: \"01234567\"\n  reason: 'x: y'\n  link: https://example.org/1#2\n  until: 2027-01-31\n  line: \"6.1\"\n",
    "# list\n- reason: plain # and a remark\n  signature: abcdef0123456789\n\n- signature: 1111111122222222\n  reason: z\n",
  ])
  func `the small reader and the YAML reader agree`(_ text: String) throws {
    #expect(try readFlatIssues(text, file: "f") == readKnownIssues(text, file: "f"))
  }

  @Test(arguments: [
    "- signature: XYZ\n  reason: a", "- signature: 0123456789abcdef", "- signature: 0123456789abcdef\n  reason: ''",
    "- signature: 0123456789abcdef\n  reason: a\n  colour: b",
    "- signature: 0123456789abcdef\n  reason: a\n  until: soon",
    "signature: 0123456789abcdef",
  ])
  func `both refuse what is wrong`(_ text: String) {
    #expect(throws: RequestError.self) { try readFlatIssues(text, file: "f") }
    #expect(throws: RequestError.self) { try readKnownIssues(text, file: "f") }
  }
}

/// Counts the elements of a document that must be well-formed.
private struct XMLReading {
  private(set) var counts: [String: Int] = [:]

  init(_ text: String) throws {
    var open: [String] = []
    for piece in text.split(separator: "<").dropFirst(text.hasPrefix("<") ? 0 : 1) {
      let tag = piece.prefix { $0 != ">" }
      if tag.hasPrefix("?") { continue }
      if tag.hasPrefix("/") {
        try #require(open.popLast() == String(tag.dropFirst()))
        continue
      }
      let name = String(tag.prefix { $0 != " " && $0 != "/" })
      counts[name, default: 0] += 1
      if !tag.hasSuffix("/") { open.append(name) }
    }
    try #require(open.isEmpty)
  }
}
