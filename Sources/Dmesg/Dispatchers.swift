import Records

/// Functions that call into a subsystem through a pointer, whatever subsystem it is.
///
/// Where a stalled CPU happens to stand is chance, and so is most of its stack. The function that the outermost
/// of these called is the same each time: the file operation, the work item, the packet handler, the system call.
enum Dispatchers {
  static func contains(_ name: String) -> Bool {
    let plain = SymbolName.plain(name)
    return exact.contains(plain) || isStub(plain) || prefixes.contains { plain.hasPrefix($0) }
  }

  private static let exact: Set<String> = [
    // Files.
    "vfs_read", "vfs_write", "__vfs_read", "__vfs_write", "new_sync_read", "new_sync_write", "call_read_iter",
    "call_write_iter", "do_iter_read", "do_iter_write", "do_iter_readv_writev", "do_loop_readv_writev", "vfs_ioctl",
    "kvm_vm_compat_ioctl", "kvm_vcpu_compat_ioctl",
    "do_vfs_ioctl", "ksys_ioctl", "ksys_read", "ksys_write", "__fput", "____fput", "mmap_region", "call_mmap",
    "do_mmap",
    "__do_fault", "full_proxy_write", "full_proxy_read", "full_proxy_ioctl",
    // Work, timers, threads.
    "process_one_work", "process_scheduled_works", "worker_thread", "kthread", "call_timer_fn", "expire_timers",
    "__run_timers", "run_timer_softirq", "__hrtimer_run_queues", "hrtimer_interrupt", "task_work_run", "__do_softirq",
    "do_softirq", "handle_softirqs", "tasklet_action_common", "tasklet_action", "rcu_do_batch", "rcu_core",
    "rcu_process_callbacks", "smpboot_thread_fn", "ret_from_fork", "ret_from_fork_asm", "__ret_from_fork",
    "cpu_startup_entry", "do_idle",
    // Packets.
    "__netif_receive_skb_core", "__netif_receive_skb", "__netif_receive_skb_one_core", "netif_receive_skb",
    "netif_receive_skb_internal", "process_backlog", "net_rx_action", "netlink_rcv_skb", "rtnetlink_rcv_msg",
    "nfnetlink_rcv_msg", "deliver_skb", "__sys_setsockopt", "__sys_getsockopt", "sock_common_setsockopt",
    "genl_rcv_msg",
    // System calls: their stubs have no fixed names, their callers do.
    "system_call", "__do_syscall", "do_syscall", "do_syscall_64", "do_syscall_x64", "do_int80_syscall_32",
    "do_fast_syscall_32", "__do_fast_syscall_32", "do_syscall_32_irqs_on", "invoke_syscall", "__invoke_syscall",
    "el0_svc_common", "el0_svc", "el0_svc_handler", "do_el0_svc", "ret_fast_syscall", "sysenter_dispatch",
    "tracesys_phase2", "exit_to_usermode_loop", "exit_to_user_mode_loop", "do_one_initcall",
  ]

  private static let prefixes = ["entry_SYSCALL", "entry_INT80", "entry_SYSENTER"]

  /// Stubs that stand between a dispatcher and the call that it dispatches.
  private static func isStub(_ name: String) -> Bool {
    guard let call = SymbolName.systemCall(name) else { return false }
    return ["read", "write", "ioctl", "readv", "writev", "pread64", "pwrite64"].contains(call)
  }

  /// The function that the innermost dispatcher of the stack called; nil when the stack has none.
  static func entry(of frames: [Frame]) -> String? {
    let interrupted = interruptedPart(of: frames)
    // Such a CPU only waits for another one; who made it wait is as much chance as anything.
    if interrupted.contains(where: { $0.name.hasPrefix("smp_call_function") }) { return "smp_call_function" }
    for index in interrupted.indices where contains(interrupted[index].name) {
      if let called = interrupted[..<index].last(where: { !Machinery.contains($0.name) }) { return called.name }
    }
    return nil
  }

  /// The stack without the timer interrupt that found the stall.
  private static func interruptedPart(of frames: [Frame]) -> ArraySlice<Frame> {
    guard let tick = frames.firstIndex(where: { tickFunctions.contains(SymbolName.plain($0.name)) }) else {
      return frames[...]
    }
    let entry = frames[tick...].firstIndex { isInterruptEntry($0.name) } ?? tick
    return frames[(entry + 1)...].drop { isInterruptEntry($0.name) }
  }

  private static let tickFunctions: Set<String> = [
    "update_process_times", "tick_sched_timer", "tick_periodic", "rcu_check_callbacks", "rcu_sched_clock_irq",
    "hrtimer_interrupt", "watchdog_timer_fn", "tick_nohz_handler", "tick_handle_periodic",
  ]

  private static func isInterruptEntry(_ name: String) -> Bool {
    interruptEntries.contains { name.hasPrefix($0) }
  }

  private static let interruptEntries = [
    "apic_timer_interrupt", "smp_apic_timer_interrupt", "smp_trace_apic_timer", "asm_sysvec_", "sysvec_", "__sysvec_",
    "__irq_svc", "el1_irq",
    "el1h_64_irq", "el1_interrupt", "ext_int_handler", "do_ext_irq", "asm_call_irq", "asm_call_sysvec", "do_IRQ",
    "ret_from_intr",
  ]
}
