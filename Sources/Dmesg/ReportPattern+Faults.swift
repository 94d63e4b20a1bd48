import Model

extension ReportPattern {
  /// Common signature of all wild accesses: which fault one raises is chance.
  private static let badAccess = "bad access"

  /// Faults and the lines on which the kernel dies. Sources: `arch/s390/mm/fault.c`, `arch/x86/mm/fault.c`,
  /// `arch/x86/kernel/traps.c`, `arch/arm64/mm/fault.c`, `arch/arm/kernel/traps.c`, `arch/powerpc/mm/fault.c`,
  /// `arch/riscv/kernel/traps.c`; others beside the wordings.
  static let faults: [ReportPattern] =
    s390xFaults + [
      paging("BUG: unable to handle kernel NULL pointer dereference", "NULL pointer dereference"),
      paging("BUG: kernel NULL pointer dereference", "NULL pointer dereference"),
      paging("Unable to handle kernel NULL pointer dereference", "NULL pointer dereference"),
      paging("BUG: Kernel NULL pointer dereference", "NULL pointer dereference"),
      paging("BUG: unable to handle kernel paging request", "paging request"),
      paging("BUG: unable to handle page fault for address", "paging request"),
      paging("BUG: Unable to handle kernel data access", "paging request"),
      paging("BUG: Unable to handle kernel instruction fetch", "paging request"),
      paging("Unable to handle kernel paging request", "paging request"),
      paging("Unable to handle kernel access to user memory", "access to user memory"),
      paging("Unable to handle kernel access", "paging request"),
      paging("Unable to handle kernel read", "paging request"),
      paging("Unable to handle kernel write", "paging request"),
      paging("Unable to handle kernel execute", "paging request"),
      // arch/mips/mm/fault.c, arch/loongarch/mm/fault.c.
      paging("CPU {*} Unable to handle kernel paging request at virtual address", "paging request"),
      paging("CPU {*} Unable to handle kernel NULL pointer dereference at virtual address", "NULL pointer dereference"),
      ReportPattern(
        "BUG: unable to handle kernel", .oops, "BUG: unable to handle kernel", ending: .marker, bugClass: badAccess),
      oops("general protection fault: {*}[#", "general protection fault", badAccess),
      oops("general protection fault, ", "general protection fault", badAccess),
      oops("segment-related general protection fault", "general protection fault", badAccess),
      oops("Oops: general protection fault", "general protection fault", badAccess),
      oops("divide error: {*}[#", "divide error"), oops("divide_error: {*}[#", "divide error"),
      oops("Oops: divide error", "divide error"),
      oops("stack segment: {*}[#", "stack segment fault", badAccess),
      oops("Oops: stack segment: ", "stack segment fault", badAccess),
      oops("Unhandled fault: {*} (0x", "Unhandled fault", badAccess),
      // arch/arm/mm/alignment.c; what it says of programs is none of the kernel's.
      ReportPattern(
        "Alignment trap: not handling instruction ", .oops, "Alignment trap in {function}", role: .text,
        ending: .marker, bugClass: badAccess, needsLog: true),
      // ex_handler_msr() in arch/x86/mm/extable.c: the function that it names reads or writes the register for others.
      ReportPattern(
        "unchecked MSR access error: {*} at rIP: 0x{*} ({function}", .warning,
        "unchecked MSR access error in {function}", blame: .headline, isNotice: true),
      oops("Unhandled prefetch abort: {*} (0x", "Unhandled prefetch abort", badAccess),
      oops("PANIC: double fault", "PANIC: double fault"), oops("traps: PANIC: double fault", "PANIC: double fault"),
      ReportPattern(
        "BUG: {*}stack guard page was hit", .stackOverflow, "BUG: stack guard page was hit in {function}",
        blame: .entry, ending: .marker),
      ReportPattern(
        "kernel stack overflow ({*}[#", .stackOverflow, "kernel stack overflow in {function}", role: .die,
        ending: .marker),
      die("Oops - {} [#", "{1}"), die("Internal error: {*}[#", "Internal error"),
      die("invalid opcode: {*}[#", "invalid opcode"),
      // die() and its callers in arch/mips/kernel/{traps,unaligned}.c and arch/loongarch/kernel/traps.c.
      die("Oops[#{*}]:", "Oops"), die("Reserved instruction in kernel code[#", "illegal instruction"),
      die("Unhandled kernel unaligned access[#", "unaligned access"),
      ReportPattern(
        "Kernel bug detected[#{*}]:", .bug, "kernel BUG in {function}", role: .die, ending: .marker),
      die("Oops: invalid opcode: {*}[#", "invalid opcode"), die("stack guard page: {*}[#", "stack guard page"),
    ]

