import Dmesg
import Model
import Testing

/// Reports of architectures without a fixture, in the form of their `die()`, `show_regs()` and unwinders.
@Suite struct OtherArchitectureTests {
  struct Report: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var title: String
    var log: String
  }

  @Test(arguments: reports)
  func `the fault and the function are told`(_ report: Report) {
    let found = findings(in: Array(report.log.utf8)).findings
    #expect(found.map(\.title) == [report.title])
    let stamped = report.log.split(separator: "\n").map { "[   12.000001] \($0)" }.joined(separator: "\n")
    #expect(findings(in: Array(stamped.utf8)).findings.map(\.title) == [report.title])
  }

  private static let reports = [
    Report(
      testDescription: "mips", title: "BUG: unable to handle kernel paging request in widget_open",
      log: """
        CPU 0 Unable to handle kernel paging request at virtual address 00000018, epc == 80123456, ra == 80123400
        Oops[#1]:
        CPU: 0 PID: 77 Comm: sh Not tainted 6.1.0 #2
        $ 0   : 00000000 00000001 00000018 80a00000
        epc   : 80123456 widget_open+0x10/0x40
        ra    : 80123400 widget_probe+0x20/0x80
        Status: 10008703\tKERNEL EXL IE
        Cause : 00800008 (ExcCode 02)
        Call Trace:
        [<80123456>] widget_open+0x10/0x40
        [<80123400>] widget_probe+0x20/0x80
        ---[ end trace 0000000000000000 ]---
        """),
    Report(
      testDescription: "mips, BUG()", title: "kernel BUG in widget_open",
      log: """
        Kernel bug detected[#1]:
        CPU: 0 PID: 77 Comm: sh Not tainted 6.1.0 #2
        epc   : 80123456 widget_open+0x10/0x40
        Call Trace:
        [<80123456>] widget_open+0x10/0x40
        [<80123400>] widget_probe+0x20/0x80
        ---[ end trace 0000000000000000 ]---
        """),
    Report(
      testDescription: "loongarch", title: "BUG: unable to handle kernel paging request in widget_open",
      log: """
        CPU 1 Unable to handle kernel paging request at virtual address 0000000000000008, era == 9000000000223364, ra == 9000000000224000
        Oops[#1]:
        CPU: 1 PID: 77 Comm: sh Not tainted 6.6.0 #2
        pc 9000000000223364 ra 9000000000224000 tp 900000010a0d0000 sp 900000010a0d3c60
           ra: 9000000000224000 widget_probe+0x20/0x80
          ERA: 9000000000223364 widget_open+0x10/0x40
         CRMD: 000000b0 (PLV0 -IE -DA +PG DACF=CC DACM=CC -WE)
        Call Trace:
        [<9000000000223364>] widget_open+0x10/0x40
        [<9000000000224000>] widget_probe+0x20/0x80
        ---[ end trace 0000000000000000 ]---
        """),
    Report(
      testDescription: "parisc", title: "WARNING in widget_open",
      log: """
        WARNING: CPU: 0 PID: 77 at drivers/widget.c:12 widget_open+0x10/0x40
        CPU: 0 PID: 77 Comm: sh Not tainted 6.6.0 #2
        PSW: 00001000000001000000000000001111 Not tainted
        IASQ: 0000000000000000 0000000000000000 IAOQ: 00000000404f1c64 00000000404f1c68
         IIR: 03ffe01f    ISR: 0000000010240000  IOR: 000002a2c73be3b8
          IAOQ[0]: widget_open+0x10/0x40
          IAOQ[1]: widget_open+0x14/0x40
          RP(r2): widget_probe+0x20/0x80
        Backtrace:
          [<00000000404f2b74>] widget_probe+0x20/0x80
        ---[ end trace 0000000000000000 ]---
        """),
    Report(
      testDescription: "riscv", title: "BUG: unable to handle kernel NULL pointer dereference in widget_open",
      log: """
        Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008
        Oops [#1]
        Modules linked in:
        CPU: 1 PID: 77 Comm: sh Not tainted 6.6.0 #2
        epc : widget_open+0x10/0x40
         ra : widget_probe+0x20/0x80
        epc : ffffffff80201234 ra : ffffffff80204000 sp : ff20000000a4bd10
        status: 0000000200000120 badaddr: 0000000000000008 cause: 000000000000000d
        [<ffffffff80201234>] widget_open+0x10/0x40
        [<ffffffff80204000>] widget_probe+0x20/0x80
        ---[ end trace 0000000000000000 ]---
        """),
    Report(
      testDescription: "powerpc", title: "BUG: unable to handle kernel NULL pointer dereference in widget_open",
      log: """
        BUG: Kernel NULL pointer dereference on read at 0x00000008
        Faulting instruction address: 0xc0000000000f0e44
        Oops: Kernel access of bad area, sig: 11 [#1]
        CPU: 1 PID: 77 Comm: sh Not tainted 6.6.0 #2
        NIP:  c0000000000f0e44 LR: c0000000000f2000 CTR: c0000000000f0e00
        NIP [c0000000000f0e44] widget_open+0x10/0x40
        LR [c0000000000f2000] widget_probe+0x20/0x80
        Call Trace:
        [c0000000f7a1bc40] [c0000000000f1f00] stale_caller+0x10/0x40 (unreliable)
        [c0000000f7a1bc60] [c0000000000f2000] widget_probe+0x20/0x80
        ---[ end trace 0000000000000000 ]---
        """),
    Report(
      testDescription: "arm, an access that is not aligned", title: "Alignment trap in widget_open",
      log: """
        Alignment trap: not handling instruction e1b20f9f at [<c0123456>]
        Unhandled fault: alignment exception (0x001) at 0xc0000003
        Internal error: : 1 [#1] SMP ARM
        CPU: 0 PID: 77 Comm: sh Not tainted 6.1.0 #2
        PC is at widget_open+0x10/0x40
        LR is at widget_probe+0x20/0x80
        pc : [<c0123456>]    lr : [<c0124000>]    psr: 60000013
        Backtrace:
         widget_open from widget_probe+0x20/0x80
        ---[ end trace 0000000000000000 ]---
        """),
    Report(
      testDescription: "x86 of 32 bits", title: "BUG: unable to handle kernel NULL pointer dereference in widget_open",
      log: """
        BUG: unable to handle kernel NULL pointer dereference at 00000008
        IP: widget_open+0x10/0x40
        Oops: 0000 [#1] SMP
        CPU: 0 PID: 77 Comm: sh Not tainted 4.4.0 #2
        EIP: 0060:[<c0123456>] EFLAGS: 00010246 CPU: 0
        EIP is at widget_open+0x10/0x40
        Call Trace:
         [<c0124000>] widget_probe+0x20/0x80
        ---[ end trace 0000000000000000 ]---
        """),
    Report(
      testDescription: "x86, a register that is not there",
      title: "unchecked MSR access error in widget_read_state",
      log: """
        unchecked MSR access error: RDMSR from 0x1b0 at rIP: 0xffffffff8106d0f4 (native_read_msr+0x4/0x40)
        Call Trace:
         <TASK>
         ? show_stack_regs+0x23/0x30
         widget_read_state+0x20/0x80
         widget_probe+0x10/0x40
        """),
  ]

  @Test(arguments: [
    (
      "WARNING: can't dereference registers at 00000000deadbeef for ip widget_open+0x10/0x40",
      "WARNING: can't dereference registers at ADDR for ip widget_open"
    ),
    ("WARNING: stack recursion on stack type 4", "WARNING: stack recursion on stack type NUM"),
    (
      "WARNING: kernel stack regs at 00000000deadbeef in sh:77 has bad 'bp' value 0000000000000001",
      "WARNING: kernel stack regs has bad 'bp' value"
    ),
    (
      "WARNING: kernel stack regs at         (ptrval) in sh:77 has bad 'bp' value         (ptrval)",
      "WARNING: kernel stack regs has bad value"
    ),
  ])
  func `an unwinder that is lost says so in one line`(_ line: String, _ title: String) {
    #expect(findings(in: Array("[   12.000001] \(line)\n".utf8)).findings.map(\.title) == [title])
  }

  @Test func `a notice counts where there is no report`() {
    let notice =
      "unchecked MSR access error: WRMSR to 0x3f1 (tried to write 0x0) at rIP: 0xffffffff81123aff (foo+0x5f/0x500)"
    let report = [
      "WARNING: CPU: 0 PID: 7 at drivers/widget/core.c:12 widget_open+0x10/0x40", "Call Trace:",
      " widget_probe+0x1/0x2",
    ]
    let both = ([notice, "Call Trace:", " foo+0x5f/0x500"] + report).joined(separator: "\n")
    #expect(findings(in: Array(both.utf8)).findings.map(\.title) == ["WARNING in widget_open"])
    #expect(findings(in: Array(notice.utf8)).findings.map(\.title) == ["unchecked MSR access error in foo"])
  }
}
