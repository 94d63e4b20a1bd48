import Guest
import Testing

@Suite struct KernelStateTests {
  @Test func `only flags that stand for a failure and were gained are named`() {
    let before = KernelState(taint: 1 << 9 | 1 << 12)
    // G (bit 0, proprietary) and O (12, out-of-tree) are no failure; W was there before.
    let after = KernelState(taint: 1 << 0 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 9 | 1 << 12 | 1 << 14)
    #expect(after.failureLetters(since: before) == "MBDL")
    #expect(after.failureLetters(since: after) == "")
    #expect(after.failureLetters(since: KernelState(taint: 0)) == "MBDWL")
  }

  @Test func `what a kernel does not count says nothing`() {
    #expect(KernelState(taint: 512).failureLetters(since: KernelState()) == "")
    #expect(KernelState(warnings: 3).risenCounters(since: KernelState()).isEmpty)
    #expect(KernelState(warnings: 3, oopses: 1).risenCounters(since: KernelState(warnings: 3, oopses: 1)).isEmpty)
    let risen = KernelState(warnings: 4, oopses: 2).risenCounters(since: KernelState(warnings: 3, oopses: 1))
    #expect(risen == ["oops_count", "warn_count"])
  }
}
