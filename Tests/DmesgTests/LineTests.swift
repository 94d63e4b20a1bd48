import Model
import Testing

@testable import Dmesg

@Suite struct LineTests {
  @Test func `a stamp is found behind any length of other text`() {
    #expect(prefix(String(repeating: "progress ", count: 200) + "[   12.345678] text").rest.string == "text")
  }

  private func prefix(_ text: String) -> LinePrefix { LinePrefix(bytes(text), in: lastingStore()) }

  @Test(arguments: [
    "[   12.345678] text", "<4>[   12.345678] text", "> > [   12.345678] text", "00: [   12.345678] text",
    "[  +0.000001] text", "[Tue Sep  9 10:25:34 2025] text", "[Sep20 23:19] text", "Sep  9 10:25:34 host kernel: text",
    "2025-09-09T10:25:34.123456+02:00 host kernel: [    1.000000] text", "2025-09-09T10:25:34,123456+02:00 text",
    "[   12.345678] host kernel: text", "<4>text", "host login: [   12.345678] text", "c   12.345678! text",
    "root@host:~# [   12.345678] text", "[10320.359160] text", "\u{fffd}   12.345678\u{fffd} text",
    // printk without a time
    "[    T77] text", "[T77] text", "[    C1] text", "[   12.345678][ T77@C1] text",
    // util-linux: dmesg -x, -d, -Td, -td, -e under a locale with a comma, iso
    "kern  :warn  : [   12.345678] text", "user  :notice: [Sat Nov 28 06:43:23 2026] text", "local0:err   : text",
    "[   12.000001 <    0.500000>] text", "[Sat Nov 28 06:43:23 2026 < 9600.000000>] text", "[<    0.500000>] text",
    "[  +0,000123] text", "[   12,345678] text", "[Nov28 06:43] text", "2026-11-28T06:43:23,500001+00:00 text",
    // journalctl -o short, short-precise, short-iso, short-full, short-unix, short-delta, without a host
    "Mar 02 10:25:34 host kernel: text", "Mar 02 10:25:34.123456 host kernel: text",
    "2026-03-02T10:25:34+0100 host kernel: text", "Mon 2026-03-02 10:25:34 CET host kernel: text",
    "1772787600.123456 host kernel: text", "[   12.345678 <    0.000001 >] host kernel: text",
    "Mar 02 10:25:34 kernel: text", "Mar 02 10:25:34 host kernel[0]: text",
    // RFC 3164, RFC 5424, busybox, OpenWrt
    "<4>Mar  2 10:25:34 host kernel: [   12.345678] text",
    "<4>1 2026-03-02T10:25:34.000003-07:00 host kernel - - - text",
    "<4>1 2026-03-02T10:25:34Z host kernel - - [meta sequenceId=\"1\"] [   12.345678] text",
    "Mar  2 10:25:34 host kern.warn kernel: text", "Mon Mar  2 10:25:34 2026 kern.warn kernel: [   12.345678] text",
    // Serial loggers
    "15:37:25 text", "[15:37:25] text", "[15:37:25.123] text", "2026-03-02 10:25:34 text", "[2026-03-02 10:25:34] text",
    "[Mon Mar  2 10:25:34 2026]text", "Mar 02 10:25:34 text", "2026/03/02 10:25:34 text", "02.03.2026 10:25:34 text",
    "[1.234567 0.000123] text", "2026-03-02T10:25:34.123456 [   12.345678] text", "15:37:25 | text",
    "03-02 10:25:34.123     0     0 W         : text",
    // CI
    "2026-03-02T10:25:34.1234567Z text", "2026-03-02T10:25:34.123456Z 01O text", "2026-03-02T10:25:34.123456Z 00E+text",
    "[2026-03-02T10:25:34.123Z] [   12.345678] text", "build UNKNOWN STEP 2026-03-02T10:25:34.1234567Z text",
    "guest-1  | [   12.345678] text", "guest_1 | text",
  ])
  func `a prefix comes off`(_ line: String) {
    #expect(prefix(line).rest.string == "text")
  }

  @Test(arguments: [
    "[vfio] text", "[ INFO: suspicious RCU usage. ]", "[<000003ff80137780>] f+0x1/0x2", "[Txx] text", "text",
    "[12:34] text", "12.5 text", "Mar text", "Memory: 4096K/8192K available", "kern: text",
    "host kernel text", "usercopy: Kernel memory exposure attempt", "0000:10:00.0: text", "CPU: 0 PID: 1 Comm: sh",
  ])
  func `what only looks like a prefix stays`(_ line: String) {
    #expect(prefix(line).rest.string == line)
  }

  @Test func `callers are read`() {
    #expect(prefix("[    2.954818][   T60] text").caller == Caller(bytes("T60")))
    #expect(prefix("[    2.954818][    C1] text").caller == Caller(bytes("C1")))
    #expect(prefix("[    2.954818] text").caller == nil)
  }

