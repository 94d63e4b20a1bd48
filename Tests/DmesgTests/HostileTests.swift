import Dmesg
import Model
import Testing

@Suite struct HostileTests {
  @Test func `random bytes are survived`() {
    var generator = SplitMix64(seed: 390)
    var parser = DmesgParser()
    for _ in 0..<200 {
      let bytes = (0..<4096).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      _ = parser.feed(bytes)
    }
    _ = parser.finish()
  }

  @Test func `fixtures with bytes knocked out are survived`() {
    var generator = SplitMix64(seed: 31)
    for fixture in Fixture.all {
      var log = fixture.log
      for _ in 0..<(log.count / 50) {
        log[Int(generator.next() % UInt64(log.count))] = UInt8(truncatingIfNeeded: generator.next())
      }
      let found = findings(in: log).findings
      #expect(found.allSatisfy { $0.firstLine <= $0.lastLine })
    }
  }

  @Test func `one line of ten megabytes is survived`() {
    var parser = DmesgParser()
    let chunk = [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)
    _ = parser.feed(Array("BUG: KASAN: ".utf8))
    for _ in 0..<10 { _ = parser.feed(chunk) }
    #expect(parser.finish().count <= 1)
  }

  @Test func `a hundred thousand headlines are as many findings`() {
    var parser = DmesgParser()
    let block = Array(String(repeating: "BUG: scheduling while atomic: sh/61/0x00000002\n", count: 1000).utf8)
    var count = 0
    for _ in 0..<100 { count += parser.feed(block).count }
    count += parser.finish().count
    #expect(count == 100_000)
  }

  @Test func `forty thousand callers do not pile up`() {
    var parser = DmesgParser()
    var count = 0
    for start in stride(from: 0, to: 40_000, by: 1000) {
      let block = (start..<(start + 1000)).map { "[    1.000000][T\($0)] Oops: 0004 ilc:2 [#1] SMP\n" }.joined()
      count += parser.feed(Array(block.utf8)).count
    }
    // Sixteen reports may be open, and one headline waits for its next line.
    #expect(count >= 40_000 - 17)
  }

  @Test func `an endless trace keeps both ends`() throws {
    var log = "[    1.000000] Oops: 0004 ilc:2 [#1] SMP\n[    1.000000] Call Trace:\n"
    log += "[    1.000000]  [<000003ffe0c1f030>] innermost+0x2/0x4\n"
    for _ in 0..<5000 { log += "[    1.000000]  [<000003ffe0c1f030>] again+0x2/0x4\n" }
    log += "[    1.000000]  [<000003ffe0c1f030>] outermost+0x2/0x4\n"
    let finding = try #require(findings(in: Array(log.utf8)).findings.first)
    #expect(finding.frames.first?.name == "innermost")
    #expect(finding.frames.last?.name == "outermost")
    #expect(finding.frames.count < 200)
  }
}
