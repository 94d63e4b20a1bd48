import Model

extension TriggerExpectation {
  /// `drivers/misc/lkdtm/bugs.c`.
  static let bugs: [TriggerExpectation] = [
    plain("PANIC", .panic),
    // The function that panics has the word in its name, as those that only print a panic.
    TriggerExpectation("PANIC_STOP_IRQOFF", report(.panic, in: "multi_cpu_stop")),
    // In 7.2 and not in 6.12; the function of the timer has the word in its name, too.
    TriggerExpectation("PANIC_IN_HARDIRQ", report(.panic, in: "__hrtimer_run_queues")),
    TriggerExpectation("BUG_IN_HARDIRQ", report(.bug, in: "bug_in_hardirq")),
    plain("BUG", .bug), plain("WARNING", .warning), plain("WARNING_MESSAGE", .warning), plain("EXCEPTION", .oops),
    TriggerExpectation(
      "LOOP", report(.rcuStall, in: "lkdtm_LOOP", without: ["PREEMPTION"]),
      silence: "a loop harms nobody where the kernel can be preempted"),
    TriggerExpectation("EXHAUST_STACK", report(.stackOverflow, .oops, in: "recursive_loop")),
    corruptStack("CORRUPT_STACK"), corruptStack("CORRUPT_STACK_STRONG"),
    quiet("REPORT_STACK", "it only prints where the stack is"),
    quiet("REPORT_STACK_CANARY", "it only prints where the stack's canary is"),
    quiet("UNALIGNED_LOAD_STORE_WRITE", "s390x loads and stores at any address"),
    TriggerExpectation("SOFTLOCKUP", report(.rcuStall, in: "lkdtm_SOFTLOCKUP"), stallElsewhere, lateStart),
    TriggerExpectation("HARDLOCKUP", stallSomewhere, lateStart),
    TriggerExpectation(
      "SMP_CALL_LOCKUP", stallSomewhere.orSilence, lateStart.orSilence,
      silence: "both CPUs of the guest hang, and nobody is left who could miss them"),
    TriggerExpectation(
      "SPINLOCKUP",
      // Lockdep tells of the first lock that is not given back, without it the second one is waited for.
      report(.lockdep, inAny: jumping("SPINLOCKUP"), with: ["PROVE_LOCKING"]),
      report(.rcuStall, inAny: jumping("SPINLOCKUP"), without: ["PROVE_LOCKING"]), times: 2),
    TriggerExpectation("HUNG_TASK", report(.hungTask, inAny: jumping("HUNG_TASK"), with: ["DETECT_HUNG_TASK"])),
    quiet("OVERFLOW_SIGNED", "the kernel is compiled so that signed numbers wrap"),
    quiet("OVERFLOW_UNSIGNED", "unsigned numbers wrap by the language's rules"),
    TriggerExpectation(
      "ARRAY_BOUNDS", report(.ubsan, in: "lkdtm_ARRAY_BOUNDS", with: ["UBSAN_BOUNDS", "UBSAN_SANITIZE_ALL"]),
      // Since 6.9 everything is checked; the option by which an architecture says that it can be was renamed with that.
      report(.ubsan, in: "lkdtm_ARRAY_BOUNDS", with: ["UBSAN_BOUNDS", "ARCH_HAS_UBSAN"]),
      silence: "says nothing without CONFIG_UBSAN_BOUNDS, and before 6.9 CONFIG_UBSAN_SANITIZE_ALL"),
    TriggerExpectation(
      "FAM_BOUNDS", report(.ubsan, in: "lkdtm_FAM_BOUNDS", with: ["UBSAN_BOUNDS", "CC_HAS_COUNTED_BY"]),
      silence: "says nothing without CONFIG_UBSAN_BOUNDS and a compiler that knows __counted_by"),
    TriggerExpectation(
      "PTR_BOUNDS", report(.ubsan, in: "lkdtm_PTR_BOUNDS", with: ["UBSAN_BOUNDS", "CC_HAS_COUNTED_BY_PTR"]),
      silence: "says nothing without CONFIG_UBSAN_BOUNDS and a compiler that knows __counted_by_ptr"),
    plain("CORRUPT_LIST_ADD", .listCorruption, with: ["DEBUG_LIST"]),
    plain("CORRUPT_LIST_DEL", .listCorruption, with: ["DEBUG_LIST"]),
    plain("STACK_GUARD_PAGE_LEADING", .oops, with: ["VMAP_STACK"]),
    plain("STACK_GUARD_PAGE_TRAILING", .oops, with: ["VMAP_STACK"]),
    quiet("UNSET_SMEP", "only x86-64 has it"), quiet("DOUBLE_FAULT", "only 32-bit x86 has it"),
    quiet("CORRUPT_PAC", "only arm64 has it"),
  ]

  /// A CPU that takes no interrupts cannot be asked for its stack: s390x shows what an earlier call left there, or nothing.
  private static let stallSomewhere = ExpectedReport(kinds: [.rcuStall], functions: nil, condition: Condition())

  /// Another CPU noticed the stall. Of a task that runs it shows what was saved when an interrupt came, and that is the
  /// interrupt's entry alone: `rcu_dump_cpu_stacks()` in `kernel/rcu/tree_stall.h`; s390x has no
  /// `arch_trigger_cpumask_backtrace()` to ask the CPU itself.
  private static let stallElsewhere = report(.rcuStall)

  /// RCU's own thread was on the CPU that hangs, so that no grace period begins (`kernel/rcu/tree_stall.h`).
  private static let lateStart = report(.warning, in: "rcu_check_gp_start_stall")

  /// The return address is overwritten with ones: where that leads to, no function can be named.
  private static func corruptStack(_ trigger: String) -> TriggerExpectation {
    TriggerExpectation(
      trigger, report(.stackOverflow).orSilence, report(.oops).orSilence,
      report(.panic, in: "lkdtm_" + trigger, with: ["STACKPROTECTOR"]),
      silence: "the way back is lost with the stack, and s390x has no stack protector to tell")
  }
}