  @Test func `a line printed into another one is a line of its own`() {
    let line = prefix("[    1.000000] BUG: unable to [    1.000001] usb 1-1: new device")
    #expect(line.rest.string == "BUG: unable to")
    #expect(line.next?.string == "[    1.000001] usb 1-1: new device")
  }

  private func decode(_ bytes: [UInt8]) -> String {
    var decoder = LineDecoder()
    return bytes.withUnsafeBufferPointer { decoder.decode($0, into: lastingStore()).string }
  }

  @Test func `terminal escapes and control bytes go`() {
    #expect(decode(Array("\u{1b}[1;31mred\u{1b}[0m\u{0}\r".utf8)) == "red")
    #expect(decode([0x01, 0x34] + Array("text".utf8)) == "text")
    #expect(decode(Array("a\u{a0}b\tc".utf8)) == "a b c")
    #expect(
      decode(Array("\u{1b}]0;a title\u{7}a\u{1b}(B\u{1b}[Kb\u{1b}_bk;t=17\u{7}c\u{1b}]2;x\u{1b}\\d".utf8)) == "abcd")
  }

  @Test func `blanks of other character sets are blanks`() {
    #expect(decode([0xa0, 0x61, 0xa0]) == " a ")
    #expect(decode(Array("\u{feff}a\u{2003}b\u{3000}c\u{202f}d".utf8)) == "a b c d")
    #expect(decode(Array("\u{e0}\u{a0}x".utf8)) == "\u{e0} x")
    #expect(decode([0xdd] + Array("1.000000".utf8) + [0xa8]) == "[1.000000]")
  }

  @Test func `quoted-printable is decoded only where it is certain`() {
    #expect(decode(Array("[=C2=A0 132.9] a=3Db".utf8)) == "[  132.9] a=b")
    #expect(decode(Array("rc=20 value=AB".utf8)) == "rc=20 value=AB")
  }

  private func join(_ lines: [String]) -> [String] {
    var joiner = LineJoiner(filter: TriggerFilter())
    var ready: [ConsoleLine] = []
    for (index, line) in lines.enumerated() {
      Array(line.utf8).withUnsafeBufferPointer { joiner.accept($0, number: index + 1, into: &ready) }
    }
    joiner.finish(into: &ready)
    return ready.map(\.text.string)
  }

  @Test func `a wrapped trace entry is put together`() {
    #expect(
      join(["[    1.000000]  [<000003ff8011a1b8>]", "vfio_group_detach_container+0x88/0x170 [vfio]"]) == [
        "[<000003ff8011a1b8>] vfio_group_detach_container+0x88/0x170 [vfio]"
      ])
  }

  @Test func `the place of a lock is never a program's words`() throws {
    let log = """
      [   12.000001] WARNING: bad unlock balance detected!
      [   12.000002] cat/77 is trying to release lock (&w->lock) at:
               Starting Load Kernel Module drm...
      [   12.000003] [<ffffffff834dea24>] widget_stop+0xe4/0x140
      [   12.000004] but there are no more locks to release!
      """
    #expect(findings(in: Array(log.utf8)).findings.map(\.title) == ["WARNING: bad unlock balance in widget_stop"])
  }

  @Test func `a panic that a mail program broke is whole`() {
    let log = "Kernel panic - not syncing: stack-protector: Kernel stack is\ncorrupted in: widget_read+0x10/0x20\n"
    #expect(findings(in: Array(log.utf8)).findings.map(\.title) == ["kernel panic: stack is corrupted in widget_read"])
  }

  @Test func `a stamped line never continues another`() {
    let lines = ["[    1.000000]  [<000003ff8011a1b8>]", "[    1.000001] next"]
    #expect(join(lines) == ["[<000003ff8011a1b8>]", "next"])
  }

  @Test func `a soft line break joins and a drawn line does not`() {
    let long = String(repeating: "x", count: 75)
    #expect(join([long + "=", "yz"]) == [long + "yz"])
    let rule = String(repeating: "=", count: 70)
    #expect(join([rule, "yz"]) == [rule, "yz"])
  }

  @Test func `a line beyond the limit is cut and the next one is whole`() {
    var splitter = LineSplitter()
    let bytes = [UInt8](repeating: 0x61, count: LineSplitter.lineLimit * 3) + Array("\nshort\n".utf8)
    let lengths = bytes.withUnsafeBufferPointer { buffer in
      var offset = 0
      var lengths: [Int] = []
      while let line = splitter.next(in: buffer, from: &offset) {
        switch line {
        case .inChunk(let range): lengths.append(range.count)
        case .assembled(let whole): lengths.append(whole.count)
        }
      }
      return lengths
    }
    #expect(lengths == [LineSplitter.lineLimit, 5])
  }
}
