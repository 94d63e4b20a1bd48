/// Functions that stand at the top of a stack because they report, check, lock, wait, copy or allocate, and are
/// hardly ever the ones at fault: the caller handed them something bad.
///
/// They are named by the role that they have, and a role is named by the part of the kernel's tree that plays it;
/// `docs/titles.md` has the list. Compiler suffixes are gone before a name is looked up.
enum SkipList {
  static func contains(_ name: String) -> Bool {
    let plain = SymbolName.plain(name)
    return functions.contains(plain) && plain != own
  }

  /// Part of the PCI core and not of the driver core: it is what a race of hotplug comes to.
  private static let own = "pci_device_add"

  private static let functions = NamePatterns(reporting + checking + services + entry)

  /// Print a report, or take the trap that leads to it, on every architecture.
  ///
  /// Sources: `kernel/panic.c`, `lib/bug.c`, `lib/dump_stack.c`, `kernel/printk`, `kernel/stacktrace.c`, `lib/hexdump.c`,
  /// `drivers/base/core.c` (`dev_printk()`), `arch/*/kernel/traps.c`, `arch/*/kernel/stacktrace.c`, `arch/*/mm/fault.c`.
  private static let reporting = [
    "*panic*", "*assertfail*", "*rust_begin_unwind*", "rust_helper_BUG", "*__warn*", "*__WARN*", "*warn_slowpath*",
    "*warn_bogus*", "*warn_alloc*", "*report_bug*", "*fixup_bug*", "handle_bug", "bug_handler", "*_trap", "*do_trap*",
    "*invalid_op*", "*do_error*", "die", "__die", "oops_begin", "oops_end", "oops_enter", "oops_exit", "get_taint",
    "*print_tainted*", "*printk*", "*va_format*",
    "*dev_info*", "*dev_notice*", "*dev_warn*", "*dev_err*", "*dev_alert*", "*dev_crit*", "*dev_emerg*",
    "*hex_dump_to_buffer*", "*print_hex_dump*", "*dump_stack*", "*show_stack*",
    "*dump_backtrace*", "*walk_stack*",
    "unwind_backtrace", "*walk_stackframe*", "*arch_stack_walk*", "*stack_trace_save*", "*stack_trace_consume*",
    "stack_trace_print", "stack_trace_snprint", "*print_report*",
    "print_address_description", "sched_show_task", "dump_cpu_task", "nmi_cpu_backtrace*",
    "nmi_trigger_cpumask*", "arch_trigger_cpumask*", "*trigger_all_cpu*",
  ]

  /// Every stack begins with one of these: the trap, fault or interrupt that led to the report.
  ///
  /// Sources: `arch/*/kernel/entry*`, `arch/*/mm/fault.c`, `arch/s390/kernel/traps.c`, `arch/powerpc/kernel/traps.c`,
  /// `arch/x86/lib/retpoline.S`, `arch/s390/kernel/nospec*`. `__func__` is no function but the text of one's name, to which
  /// a stale word on a stack may point.
  private static let entry = [
    "__func__*", "*program_check*", "__do_pgm_check", "pgm_check_handler", "monitor_event_exception", "illegal_op",
    "do_report_trap", "do_protection_exception", "do_dat_exception", "do_exception", "kernel_exception", "_exception*",
    "*do_kernel_fault*", "*do_translation_fault*", "*do_mem_abort*", "*el1_abort*", "*el1h_64_sync*",
    "do_undefinstr", "__dabt_svc_helper", "__und_svc*", "*_indirect_thunk_*", "__s390_indirect_jump*",
    "ext_int_handler", "io_int_handler", "mcck_int_handler", "do_ext_irq", "do_io_irq",
  ]
}
