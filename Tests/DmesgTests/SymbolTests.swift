import Dmesg
import Model
import Testing

/// Input and effect of symbolizing.
@Suite struct SymbolTests {
  private let log = [
    "Linux version 6.1.192 (zlab@build) (gcc) #2 SMP", "------------[ cut here ]------------",
    "WARNING: CPU: 0 PID: 57 at drivers/iommu/iommu.c:1962 iommu_detach_group+0x6a/0x80",
    "CPU: 0 PID: 57 Comm: vf Not tainted 6.1.192 #2 0123456789abcdef0123456789abcdef01234567",
    "Krnl PSW : 0704d00180000000 00000000003d13fe (iommu_detach_group+0x6e/0x80)", "Call Trace:",
    " [<00000000003d13fe>] iommu_detach_group+0x6e/0x80",
    " [<000003ff8003d9ea>] vfio_iommu_type1_detach_group+0x10/0x80 [vfio_iommu_type1]",
    "---[ end trace 0000000000000000 ]---",
  ]

  private func first(_ lines: [String]) throws -> Finding {
    try #require(findings(in: Array(lines.joined(separator: "\n").utf8)).findings.first)
  }

  @Test func `frames keep the address and size that are printed, and say where the CPU stood`() throws {
    let frames = try first(log).frames
    #expect(frames.map(\.printed?.address) == [0x3d13fe, 0x3_ff80_03d9ea])
    #expect(frames.map(\.printed?.size) == [0x80, 0x80])
    #expect(frames.map(\.printed?.isCounter) == [true, false])
  }

  @Test func `the build id behind the release is kept`() throws {
    #expect(try first(log).buildID == "0123456789abcdef0123456789abcdef01234567")
    #expect(try first(log.map { $0.replacing(" 0123456789abcdef", with: " #") }).buildID == nil)
    #expect(try first(log).kernel == "6.1.192")
  }

  @Test func `every boot is told with its line`() {
    var parser = DmesgParser()
    _ = parser.feed((log + ["[    0.000000] Linux version 6.12.1 (lab@host) #1 SMP"]).joined(separator: "\n").utf8)
    _ = parser.finish()
    #expect(parser.boots.map(\.line) == [1, 10])
    #expect(parser.boots.map(\.release) == ["6.1.192", "6.12.1"])
    #expect(parser.boots.map(\.banner).first == log[0])
    #expect(parser.kernel == "6.1.192")
  }

  @Test func `inlined functions count for the function to blame, never for title and signature`() throws {
    // As syzkaller's and the kernel's own scripts mark them.
    let symbolized = [
      "BUG: KASAN: use-after-free in culprit+0x10/0x20", "Read of size 8 at addr ffff8880195d3f08 by task a/1",
      "CPU: 0 PID: 1 Comm: a Not tainted 6.1.0 #1", "Call Trace:", " helper include/linux/a.h:5 [inline]",
      " really drivers/a.c:10 [inline]", " culprit+0x10/0x20 drivers/a.c:20", " caller+0x10/0x20 drivers/a.c:30",
      "==================================================================",
    ]
    let plain = symbolized.filter { !$0.contains("[inline]") }
    let with = try first(symbolized), without = try first(plain)
    #expect(with.frames.map(\.isInlined) == [true, true, false, false])
    #expect(with.function == "really" && without.function == "culprit")
    #expect(with.title == without.title && with.signature == without.signature)
  }

  @Test func `what is inlined into machinery is machinery`() {
    var finding = Finding(
      kind: .warning, title: "WARNING in culprit", function: "culprit", message: "WARNING",
      frames: [
        Frame(name: "hook", source: "mm/slub.c:1", isInlined: true), Frame(name: "kfree", offset: 1),
        Frame(name: "__list_add", source: "include/linux/list.h:1", isInlined: true),
        Frame(name: "list_add", source: "drivers/a.c:1", isInlined: true), Frame(name: "culprit.isra.0", offset: 1),
      ], firstLine: 1, lastLine: 2, signature: "")
    finding.blameInlined()
    #expect(finding.function == "culprit")
    finding.frames.insert(Frame(name: "really", source: "drivers/a.c:2", isInlined: true), at: 3)
    finding.blameInlined()
    #expect(finding.function == "really")
  }
}
