import Model
import Testing

@testable import Dmesg

@Suite struct HeadlineTests {
  private func match(_ text: String) -> ReportPatternMatch? { ReportPatternMatch(in: bytes(text)) }

  @Test func `the filter lets every headline through`() {
    let filter = TriggerFilter()
    for headline in ReportPattern.all {
      let line = Array(
        headline.pattern.wording.replacing("{function}", with: "f+0x1/0x2").replacing("{}", with: "x").replacing(
          "{*}", with: "y"
        ).utf8)
      #expect(line.withUnsafeBufferPointer { filter.matches($0) }, "\(headline.pattern.wording)")
    }
  }

  @Test(arguments: ["", "B", "usb 1-1: new high-speed device", "BU", "Oop", "WARNIN"])
  func `the filter stops other lines`(_ text: String) {
    #expect(!Array(text.utf8).withUnsafeBufferPointer { TriggerFilter().matches($0) })
  }

  @Test(arguments: [
    ("illegal operation: 0001 ilc:1 [#2] SMP ", FindingKind.oops), ("monitor event: 0040 ilc:2 [#1]SMP", .bug),
    ("specification exception: 0006 ilc:2 [#1]SMP", .oops), ("Oops: 003b ilc:3 [#1] PREEMPT SMP", .oops),
    ("rcu: INFO: rcu_sched self-detected stall on CPU", .rcuStall),
    ("[ INFO: possible recursive locking detected ]", .lockdep),
    ("watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [sh:61]", .softLockup),
    ("Kernel stack overflow.", .stackOverflow),
    ("WARNING: [cond > 1] fs/a.c:12 at f+0x1/0x2, CPU#1: sh/61", .warning),
    ("kmemleak: 3 new suspected memory leaks (see x)", .kmemleak),
    ("BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 33s!", .other),
  ])
  func `a headline has its kind`(_ text: String, _ kind: FindingKind) throws {
    #expect(try #require(match(text)).headline.kind == kind)
  }

  @Test(arguments: [
    "WARNING: line over 80 characters at end", "WARNING: at least one of these", "kernel BUG at boot time",
    "BUG: soft lockup in foo", "general protection fault in foo", "Oops, that was wrong", "INFO: task foo started",
    "BUG in the driver: it never frees", "BUG at line 12", "BUG at my place: 3 people", "BUG foo code that was bad",
    "kobject: 'eth0' (00000000abc): kobject_uevent_env", "INFO: task kworker/0:1:12 is blocked on a mutex likely owned",
    "pagealloc: debug enabled", "watchdog: Delayed init of the lockup detector failed: -1",
    "watchdog: CPU1: Utilization every 4s during lockup", "BUG: assuming that you know it",
    "BUG: key point of the patch",
    "BUG: Bad page state: 3 messages suppressed", "list_add double linked", "IPv6: ADDRCONF(NETDEV_UP): eth0",
    "rcu: \tRCU CPU stall warnings timeout set to 60", "slab error in my head", "unreferenced objects are freed",
    "softirq: huh", "Kernel stack is 16 KiB", "BUG: failure of the disk",
    "BUG UNIX (Not tainted): kasan: bad access detected", "some text before BUG: KASAN: use-after-free in f+0x1/0x2",
  ])
  func `words alone are no headline`(_ text: String) {
    #expect(match(text) == nil)
  }

  @Test func `every benign line is silent only as it stands`() {
    for line in IgnoredLines.starts { #expect(match("\(line)") == nil) }
    #expect(match("INFO: task kmcheck:72 blocked for more than 122 seconds.") != nil)
  }

  @Test func `compiler suffixes are no part of a name`() {
    #expect(SymbolName.plain("foo.isra.0") == "foo")
    #expect(SymbolName.plain("foo.constprop.0.cold") == "foo")
    #expect(SymbolName.plain("foo.bar") == "foo.bar")
    #expect(SymbolName.systemCall("__s390x_sys_ioctl") == "ioctl")
  }

  @Test(arguments: [
    "dump_stack_lvl", "__warn_printk", "refcount_warn_saturate", "__list_del_entry_valid", "mutex_lock_nested",
    "lock_acquire.part.0",
  ])
  func `machinery is not to blame`(_ name: String) {
    #expect(SkipList.contains(name))
  }

  @Test(arguments: ["iommu_detach_group", "vfio_pci_remove", "lkdtm_BUG"])
  func `ordinary functions are to blame`(_ name: String) {
    #expect(!SkipList.contains(name))
  }
}