  /// After the oopses that give a reason.
  static let anyOops = ReportPattern(
    "Oops: {*}[#", .oops, "Oops in {function}", role: .die, ending: .marker, bugClass: badAccess)

  private static let s390xFaults: [ReportPattern] =
    // The second wording is for a bad user address, the third for kernels before 3.12.
    [
      "pointer dereference in virtual kernel address", "paging request in virtual user address",
      "pointer dereference at virtual kernel address",
    ].map {
      ReportPattern(
        "Unable to handle kernel \($0)", .oops, "Oops in {function}", ending: .marker, bugClass: badAccess,
        architecture: .s390x)
    } + [
      ReportPattern(
        "Kernel stack overflow.", .stackOverflow, "kernel stack overflow in {function}", ending: .marker,
        architecture: .s390x, needsLog: true),
      ReportPattern(
        "Kernel stack pointer invalid", .oops, "kernel stack pointer invalid in {function}", ending: .marker,
        architecture: .s390x, needsLog: true),
      // Translation and protection exceptions have no reason of their own in the die line.
      ReportPattern(
        "Oops: {*} ilc:", .oops, "Oops in {function}", role: .die, ending: .marker, bugClass: badAccess,
        architecture: .s390x),
    ]

  /// The lines on which s390x dies, whatever the reason, and those of x86 without a headline above.
  static let programChecks: [ReportPattern] = [
    // Without its headline line, BUG() is only known by its monitor call.
    programCheck("monitor event: 0{*}[#", .bug, "kernel BUG in {function}"),
    programCheck("addressing exception: 0{*}[#", .oops, "addressing exception in {function}", badAccess),
    programCheck("protection exception: 0{*}[#", .oops, "protection exception in {function}", badAccess),
    programCheck("Low-address protection: {*} ilc:{*}[#", .oops, "Low-address protection in {function}", badAccess),
    programCheck("Unexpected TEID: {*} ilc:{*}[#", .oops, "Unexpected TEID in {function}", badAccess),
    ReportPattern(
      "{}: {*} ilc:{*} [#1]", .oops, "{1} in {function}", role: .die, ending: .marker, needsLog: true, reader: .die),
  ]

  private static func programCheck(
    _ wording: String, _ kind: FindingKind, _ title: String, _ bugClass: String? = nil
  ) -> ReportPattern {
    ReportPattern(wording, kind, title, role: .die, ending: .marker, bugClass: bugClass, architecture: .s390x)
  }

  private static func paging(_ wording: String, _ what: String) -> ReportPattern {
    ReportPattern(
      wording, .oops, "BUG: unable to handle kernel \(what) in {function}", ending: .marker, bugClass: badAccess)
  }

  private static func oops(_ wording: String, _ what: String, _ bugClass: String? = nil) -> ReportPattern {
    ReportPattern(wording, .oops, "\(what) in {function}", ending: .marker, bugClass: bugClass)
  }

  private static func die(_ wording: String, _ what: String) -> ReportPattern {
    ReportPattern(wording, .oops, "\(what) in {function}", role: .die, ending: .marker)
  }
}
