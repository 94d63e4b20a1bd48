import Foundation
import Model
import Testing

@testable import Dmesg

/// The table that `scripts/report-formats` makes of kernel trees; the tests need none.
@Suite struct ReportFormatsTests {
  struct Format: Sendable, CustomTestStringConvertible {
    var text: String
    var example: String
    var kind: String
    var title: String

    var testDescription: String { example }
  }

  private static let docs = Fixture.folder.deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs")

  private static func rows(_ name: String) -> [[String]] {
    let text = (try? String(contentsOf: docs.appending(path: name), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private static let formats: [Format] = rows("report-formats.tsv").dropFirst().map {
    Format(text: $0[0], example: $0[1], kind: $0[2], title: $0[3])
  }

  private static let quiet = Set(
    rows("report-formats-quiet.tsv").filter { $0.count == 2 && !$0[1].isEmpty }.map { $0[0] })

  @Test func `the table is there`() {
    #expect(Self.formats.count > 400)
    #expect(!Self.quiet.isEmpty)
  }

  @Test(arguments: formats)
  func `a format that a kernel prints is read, or has a reason`(_ format: Format) {
    let found = findings(in: Array("[    1.000000] \(format.example)\n".utf8)).findings
    #expect(found.first?.kind.rawValue ?? "none" == format.kind, "run scripts/report-formats")
    #expect(found.first?.title ?? "" == format.title, "run scripts/report-formats")
    #expect((format.kind == "none") == Self.quiet.contains(format.text), "report-formats-quiet.tsv has the reasons")
  }
}
