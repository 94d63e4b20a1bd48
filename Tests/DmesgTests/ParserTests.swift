import Dmesg
import Model
import Testing

@Suite struct ParserTests {
  /// Feeds the lines of a fixture one by one; each element says what the line brought.
  private func trickle(_ name: String) throws -> (perLine: [[Finding]], parser: DmesgParser) {
    var parser = DmesgParser()
    var perLine: [[Finding]] = []
    for line in try Fixture(named: name).log.split(separator: 0x0a, omittingEmptySubsequences: false) {
      perLine.append(parser.feed(Array(line) + [0x0a]))
    }
    return (perLine, parser)
  }

  @Test(arguments: ["s390x-warn-detach-crlf.txt", "s390x-oops-panic.txt"])
  func `a finding comes out with its last line`(_ name: String) throws {
    let (perLine, parser) = try trickle(name)
    let line = try #require(perLine.firstIndex { !$0.isEmpty })
    #expect(perLine[line].first?.lastLine == line + 1)
    #expect(!parser.isInsideReport)
  }

  @Test func `the parser knows when it is inside a report`() {
    var parser = DmesgParser()
    #expect(!parser.isInsideReport)
    _ = parser.feed(Array("[    1.000000] ------------[ cut here ]------------\n".utf8))
    #expect(parser.isInsideReport)
    _ = parser.finish()
    #expect(!parser.isInsideReport)
  }

  @Test func `a cut-here line without a headline is no finding`() {
    #expect(findings(in: Array("------------[ cut here ]------------\nfoo\n".utf8)).findings.isEmpty)
  }

  @Test func `the boot banner tells the kernel`() {
    let log = Array("[    0.090000] Linux version 6.1.192 (zlab@build) (gcc) #2 SMP\nhello\n".utf8)
    #expect(findings(in: log).kernel == "6.1.192")
  }

  @Test func `without a banner the report tells the kernel`() throws {
    #expect(findings(in: try Fixture(named: "s390x-oops-panic.txt").log).kernel == "6.1.192")
  }

  @Test func `a hung task without an end line comes out when other lines follow`() {
    var log = "[  245.0] INFO: task kmcheck:72 blocked for more than 122 seconds.\n"
    log += "[  245.0]       Not tainted 6.12.107 #3\n[  245.0] Call Trace:\n"
    log +=
      "[  245.0]  [<000003ffe0c1f030>] __schedule+0x2a0/0x590\n[  245.0]  [<000003ff80067374>] zpci_wait+0x34/0x58\n"
    log = log.replacing("245.0]", with: "245.000001]")
    var parser = DmesgParser()
    #expect(parser.feed(Array(log.utf8)).isEmpty)
    let later = (0..<12).map { "[  250.00000\($0 % 10)] usb \($0): something else\n" }.joined()
    #expect(parser.feed(Array(later.utf8)).map(\.function) == ["zpci_wait"])
  }

  @Test func `a report of another caller does not end this one`() throws {
    let found = findings(in: try Fixture(named: "interleaved-callers.txt").log).findings
    let interleaved = found.map(\.interleaved)
    let frames = found.map(\.frames.count)
    let alone = try ["s390x-warn-detach-crlf.txt"].map {
      findings(in: try Fixture(named: $0).log).findings[0].frames.count
    }
    #expect(interleaved == [true, true])
    #expect(frames[1] == alone[0])
  }

  @Test func `a later panic of an earlier oops is no finding of its own`() {
    let die = "[    1.000000] Oops: 0004 ilc:2 [#1] SMP \n[    1.000001] Call Trace:\n"
    let frame =
      "[    1.000002]  [<000003ffe0c1f030>] zpci_gone+0x2a0/0x590\n[    1.000003] ---[ end trace 0000000000000000 ]---\n"
    let panic = "[    1.100000] Kernel panic - not syncing: Fatal exception in interrupt\n"
    #expect(findings(in: Array((die + frame + panic).utf8)).findings.map(\.title) == ["Oops in zpci_gone"])
    #expect(findings(in: Array(panic.utf8)).findings.map(\.kind) == [.panic])
  }
}
