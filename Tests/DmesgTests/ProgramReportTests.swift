import Dmesg
import Model
import Testing

@Suite struct ProgramReportTests {
  @Test func `the particulars are no part of the bug`() {
    let first = programFinding("blk-user", stderr: "blk-user: data corruption: block 11 holds 0\nmore\n", line: 7)
    let second = programFinding("blk-user", stderr: "blk-user: data corruption: block 94 holds 3\n", line: 9)
    #expect(first.title == "blk-user: data corruption")
    #expect(first.signature == second.signature)
    #expect(first.message == "blk-user: data corruption: block 11 holds 0")
    #expect(first.firstLine == 7)
  }

  @Test func `different wrongs are different bugs, and no words are a bug too`() {
    let first = programFinding("blk-user", stderr: "blk-user: data corruption: x", line: 1)
    #expect(programFinding("blk-user", stderr: "blk-user: lost a write: x", line: 1).signature != first.signature)
    #expect(programFinding("act", stderr: "", line: 1).title == "act: no reason given")
  }
}
