import Dmesg
import Model
import Testing

/// A console without time stamps on which a program's line has no newline before the kernel prints.
@Suite struct GluedHeadlineTests {
  private static let warning =
    "WARNING: CPU: 1 PID: 57 at drivers/iommu/iommu.c:1962 iommu_detach_group+0x6a/0x80"
  private static let body = """

    CPU: 1 PID: 57 Comm: vf Not tainted 6.1.192 #1 SMP PREEMPT
    Krnl PSW : 0704c00180000000 000003ffe0cfa7f2 (iommu_detach_group+0x6e/0x80)
    Call Trace:
     [<000003ffe0cfa7f2>] iommu_detach_group+0x6e/0x80
     [<000003ffe02e1bf0>] system_call+0xaa/0x2a6
    ---[ end trace 0000000000000000 ]---

    """

  private func titles(_ log: String) -> [String] { findings(in: Array(log.utf8)).findings.map(\.title) }

  private func progress(_ bytes: Int) -> String {
    String(String(repeating: "copied 12 % ", count: bytes / 12 + 1).prefix(bytes))
  }

  @Test(arguments: [1, 80, 229, 230, 231, 300, 1000, 8000])
  func `a headline is found behind other text`(_ bytes: Int) {
    #expect(titles(progress(bytes) + Self.warning + Self.body) == ["WARNING in iommu_detach_group"])
  }

  @Test(arguments: [80, 230, 300, 8000])
  func `a headline is found behind other text and a clock`(_ bytes: Int) {
    let log = progress(bytes) + " 2026-11-28T08:00:00.1Z " + Self.warning
    #expect(titles(log) == ["WARNING in iommu_detach_group"])
  }

  @Test(arguments: [
    ("Unable to handle kernel pointer dereference in virtual kernel address space", "Oops in iommu_detach_group"),
    ("kernel BUG at drivers/iommu/iommu.c:1962!", "kernel BUG in iommu_detach_group"),
    ("Kernel panic - not syncing: Attempted to kill init! exitcode=0xb", "kernel panic: Attempted to kill init!"),
    ("------------[ cut here ]------------\n" + Self.warning, "WARNING in iommu_detach_group"),
  ])
  func `other headlines are found there too`(_ headline: String, _ title: String) {
    #expect(titles(progress(250) + headline + Self.body) == [title])
  }

  @Test(arguments: [
    "we still see WARNING: CPU: 1 PID: 57 at drivers/iommu/iommu.c:1962 iommu_detach_group+0x6a/0x80 at times",
    "grep -c 'BUG: KASAN: slab-use-after-free in foo+0x1/0x2' console.log",
    "test 12: expects Kernel panic - not syncing: Fatal exception, and nothing else",
    "it says kernel BUG at mm/slub.c:10!",
  ])
  func `words alone are no report`(_ line: String) {
    let more = (0..<20).map { "ordinary line \($0)\n" }.joined()
    #expect(titles(line + "\n").isEmpty)
    #expect(titles(line + "\n" + more + "CPU: 1 PID: 57 Comm: vf Not tainted 6.1.192 #1\nCall Trace:\n").isEmpty)
  }

  @Test func `a program that repeats the headline does not cut the report`() throws {
    let log = Self.warning + Self.body.replacing("Call Trace:", with: "watcher: \(Self.warning)\nCall Trace:")
    let found = findings(in: Array(log.utf8)).findings
    #expect(found.map(\.title) == ["WARNING in iommu_detach_group"])
    #expect(found.first?.frames.map(\.name) == ["iommu_detach_group", "system_call"])
  }

  @Test func `a line that is full of first words stays cheap`() {
    let line = String(repeating: "x WARNING: BUG: Oops: INFO: ", count: 600) + "\n"
    #expect(titles(String(repeating: line, count: 20)).isEmpty)
  }
}
