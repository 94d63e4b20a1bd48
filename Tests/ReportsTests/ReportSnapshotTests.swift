import Foundation
import Model
import Reports
import Statistics
import TestSupport
import Testing

/// Every report of the fixtures, as recorded in Tests/Snapshots/reports.
@Suite struct ReportSnapshotTests {
  private static let plain = Style(colour: false)
  private static let addresses = MailAddresses(from: "lab@example.org", to: ["list@example.org"])

  private static var all: [(name: String, text: String)] {
    get throws {
      var all: [(name: String, text: String)] = []
      for (name, night) in [
        ("night", NightFixture.night), ("quiet-night", NightFixture.quiet), ("pruned-night", NightFixture.pruned),
      ] {
        for format in ReportFormat.allCases where format != .bug {
          all.append(("\(name).\(format.rawValue)", try render(night, as: format, addresses: addresses)))
        }
      }
      for (name, result) in VerifyFixture.all {
        all.append(("verify-\(name).text", VerifyReport(result).text(plain)))
        all.append(("verify-\(name).mail", VerifyReport(result).mail()))
      }
      let bisect = BisectReportTests().report()
      all.append(("bisect.text", bisect.text(plain)))
      all.append(("bisect.mail", bisect.mail()))
      for (name, run) in RunReportTests().all { all.append(("run-\(name).text", run.text(plain))) }
      let scheduled = RunReportTests().scheduled(), traced = RunReportTests().scheduled(story: PinReportTests.story)
      all.append(("run-scheduled.text", scheduled.text(plain)))
      all.append(("run-scheduled.html", try render(NightReport(scheduled), as: .html)))
      all.append(("run-traced.html", try render(NightReport(traced), as: .html)))
      all.append(("sweep.text", SweepReportTests().report([1: 0, 20: 5, 300: 10]).text(plain)))
      all.append(("pin.text", PinReportTests().report().text(plain)))
      return all.map { ("reports/\($0.name)", $0.text) }
    }
  }

  @Test func `reports change only on purpose`() throws {
    for (name, text) in try Self.all {
      let difference = try snapshotDifference(text, name)
      #expect(difference == nil, "\(difference ?? "")")
    }
  }

  @Test func `JSON of the fixtures fits its schema`() async throws {
    var all = try VerifyFixture.all.map { (try jsonText(VerifyReport($0.1)), "zlab.verify-2") }
    all += try RunReportTests().all.map { (try jsonText($0.1), "zlab.run-2") }
    all.append((try jsonText(RunReportTests().scheduled(story: PinReportTests.story)), "zlab.run-2"))
    all.append((try jsonText(BisectReportTests().report()), "zlab.bisect-2"))
    for found in [[1: 0, 20: 5], [1: 0]] {
      all.append((try jsonText(SweepReportTests().report(found)), "zlab.sweep-2"))
    }
    for (json, schema) in all {
      let errors = try await schemaErrors(json, schema)
      #expect(errors == nil, "\(errors ?? "")")
    }
    let wrong = try await schemaErrors("{}", "zlab.verify-2")
    #expect(wrong?.contains("is a required property") == true)
  }

  @Test func `each record is of a report`() throws {
    #expect(staleSnapshots(in: "reports", except: try Self.all.map(\.name)).isEmpty)
  }
}
