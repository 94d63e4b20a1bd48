import Foundation
import LogReports
import Model
import Testing
import TextOutput

@Suite struct DmesgReportTests {
  private let report = DmesgReport(
    source: "log", kernel: nil,
    findings: [
      Finding(
        kind: .warning, title: "WARNING in f", function: "g", message: "WARNING: f",
        frames: [
          Frame(name: "g", module: "m", source: "a.c:1", isInlined: true),
          Frame(name: "f", module: "m", offset: 16, source: "a.c:2", printed: PrintedFrame(address: 1, size: 2)),
        ], firstLine: 1, lastLine: 2, signature: "0")
    ])

  @Test func `inlined frames and lines are told to people`() {
    let text = report.text(Style(colour: false))
    #expect(text.contains("    g inlined [m] (a.c:1)\n    f+0x10 [m] (a.c:2)\n"))
  }

  @Test func `frames have only the keys that say something, and are read back`() throws {
    let text = try jsonText(report, pretty: false)
    #expect(text.contains(#"{"inline":true,"module":"m","name":"g","source":"a.c:1"}"#))
    #expect(text.contains(#"{"module":"m","name":"f","offset":16,"source":"a.c:2"}"#))
    let frames = report.findings[0].frames
    let back = try JSONDecoder().decode([Frame].self, from: JSONEncoder().encode(frames))
    #expect(back.map(\.isInlined) == [true, false] && back[1].source == "a.c:2" && back[1].printed == nil)
  }
}
