import Foundation
import Model
import Reports
import Statistics
import Testing

@Suite struct NightWordsTests {
  private func mail(_ report: NightReport, _ addresses: MailAddresses = MailAddresses()) throws -> (
    header: String, body: [String]
  ) {
    let text = try render(report, as: .mail, addresses: addresses)
    let end = try #require(text.range(of: "\n\n"))
    return (String(text[..<end.lowerBound]), text[end.upperBound...].components(separatedBy: "\n"))
  }

  @Test func `the first lines of the text name what is new and nothing else`() throws {
    let text = try render(NightFixture.night, as: .text)
    let lines = text.components(separatedBy: "\n")
    #expect(
      lines[0] == "NEW  WARNING in iommu_detach_group   vfio-detach-race on 6.1 (6.1.192)   \(NightFixture.bug)")
    #expect(lines[1].isEmpty)
    #expect(lines[2].hasPrefix("night 3f9a3f9a of stable   2026-11-"))
    #expect(
      text.contains("6 cells: 1 failing, 1 clean, 1 failed to build, 3 inconclusive; 6 valid trials, 2"))
    #expect(text.contains("    iommu_detach_group+0x6a\n"))
    #expect(text.contains("    to reproduce: zlab run --replay 11112222/2\n"))
    #expect(text.contains("gone with 98.4 % confidence, given its earlier rate"))
    #expect(text.contains("p = 0.0400 % if the rate had not changed"))
    #expect(text.contains("slot-power-race on linux-next, kasan              build failed: kernel/sched/core.c:12"))
    #expect(try render(NightFixture.quiet, as: .text).hasPrefix("Nothing new\n\n"))
  }

  @Test func `a reason for several cells is told once, whole and on lines of its own`() throws {
    var night = NightFixture.night
    let reason =
      "cannot fetch it: apt-get ended with code 100\n  E: Failed to fetch " + String(repeating: "x", count: 120)
    night.trouble = [NightTrouble(reason: "debian:trixie: " + reason, count: 3)]
    for index in night.cells.indices.prefix(3) {
      (night.cells[index].state, night.cells[index].reason) = (.labFailed, reason)
    }
    for format in [ReportFormat.text, .mail] {
      let text = try render(night, as: format).split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(text.components(separatedBy: "apt-get ended with code 100").count == 2, "\(text)")
      #expect(text.components(separatedBy: "infrastructure error, see below").count == 4, "\(text)")
      #expect(text.contains(String(repeating: "x", count: 60)) && !text.contains("u{a}"), "\(text)")
    }
  }

  @Test func `the worst comes first, however seldom it shows`() throws {
    var night = NightFixture.night
    var change = try #require(night.changes.first { $0.kind == .new })
    change.signature = "aaaaaaaaaaaaaaaa"
    change.title = "Oops in seldom"
    change.sighting?.finding.kind = .oops
    change.now = Rate(failures: 1, trials: 1000)
    night.changes.append(change)
    for (format, words) in [(ReportFormat.text, "NEW  Oops in seldom"), (.mail, "NEW  Oops in seldom")] {
      let text = try render(night, as: format)
      let (oops, warning) = (text.range(of: words), text.range(of: "WARNING in iommu_detach_group"))
      #expect(try #require(oops).lowerBound < #require(warning).lowerBound, "\(text)")
    }
    #expect(try render(night, as: .html).contains("<title>NEW: Oops in seldom"))
  }

  @Test func `a change says what a bisection found, and which kernel was bad first`() throws {
    var night = NightFixture.night
    var bisect = BisectRecord(
      name: "detach", repository: "/linux", scenario: "vfio-detach-race", seed: 1, started: NightFixture.start,
      signatures: [NightFixture.bug], trials: 80, builds: 1)
    func facts() throws -> String {
      let index = try #require(night.changes.firstIndex { $0.kind == .new })
      night.changes[index].bisect = bisect
      night.changes[index].firstBad = NightFirstBad(
        kernelName: "mine", release: "6.1.180", run: "aabbccdd", seen: NightFixture.start)
      return try render(night, as: .text)
    }
    #expect(try facts().contains("\n    bisection 'detach' in progress (80 trials, 1 build)\n"))
    bisect.state = .finished
    bisect.outcome = .goodEndFails
    #expect(try facts().contains("'detach' found no culprit: the good commit fails too, so the culprit is older\n"))
    bisect.culprit = BisectRecord.Culprit(id: String(repeating: "ab", count: 20), subject: "a \u{1b}b", author: "")
    (bisect.outcome, bisect.confidence, bisect.suspects) = (.found, 0.972, ["x", "y"])
    let text = try facts()
    #expect(text.contains("bisected to abababababab (\"a \\u{1b}b\") or an adjacent commit, confidence 97.2 %\n"))
    #expect(text.contains("\n    first known bad kernel: mine, 6.1.180, on 2026-11-18 in run aabbccdd\n"))
  }

  @Test func `changes stand in the order in which a reader needs them`() throws {
    let text = try render(NightFixture.night, as: .text)
    let places = ["\nNew\n", "\nKnown issue, entry", "\nRate changed\n", "\nGone\n", "\nKnown issues\n", "\nCells\n"]
      .map {
        text.range(of: $0)?.lowerBound
      }
    #expect(!places.contains(nil))
    #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
  }

  @Test func `the mail's first lines name what is new and nothing else`() throws {
    let (header, body) = try mail(NightFixture.night)
    #expect(header.hasPrefix("Subject: [zlab] stable: NEW WARNING in iommu_detach_group\nDate: "))
    #expect(
      header.contains("\nDate: Wed, 18 Nov 2026 13:18:20 +0000\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\n"))
    #expect(body[0] == "NEW  WARNING in iommu_detach_group")
    #expect(body[1] == "     vfio-detach-race on 6.1 (6.1.192)")
    #expect(body[2].isEmpty)
    #expect(body.contains("|  iommu_detach_group+0x6a"))
    #expect(body.contains("  zlab run --replay 11112222/2"))
    #expect(body.contains("  https://lab.example.org/config/cdcd"))
    #expect(body.contains("  config: s390-guest lockdep, named lockdep"))
    let quiet = try mail(NightFixture.quiet)
    #expect(quiet.header.hasPrefix("Subject: [zlab] stable: nothing new\n") && quiet.body[0] == "Nothing new.")
  }

  @Test(arguments: NightSample.allCases)
  func `no line of a mail is long but those of a trace, and none can be taken for something else`(
    sample: NightSample
  ) throws {
    for line in try mail(sample.report).body {
      let isAddress = line.hasPrefix("  http")
      #expect(line.unicodeScalars.count <= (line.hasPrefix("| ") ? 203 : isAddress ? 902 : 72), "\(line)")
      #expect(line.utf8.count <= 998)
      #expect(line.unicodeScalars.last?.properties.isWhitespace != true, "\(line)")
      // As b4 gathers trailers; and what programs take for a mail's or a patch's beginning.
      let isTrailer = line.firstMatch(of: /^\s*\w+-by:\s+\S.*/) != nil
      #expect(!isTrailer, "\(line)")
      for start in ["From ", "diff ", "--- ", "-- "] { #expect(!line.hasPrefix(start)) }
    }
  }

  @Test func `a mail has the addresses that were asked for, and no field that they smuggle in`() throws {
    let header = try mail(
      NightFixture.night,
      MailAddresses(from: "Lab <lab@example.org>", to: ["a@example.org", "b@x\nBcc: c@example.org"])
    ).header
    #expect(header.hasPrefix("From: Lab <lab@example.org>\nTo: a@example.org, b@x"))
    #expect(!header.contains("\nBcc:"))
  }

  @Test func `a run's mail says its verdict and shows its finding`() throws {
    let (header, body) = try mail(NightFixture.run)
    #expect(header.hasPrefix("Subject: [zlab] slot-power-race: failing, 1 trial failed\n"))
    #expect(body[0] == "Failing.")
    #expect(body.contains("Findings") && body.contains("|  iommu_detach_group+0x6a"))
  }

  @Test(arguments: [
    ("6.1.0-50-s390x", "6.1"), ("6.12.107+deb13-s390x", "6.12"), ("7.0-rc3", "7.0"), ("next", "next"), ("6.x", "6.x"),
    ("", ""),
  ])
  func `a release belongs to a line`(release: String, line: String) {
    #expect(kernelLine(release) == line)
  }
}
