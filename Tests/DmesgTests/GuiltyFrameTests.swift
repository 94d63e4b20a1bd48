import Dmesg
import Model
import Testing

/// Disagreements of the printed function and the trace disagree, and why ours wins.
@Suite struct GuiltyFrameTests {
  private func function(_ lines: [String]) throws -> String? {
    try #require(findings(in: Array(lines.joined(separator: "\n").utf8)).findings.first).function
  }

  @Test func `the breaking event wins when BUG left the PSW at the next function`() throws {
    // The compiler lets nothing follow BUG(), so the PSW points behind the function's end: to its neighbour.
    let lines = [
      "kernel BUG at mm/foo.c:76!", "illegal operation: 0001 [#1] SMP",
      "Krnl PSW : 0704d00180000000 000000000025df40 (neighbour+0x0/0x64)", "Call Trace:",
      " [<00000000007a62da>] caller+0x12a/0x3b4", "Last Breaking-Event-Address:",
      " [<000000000025df3c>] culprit+0x80/0x84", "---[ end trace 0000000000000000 ]---",
    ]
    #expect(try function(lines) == "culprit")
  }

  @Test func `the PSW wins when it stands inside a function`() throws {
    let lines = [
      "kernel BUG at mm/foo.c:76!", "monitor event: 0040 ilc:2 [#1] SMP",
      "Krnl PSW : 0704d00180000000 000000000025df40 (culprit+0x10/0x64)", "Call Trace:",
      " [<000000000025df40>] culprit+0x10/0x64", "Last Breaking-Event-Address:",
      " [<000000000025df3c>] _printk+0x80/0x84", "---[ end trace 0000000000000000 ]---",
    ]
    #expect(try function(lines) == "culprit")
  }

  @Test func `the caller wins over a checker that the headline names`() throws {
    // refcount_warn_saturate only counts; who dropped one reference too many stands below it.
    let lines = [
      "WARNING: CPU: 0 PID: 57 at lib/refcount.c:28 refcount_warn_saturate+0xe4/0x130", "Call Trace:",
      " [<000003ffe0c1f030>] refcount_warn_saturate+0xe8/0x130", " [<000003ffe0c1f031>] culprit+0x20/0x90",
      "---[ end trace 0000000000000000 ]---",
    ]
    #expect(try function(lines) == "culprit")
  }

  @Test func `the first frame wins when the PSW went wild`() throws {
    let lines = [
      "illegal operation: 0001 ilc:1 [#1] SMP", "Krnl PSW : 0704c00180000000 0000000000000002 (0x2)", "Call Trace:",
      " [<000003ffe0c1f030>] culprit+0x20/0x90", "---[ end trace 0000000000000000 ]---",
    ]
    #expect(try function(lines) == "culprit")
  }

  @Test func `an unreliable frame never wins`() throws {
    let lines = [
      "Oops: 0004 ilc:2 [#1] SMP", "Call Trace:", "([<000003ffe0c1f030>] stale+0x20/0x90)",
      " [<000003ffe0c1f030>] culprit+0x20/0x90", "---[ end trace 0000000000000000 ]---",
    ]
    #expect(try function(lines) == "culprit")
  }

  @Test func `the place of the lock wins over the frames of lockdep`() throws {
    let lines = [
      "WARNING: possible recursive locking detected", "6.16.0 #7 Not tainted", "sh/61 is trying to acquire lock:",
      "000003ffe1c0a4d8 (zpci_list_lock){+.+.}-{3:3}, at: culprit+0x2a/0xa8", "stack backtrace:", "Call Trace:",
      " [<000003ffe0c1f030>] dump_stack_lvl+0x20/0x90", " [<000003ffe0c1f030>] __lock_acquire+0x20/0x90",
      " [<000003ffe0c1f030>] other+0x20/0x90",
    ]
    #expect(try function(lines) == "culprit")
  }

  @Test func `a stall is named by its entry and blames where it stood`() throws {
    let found = findings(in: try Fixture(named: "s390x-rcu-self-detected.txt").log).findings
    #expect(found.map(\.title) == ["INFO: rcu detected stall in direct_entry"])
    #expect(found.map(\.function) == ["lkdtm_SOFTLOCKUP"])
  }

  @Test func `a soft interrupt on top of a stall is not to blame`() throws {
    let lines = [
      "rcu: INFO: rcu_preempt self-detected stall on CPU", "Task dump for CPU 1:", "Call Trace:",
      " [<000003ffe0c1f030>] handle_softirqs+0xe4/0x3f0", " [<000003ffe0c1f031>] __irq_exit_rcu+0x120/0x150",
      " [<000003ffe0c1f032>] do_ext_irq+0xb8/0x1a0", " [<000003ffe0c1f033>] ext_int_handler+0x92/0xc0",
      " [<000003ffe0c1f034>] culprit+0xa/0x20", " [<000003ffe0c1f035>] vfs_write+0xb2/0x5b0",
      " [<000003ffe0c1f036>] __do_syscall+0x1a6/0x1d0", " [<000003ffe0c1f037>] system_call+0x82/0xb0",
    ]
    #expect(try function(lines) == "culprit")
  }

  @Test func `a memory leak skips every layer that allocates`() throws {
    let found = findings(in: try Fixture(named: "s390x-kmemleak.txt").log).findings
    #expect(found.map(\.function) == ["zpci_create_device"])
  }
}
