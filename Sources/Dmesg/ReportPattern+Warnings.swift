import Model

extension ReportPattern {
  /// `WARN()` and `BUG()`. Sources: ``WarningLine``, and `__report_bug()` in `lib/bug.c`.
  static let warnings: [ReportPattern] = [
    ReportPattern(
      "WARNING: {}", .warning, "WARNING in {function}", blame: .headline, ending: .marker, reader: .warning),
    badness("Badness at {} {function}"), badness("Badness at {}"),
    ReportPattern("kernel BUG at {}!", .bug, "kernel BUG in {function}", ending: .marker),
    ReportPattern("kernel BUG at {}", .bug, "kernel BUG in {function}", ending: .marker, needsLocation: true),
    ReportPattern("Kernel BUG at {} ", .bug, "kernel BUG in {function}", ending: .marker),
    ReportPattern("BUG: failure at {}/", .bug, "kernel BUG in {function}", role: .text, ending: .marker),
    ReportPattern("BUG at {} ", .bug, "kernel BUG in {function}", role: .text, ending: .marker, needsLocation: true),
    ReportPattern(
      "ODEBUG: {*} (active state", .warning, "WARNING: ODEBUG bug in {function}", role: .text, ending: .marker),
    ReportPattern(
      "proc_dir_entry '{*}' already registered", .warning, "WARNING: proc registration bug in {function}", role: .text,
      ending: .marker),
    ReportPattern(
      "sysfs: cannot create duplicate filename", .warning, "sysfs: cannot create duplicate filename in {function}",
      bugClass: "sysfs duplicate"),
    // The message follows the place, on a line of its own since Rust 1.73: panic() in rust/kernel/lib.rs.
    rust("rust_kernel: panicked at '{}', "), rust("rust_kernel: panicked at "),
    kobject("kobject ({*}): tried to init an initialized object"),
    kobject("kobject '{*}' ({*}): tried to add an uninitialized object"),
  ]

  private static func rust(_ wording: String) -> ReportPattern {
    ReportPattern(
      wording, .bug, "{1} in {function}", role: .text, ending: .marker, bugClass: "Rust panic: {1}", needsLog: true)
  }

  /// Source: `lib/kobject.c`, which prints a stack without a `WARN()`.
  private static func kobject(_ wording: String) -> ReportPattern {
    ReportPattern(wording, .warning, "WARNING: kobject bug in {function}")
  }

  /// `WARN()` of powerpc and of kernels before 2.6.26.
  private static func badness(_ wording: String) -> ReportPattern {
    ReportPattern(wording, .warning, "WARNING in {function}", blame: .headline, ending: .marker, needsLocation: true)
  }

  /// States that the kernel complains about in one line.
  static let states: [ReportPattern] = [
    // Kernels that hide the address do not tell the register in the title.
    ReportPattern(
      "WARNING: kernel stack regs at {*}(ptrval) in {*} has bad ", .other, "WARNING: kernel stack regs has bad value",
      blame: .nobody, bugClass: "WARNING: kernel stack regs"),
    ReportPattern(
      "WARNING: kernel stack regs at {*} in {*} has bad '{}' value", .other,
      "WARNING: kernel stack regs has bad '{1}' value", blame: .nobody, bugClass: "WARNING: kernel stack regs"),
    unwinder("can't dereference "), unwinder("can't access registers at "), unwinder("stack recursion on stack type "),
    unwinder("stack going in the wrong direction? "), unwinder("unrecognized unwind stack type "),
    unwinder("unknown unwind hint type "), unwinder("unknown ORC entry type "), unwinder("unknown SP base reg "),
    unwinder("unknown BP base reg "),
    ReportPattern(
      "WARNING: kernel stack frame pointer at {*} in {*} has bad", .other,
      "WARNING: kernel stack frame pointer has bad value",
      blame: .nobody),
    ReportPattern(
      "IPv6: BUG: Address {*} is missing its host route", .bug, "BUG: Address is missing its host route",
      blame: .nobody),
    ReportPattern("BUG {*} code {*} qlen ", .bug, "BUG: invalid code of a transmit function", blame: .nobody),
    ReportPattern("BUG: ASN.1 encoder failed with ", .bug, "BUG: ASN.1 encoder failed", blame: .nobody),
    ReportPattern("BUG: arch topology borken", .bug, "BUG: arch topology borken", blame: .nobody),
    ReportPattern(
      "BUG in find_next_ancestor: called with parent == child", .bug, "BUG in find_next_ancestor", blame: .nobody),
    ReportPattern(
      "BUG: Auto-delete engaged on persistent event", .bug, "BUG: Auto-delete of a user event", blame: .nobody),
    ReportPattern("BUG: Bad current_user_events", .bug, "BUG: Bad current_user_events", blame: .nobody),
    ReportPattern(
      "unregister_netdevice: waiting for", .other, "unregister_netdevice: waiting for DEV to become free",
      blame: .nobody),
  ]

  /// Lost on a stack. Sources: `arch/x86/kernel/{unwind_orc,unwind_frame,dumpstack_64}.c`.
  private static func unwinder(_ words: String) -> ReportPattern {
    ReportPattern(
      "WARNING: \(words){}", .other, "WARNING: \(words){1}", blame: .nobody, bugClass: "WARNING: \(words)",
      needsLog: true)
  }

  /// Source: `panic()` in `kernel/panic.c` and its callers.
  static let panics: [ReportPattern] = [
    panic("stack-protector: Kernel stack is corrupted in: {function}", "stack is corrupted in {function}", .headline),
    panic("corrupted stack end detected inside scheduler", "corrupted stack end in {function}", .entry),
    panic("Couldn't open N_TTY ldisc for ", "Couldn't open N_TTY ldisc", .nobody),
    // arm64: panic_bad_stack() in arch/arm64/kernel/traps.c.
    ReportPattern(
      "Kernel panic - not syncing: kernel stack overflow", .stackOverflow, "kernel stack overflow in {function}",
      role: .panic, blame: .entry),
    ReportPattern(
      "Kernel panic - not syncing: Corrupt kernel stack", .stackOverflow, "kernel stack overflow in {function}",
      role: .panic, architecture: .s390x),
    panic("Attempted to kill init!", "Attempted to kill init!", .nobody),
    panic("Fatal exception", "Fatal exception", .nobody),
    panic("panic_on_warn set", "panic_on_warn set", .trace),
    panic("{}", "{1}", .trace),
  ]

  private static func panic(_ wording: String, _ what: String, _ blame: Blame) -> ReportPattern {
    ReportPattern(
      "Kernel panic - not syncing: " + wording, .panic, "kernel panic: " + what, role: .panic, blame: blame,
      ending: .quiet)
  }
}
