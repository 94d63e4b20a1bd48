import Model

/// Functions that call into a subsystem through a pointer, whatever subsystem it is.
///
/// Where a stalled CPU happens to stand is chance, and so is most of its stack. The function that the innermost of
/// these called is the same each time: the file operation, the work item, the packet handler, the system call.
enum EntryPoints {
  static func contains(_ name: String) -> Bool {
    functions.contains(SymbolName.plain(name)) || functions.contains(SymbolName.shortened(name))
  }

  private static let functions = NamePatterns(deferred + calls + files + sockets + faults)

  /// Work items, timers, soft interrupts and threads.
  ///
  /// Sources: `kernel/{workqueue,softirq,kthread,smpboot,smp}.c`, `kernel/time/{timer,hrtimer}.c`, `net/core/dev.c`.
  private static let deferred = [
    "*process_one_work*", "*netif_receive_skb*", "*do_softirq*",
    "*call_timer_fn*", "*_run_timers*", "*run_timer_softirq*", "*hrtimer_run*", "*run_ksoftirqd*",
    "*tasklet_action*", "*tasklet_hi_action*", "*smpboot_thread_fn*", "kthread", "*start_secondary*",
    "*cpu_startup_entry*", "*ret_from_fork*", "*smp_call_function*",
  ]

  /// The entry of system calls: the calls themselves are whatever stands above.
  ///
  /// Sources: `arch/*/kernel/entry*`, `arch/x86/entry/common.c`, `arch/s390/kernel/syscall.c`,
  /// `arch/arm64/kernel/syscall.c`, `kernel/task_work.c`, `kernel/entry/common.c`.
  private static let calls = [
    "*do_syscall*", "*do_fast_syscall_*", "do_int80_syscall*", "sysenter_dispatch", "tracesys_phase2",
    "el0_svc_handler", "*invoke_syscall*", "*ret_fast_syscall*", "system_call", "system_call_exception",
    "do_trap_ecall_u", "entry_SYSCALL*", "entry_INT80*", "entry_SYSENTER*", "*task_work_run*", "*__fput*",
    "*exit_to_usermode*",
  ]

  /// Sources: `fs/{read_write,ioctl,open}.c`, `block/ioctl.c`, `mm/mmap.c`, `fs/debugfs/file.c`.
  private static let files = [
    "*vfs_write*", "*vfs_read*", "*vfs_iter_read*", "*vfs_iter_write*", "*do_iter_read*", "*do_iter_write*",
    "*call_read_iter*", "*call_write_iter*", "*new_sync_read*", "*new_sync_write*", "*vfs_ioctl*", "*ksys_ioctl*",
    "*compat_ioctl*", "*compat_sys_ioctl*", "*blkdev_driver_ioctl*", "*blkdev_ioctl*", "call_mmap*",
    "*mmap_region*", "*do_mmap*", "*do_dentry_open*", "*vfs_open*", "full_proxy_*", "ioctl*", "sys_ioctl*",
  ]

  /// Sources: `net/socket.c`, `net/core/{sock,rtnetlink}.c`, `net/netfilter/nfnetlink.c`, `net/netlink/af_netlink.c`.
  private static let sockets = [
    "sock_sendmsg*", "sock_recvmsg*", "sock_release*", "__sock_release*", "setsockopt", "*kernel_setsockopt*",
    "*sock_common_setsockopt*", "listen", "*kernel_listen*", "*sk_common_release*", "sock_mmap*", "accept",
    "*kernel_accept*", "sock_do_ioctl*", "sock_ioctl*", "compat_sock_ioctl*", "nfnetlink_rcv_msg*",
    "rtnetlink_rcv_msg*", "netlink_dump*", "socketpair*", "sys_socketpair*", "connect*", "sys_connect*",
  ]

  /// Page faults, which call the handler of the mapping. Sources: `mm/memory.c`, `arch/*/mm/fault.c`.
  private static let faults = ["*__do_fault*", "*do_page_fault*", "page_fault"]

  /// The function that the innermost dispatcher of the stack called; nil when the stack has none.
  static func entry(of frames: ArraySlice<Frame>, _ rule: TitleRule) -> String? {
    var called: String?
    for frame in frames where !rule.skips(frame.name) {
      // Such a CPU only waits for another one; who made it wait is as much chance as anything.
      if frame.name.holds("smp_call_function") { return "smp_call_function" }
      if contains(frame.name) || rule.isS390x && onS390x.contains(SymbolName.plain(frame.name)) {
        return called ?? frame.name
      }
      called = frame.name
    }
    return nil
  }

  /// Dispatchers that syzkaller's titles do not know.
  private static let onS390x = NamePatterns([
    "handle_softirqs", "process_scheduled_works", "do_one_initcall", "exit_to_user_mode_loop",
  ])

  /// Interrupted function; nil when there is none in the stack.
  static func interruptedPart(of frames: [Frame]) -> ArraySlice<Frame>? {
    frames.firstIndex { interrupts.contains($0.name) }.map { frames[$0...].drop { interrupts.contains($0.name) } }
  }

  /// Function interrupted by the tick in which the stall was found; nil when the stack begins below it.
  static func partBelowTick(of frames: [Frame]) -> ArraySlice<Frame>? {
    guard let tick = frames.firstIndex(where: { ticks.contains(SymbolName.plain($0.name)) }) else { return nil }
    return interruptedPart(of: Array(frames[tick...])) ?? frames[(tick + 1)...]
  }

  /// The tick, and what it calls to look for stalls. Sources: `kernel/time/{timer,tick-sched,tick-common}.c`.
  private static let ticks = NamePatterns([
    "update_process_times", "tick_sched_timer", "tick_periodic", "rcu_check_callbacks", "rcu_sched_clock_irq",
    "hrtimer_interrupt", "watchdog_timer_fn", "tick_nohz_handler", "tick_handle_periodic",
  ])

  /// Sources: `arch/*/kernel/entry*`, `arch/x86/kernel/apic/apic.c`, `arch/s390/kernel/irq.c`.
  private static let interrupts = NamePatterns([
    "apic_timer_interrupt*", "smp_apic_timer_interrupt*", "smp_trace_apic_timer*", "asm_sysvec_*", "sysvec_*",
    "__sysvec_*", "__irq_svc", "el1_irq*", "el1h_64_irq*", "el1_interrupt*", "ext_int_handler*", "do_ext_irq*",
    "asm_call_irq*", "asm_call_sysvec*", "do_IRQ*", "ret_from_intr*",
  ])
}
