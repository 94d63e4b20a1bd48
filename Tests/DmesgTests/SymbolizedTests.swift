import Dmesg
import Model
import Testing

/// A log is symbolized before it is mailed, or it is not: the bug is the same.
@Suite struct SymbolizedTests {
  /// Text torn apart by a line break or a transfer encoding tears apart no symbolizer can read, and some fixtures are
  /// symbolized.
  private static let raw = Fixture.all.filter { fixture in
    !["wrap", "inline", "symbolized", "decode", "crlf"].contains { fixture.name.contains($0) }
  }

  private func expectSame(_ log: String, _ other: String, _ name: String) {
    let raw = findings(in: Array(log.utf8)).findings
    let symbolized = findings(in: Array(other.utf8)).findings
    #expect(raw.map(\.title) == symbolized.map(\.title), "\(name)")
    #expect(raw.map(\.signature) == symbolized.map(\.signature), "\(name)")
  }

  @Test(arguments: raw) func `repeated lines change no title and no signature`(_ fixture: Fixture) {
    let log = String(decoding: fixture.log, as: UTF8.self)
    expectSame(log, SymbolizedLog.repeating(log), fixture.name)
  }

  @Test(arguments: raw) func `places for offsets change no title and no signature`(_ fixture: Fixture) {
    let log = String(decoding: fixture.log, as: UTF8.self)
    // That an address is the first byte of the next function, behind a call that does not return, is in the offset only.
    guard !["s390x-bug-next-function.txt", "s390x-lkdtm-corrupt-stack.txt"].contains(fixture.name) else { return }
    expectSame(log, SymbolizedLog.decoded(log), fixture.name)
  }

  @Test(.enabled(if: Corpus.isPresent)) func `symbolized logs of others are the same bugs`() throws {
    for log in try Corpus.general() {
      let text = String(decoding: log.log, as: UTF8.self)
      expectSame(text, SymbolizedLog.repeating(text), log.name)
      expectSame(text, SymbolizedLog.decoded(text), log.name)
    }
  }

  @Test func `the fixtures hold frames to symbolize`() {
    let changed = Self.raw.filter { fixture in
      let log = String(decoding: fixture.log, as: UTF8.self)
      return SymbolizedLog.repeating(log).contains("[inline]") && SymbolizedLog.decoded(log).contains(".c:")
    }
    #expect(changed.count > 40)
  }

  /// Headlines as a symbolizer repeats them in robots' mails.
  @Test(arguments: [
    (
      [
        "BUG: KASAN: slab-use-after-free in widget_get drivers/widget/core.c:12 [inline]",
        "BUG: KASAN: slab-use-after-free in widget_read+0x12/0x40 drivers/widget/core.c:34",
        "Read of size 8 at addr ffff888012345678 by task syz.0.17/5999",
      ], "KASAN: slab-use-after-free Read in widget_read"
    ),
    (
      [
        "WARNING: drivers/widget/core.c:12 at widget_get drivers/widget/core.c:12 [inline], CPU#1: syz.0.17/5999",
        "WARNING: drivers/widget/core.c:12 at widget_read+0x12/0x40 drivers/widget/core.c:34, CPU#1: syz.0.17/5999",
      ], "WARNING in widget_read"
    ),
    (
      [
        "WARNING: CPU: 1 PID: 7 at lib/refcount.c:28 refcount_warn_saturate+0x12/0x40 lib/refcount.c:28",
        "Modules linked in:", "RIP: 0010:refcount_warn_saturate+0x12/0x40 lib/refcount.c:28", "Call Trace:", " <TASK>",
        " __refcount_sub_and_test include/linux/refcount.h:400 [inline]",
        " widget_put drivers/widget/core.c:55 [inline] [widget]",
        " widget_close+0x12/0x40 drivers/widget/core.c:60 [widget]",
      ], "WARNING: refcount bug in widget_close"
    ),
    (
      [
        "Oops: general protection fault, probably for non-canonical address 0xdffffc0000000000: 0000 [#1] SMP KASAN PTI",
        "RIP: 0010:widget_get drivers/widget/core.c:12 [inline]",
        "RIP: 0010:widget_read+0x12/0x40 drivers/widget/core.c:34", "Call Trace:",
        " vfs_read+0x12/0x40 fs/read_write.c:100",
      ], "general protection fault in widget_read"
    ),
  ])
  func `an inlined headline is not the report's`(_ lines: [String], _ title: String) {
    let found = findings(in: Array(lines.joined(separator: "\n").utf8)).findings
    #expect(found.map(\.title) == [title])
  }
}
