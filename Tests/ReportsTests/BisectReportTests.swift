import Foundation
import Model
import Reports
import Testing

@Suite struct BisectReportTests {
  private func commit(_ digit: Character, _ subject: String) -> BisectReport.Commit {
    BisectReport.Commit(
      id: String(repeating: digit, count: 40), subject: subject, author: "A <a@b>", date: Date(timeIntervalSince1970: 0)
    )
  }

  func report(subject: String = "pci: lose a lock") -> BisectReport {
    var report = BisectReport(
      name: "default", repository: "/linux", state: .finished, outcome: .found, confidence: 0.97,
      wantedConfidence: 0.95, commits: 40, remaining: 2, olderThanGood: 0.002, rate: [0.1, 0.05, 0.2],
      done: .init(trials: 60, builds: 5, seconds: 600), misses: 1, scenario: "slot-power-race", parameters: [:],
      started: Date(timeIntervalSince1970: 0), folder: "/state", command: "zlab bisect start")
    let culprit = commit("c", subject)
    report.culprit = culprit
    report.suspects = [
      .init(chance: 0.97, commits: [culprit]),
      .init(chance: 0.02, commits: [commit("d", subject), commit("e", subject)]),
    ]
    report.signatures = [.init(signature: "00112233aabbccdd", title: "WARNING in f", isTargeted: true)]
    report.evidence = [
      .init(
        commit: commit("a", "good"), end: "good", trials: 20, failures: 0, censored: 0, misses: 1, untestable: nil,
        kernel: "k", runs: ["r"]),
      .init(
        commit: commit("b", "broken"), end: "between", trials: 0, failures: 0, censored: 0, misses: 0,
        untestable: "cannot build the kernel", kernel: nil, runs: []),
      .init(
        commit: culprit, end: "between", trials: 10, failures: 3, censored: 0, misses: 0, untestable: nil, kernel: "k",
        runs: ["r"]),
    ]
    report.checks = ["zlab kernel build /linux --rev " + culprit.id]
    report.maintainers = ["B <b@c> (maintainer:PCI)"]
    return report
  }

  @Test func `the culprit comes first, with the evidence and how to check it`() {
    let text = report().text(Style(colour: false))
    #expect(text.hasPrefix("slot-power-race, 40 commits: cccccccccccc is the culprit (confidence 97 %)\n"))
    for words in ["0 of 20", "3 of 10", "untestable", "WARNING in f", "zlab kernel build /linux --rev", "B <b@c>"] {
      #expect(text.contains(words), "\(words)")
    }
    #expect(!text.contains("\u{1b}"))
  }

  @Test(arguments: [40, 60, 80, 132])
  func `bars keep to the terminal's width, whatever a subject holds`(width: Int) {
    let report = report(subject: String(repeating: "long \u{1b}[31m", count: 100))
    let lines = report.progress(Style(colour: false), width: width, bars: 5)
    #expect(lines.count == 4)
    #expect(lines.dropLast().allSatisfy { $0.count <= width && $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } })
    #expect(lines[0].contains("##########"))
    #expect(report.progress(Style(colour: false), width: width, bars: 0).count == 1)
  }

  @Test func `a mail has lines of 72 columns and one subject, whatever a commit says`() {
    let hostile = "pci: lose a lock\nBcc: everyone@example.org\r\n" + String(repeating: "x", count: 500)
    let mail = report(subject: hostile).mail()
    let parts = mail.split(separator: "\n\n", maxSplits: 1)
    #expect(parts.count == 2)
    #expect(!parts[0].split(separator: "\n").contains { $0.hasPrefix("Bcc") })
    #expect(mail.hasPrefix("Subject: [REGRESSION] WARNING in f since "))
    let body = parts[1].split(separator: "\n")
    #expect(body.filter { !$0.contains("Fixes:") }.allSatisfy { $0.count <= 72 }, "\(mail)")
    #expect(body.contains { $0.contains("Fixes: cccccccccccc (\"pci: lose a lock") })
  }

  @Test func `estimates have one decimal in JSON`() throws {
    var report = report()
    report.left = BisectReport.Effort(trials: 12.3456, builds: 5.361366296104013, seconds: 0.04)
    let data = try JSONEncoder().encode(report)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["left"] as? [String: Double] == ["trials": 12.3, "builds": 5.4, "seconds": 0])
  }

  @Test func `what goes on says how to go on`() {
    var report = report()
    (report.state, report.outcome, report.culprit) = (.going, nil, nil)
    report.left = .init(trials: 12.5, builds: 1.2, seconds: 300)
    let text = report.text(Style(colour: false))
    #expect(text.contains(": in progress"))
    #expect(text.contains("about 13 trials and 2 builds left, 5 min"))
    #expect(text.contains("not running"))
    #expect(text.contains("  zlab bisect run\n"))
    report.worker = .init(process: 4711, since: Date(timeIntervalSince1970: 0))
    let busy = report.text(Style(colour: false))
    #expect(busy.contains("running in process 4711 since 1970-01-01T00:00:00Z"))
    #expect(!busy.contains("  zlab bisect run\n"))
  }
}
