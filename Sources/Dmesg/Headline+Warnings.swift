import Records

extension Headline {
  /// `WARN()` in its three generations, and `BUG()`.
  ///
  /// Sources: `__warn()` in `kernel/panic.c`, `report_bug()` and `__report_bug()` in `lib/bug.c`.
  static let warnings: [Headline] = [
    warning("WARNING: CPU: {*} PID: {*} at {} {function}"),
    warning("WARNING: CPU: {*} PID: {*} at {}"),
    warning("WARNING: at {} {function}"),
    warning("WARNING: at {}"),
    warning("WARNING: [{*}] {} at {function}, CPU#"),
    warning("WARNING: {} at {function}, CPU#"),
    warning("WARNING: {} at 0x{*}, CPU#"),
    warning("Badness at {} {function}"),
    warning("Badness at {}"),
    Headline("kernel BUG at {}!", .bug, "kernel BUG in {function}", ending: .marker),
    Headline("kernel BUG at {}", .bug, "kernel BUG in {function}", ending: .marker, needsLocation: true),
    Headline("Kernel BUG at {} ", .bug, "kernel BUG in {function}", ending: .marker),
    Headline("ODEBUG: {*} (active state", .warning, "WARNING: ODEBUG bug in {function}", role: .text, ending: .marker),
    Headline(
      "proc_dir_entry '{*}' already registered", .warning, "WARNING: proc registration bug in {function}", role: .text,
      ending: .marker),
    Headline(
      "sysfs: cannot create duplicate filename", .warning, "sysfs: cannot create duplicate filename in {function}",
      bugClass: "sysfs duplicate"),
  ]

  private static func warning(_ wording: String) -> Headline {
    Headline(wording, .warning, "WARNING in {function}", blame: .headline, ending: .marker, needsLocation: true)
  }

  /// States that the kernel complains about in one line.
  static let states: [Headline] = [
    Headline(
      "WARNING: kernel stack regs at {*} in {*} has bad", .other, "WARNING: kernel stack regs has bad value",
      blame: .nobody),
    Headline(
      "WARNING: kernel stack frame pointer at {*} in {*} has bad", .other,
      "WARNING: kernel stack frame pointer has bad value",
      blame: .nobody),
    Headline(
      "unregister_netdevice: waiting for", .other, "unregister_netdevice: waiting for DEV to become free",
      blame: .nobody),
  ]

  /// Source: `panic()` in `kernel/panic.c` and its callers.
  static let panics: [Headline] = [
    panic("stack-protector: Kernel stack is corrupted in: {function}", "stack is corrupted in {function}", .headline),
    panic("corrupted stack end detected inside scheduler", "corrupted stack end in {function}", .entry),
    Headline(
      "Kernel panic - not syncing: Corrupt kernel stack", .stackOverflow, "kernel stack overflow in {function}",
      role: .panic, architecture: .s390x),
    panic("Attempted to kill init!", "Attempted to kill init!", .nobody),
    panic("{} ...", "{1}", .trace),
    panic("{}", "{1}", .trace),
  ]

  private static func panic(_ wording: String, _ what: String, _ blame: Blame) -> Headline {
    Headline(
      "Kernel panic - not syncing: " + wording, .panic, "kernel panic: " + what, role: .panic, blame: blame,
      ending: .quiet)
  }
}
