/// Functions that stand at the top of a stack because they report, check, lock, wait, copy or allocate, and are
/// hardly ever the ones at fault: the caller handed them something bad.
///
/// They are named by the role that they have, and a role is named by the part of the kernel's tree that plays it;
/// `docs/titles.md` has the list. Compiler suffixes are gone before a name is looked up.
enum SkipList {
  static func contains(_ name: String) -> Bool { functions.contains(SymbolName.plain(name)) }

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
    "dev_info*", "_dev_info", "dev_notice*", "_dev_notice", "dev_warn*", "_dev_warn", "dev_err*", "_dev_err",
    "dev_alert*", "_dev_alert", "dev_crit*", "_dev_crit", "dev_emerg*", "_dev_emerg",
    "netdev_printk", "__netdev_printk", "netdev_info", "netdev_notice", "netdev_warn", "netdev_err",
    "netdev_alert", "netdev_crit", "netdev_emerg", "drm_*err*", "*hex_dump*", "*dump_stack*", "*show_stack*",
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
    "no_context", "bad_area*", "__bad_area*", "page_fault_oops", "do_page_fault", "__do_page_fault", "page_fault",
    "exc_page_fault",
    "asm_exc_*", "do_kern_addr_fault", "do_user_addr_fault", "*do_kernel_fault*", "*do_translation_fault*",
    "*do_mem_abort*", "do_tag_check_fault", "do_tag_recovery", "do_bad_area", "el1_*", "el1h_*", "el1t_*",
    "do_undefinstr", "__dabt_svc_helper", "__und_svc*", "brk_handler", "do_debug_exception", "do_el1_brk64",
    "call_break_hook", "call_el1_break_hook", "general_protection", "exc_general_protection",
    "*_indirect_thunk_*", "__s390_indirect_jump*", "*apic_timer_interrupt", "asm_sysvec_*", "sysvec_*", "__sysvec_*",
    "ext_int_handler", "io_int_handler", "mcck_int_handler", "do_ext_irq", "do_io_irq", "entry_SYSCALL_*",
  ]
}
