import Dmesg
import Model
import Testing

@Suite struct SignatureTests {
  private func signature(_ log: String) throws -> String {
    try #require(findings(in: Array(log.utf8)).findings.first).signature
  }

  private func warning(line: Int, function: String, pid: Int, release: String) -> String {
    """
    [    1.000000] ------------[ cut here ]------------
    [    1.000001] WARNING: CPU: 0 PID: \(pid) at drivers/iommu/iommu.c:\(line) \(function)+0x6a/0x80
    [    1.000002] CPU: 0 PID: \(pid) Comm: vf Not tainted \(release) #2
    [    1.000003] ---[ end trace 0000000000000000 ]---

    """
  }

  @Test func `the same bug of two builds has one signature`() throws {
    let old = try signature(warning(line: 1961, function: "iommu_detach_group", pid: 57, release: "6.0.0-rc3"))
    let new = try signature(warning(line: 1962, function: "iommu_detach_group.isra.0", pid: 4991, release: "6.1.192"))
    #expect(old == new)
    #expect(old.count == 16)
    #expect(old.allSatisfy { $0.isHexDigit })
  }

  @Test func `another function is another bug`() throws {
    let one = try signature(warning(line: 1961, function: "iommu_detach_group", pid: 57, release: "6.0.0"))
    let other = try signature(warning(line: 1961, function: "iommu_attach_group", pid: 57, release: "6.0.0"))
    #expect(one != other)
  }

  @Test func `old and new form of a warning are one bug`() throws {
    let old = try signature(warning(line: 1961, function: "put_prev_entity", pid: 57, release: "6.0.0"))
    let new = try signature("WARNING: kernel/sched/fair.c:5788 at put_prev_entity+0xfe/0x170, CPU#26: grep/242219\n")
    #expect(old == new)
  }

  @Test func `which fault a wild access raises does not matter`() throws {
    let trace = "Call Trace:\n [<000003ffe0c1f030>] zpci_gone+0x2a0/0x590\n"
    let protection = try signature("Oops: 0004 ilc:2 [#1] SMP\n" + trace)
    #expect(try signature("Oops: 003b ilc:3 [#4]SMP\n" + trace) == protection)
    #expect(try signature("addressing exception: 0005 ilc:2 [#1] SMP\n" + trace) == protection)
    #expect(try signature("specification exception: 0006 ilc:2 [#1] SMP\n" + trace) != protection)
  }

  @Test func `KASAN's new name for a use after free is the old bug`() throws {
    let head = " in zpci_gone+0x2a0/0x590\nRead of size 8 at addr 0000000083d2a018 by task vf/57\n"
    #expect(try signature("BUG: KASAN: use-after-free" + head) == signature("BUG: KASAN: slab-use-after-free" + head))
    #expect(try signature("BUG: KASAN: use-after-free" + head) != signature("BUG: KASAN: slab-out-of-bounds" + head))
  }

  @Test func `panics differ by their reason and not by its numbers`() throws {
    let one = try signature("Kernel panic - not syncing: zpci: function 12 lost\n")
    #expect(try signature("Kernel panic - not syncing: zpci: function 7 lost\n") == one)
    #expect(try signature("Kernel panic - not syncing: zpci: function 7 found\n") != one)
  }
}
