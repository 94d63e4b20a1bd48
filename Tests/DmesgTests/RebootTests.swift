import Dmesg
import Model
import Testing

/// A boot banner says that the kernel before it is gone.
@Suite struct RebootTests {
  private let boot = """
    [    0.000000] Linux version 6.1.192 (zlab@build) #1 SMP
    [    0.512345] pci 0001:00:00.0: enabled
    [    2.123456] Run /init as init process
    [    3.000000] widget: ready

    """

  private func titles(_ log: String) -> [String] { findings(in: Array(log.utf8)).findings.map(\.title) }

  @Test func `a second boot that nobody asked for is a finding`() {
    let found = findings(in: Array((boot + boot).utf8)).findings
    #expect(found.map(\.title) == ["unexpected kernel reboot"])
    #expect(found.first?.firstLine == 5)
    #expect(found.first?.message == "Linux version 6.1.192 (zlab@build) #1 SMP")
    #expect(found.allSatisfy { $0.isUnexpectedReboot && $0.function == nil })
  }

  @Test func `a log that begins in a kernel's life shows its end`() {
    let start = "[  123.000000] widget: opened\n"
    #expect(titles(start + boot) == ["unexpected kernel reboot"])
    // The decompressor speaks first.
    #expect(titles(start + "Booting the kernel.\n" + boot) == ["unexpected kernel reboot"])
    #expect(titles(start + "Booting the kernel (entry_offset: 0x0000000000000000).\n") == ["unexpected kernel reboot"])
  }

  @Test(arguments: [
    "reboot: Restarting system", "reboot: Power down", "kexec_core: Starting new kernel", "sysrq: Resetting",
  ])
  func `a boot that somebody asked for is none`(_ end: String) {
    #expect(titles(boot + "[    9.000000] \(end)\n" + boot) == [])
  }

  @Test func `a boot after a panic is the panic's`() {
    #expect(titles(boot + "[    9.000000] Kernel panic - not syncing: widget\n" + boot) == ["kernel panic: widget"])
  }

  @Test func `a banner that a second console repeats is none`() {
    #expect(titles("[    0.000000] Linux version 6.1.192 (zlab@build) #1 SMP\n[    0.010000] cpu: on\n" + boot) == [])
    #expect(titles("Decompressing Linux... Parsing ELF... done.\nBooting the kernel.\n" + boot) == [])
  }

  @Test func `the boots of a journal and of a quotation are none`() {
    let lines = (boot + boot).split(separator: "\n")
    #expect(titles(lines.map { "Mar  2 10:00:00 host kernel: \($0)\n" }.joined()) == [])
    #expect(titles(lines.map { "> \($0)\n" }.joined()) == [])
    #expect(titles(lines.map { "{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"\($0.dropFirst(15))\"}\n" }.joined()) == [])
  }
}
