import Model
import Testing

@testable import Dmesg

/// The rules of docs/titles.md, a class at a time.
@Suite struct TitleTests {
  private func title(_ headline: [String], _ functions: [String]) -> String? {
    let trace = functions.map { " \($0)+0x10/0x40" }
    let lines = headline + ["Call Trace:"] + trace
    return findings(in: Array(lines.joined(separator: "\n").utf8)).findings.first?.title
  }

  @Test(arguments: [
    (
      "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(8,1)",
      "kernel panic: VFS: Unable to mount root fs on unknown-block(NUM,NUM)"
    ),
    (
      "Kernel panic - not syncing: buffer at 0x00000001 of f+0x1/0x2 in CPU#3 failed (-5) at fs/a.c:12",
      "kernel panic: buffer at ADDR of f in CPU failed (-NUM) at fs/a.c:LINE"
    ),
    (
      "Kernel panic - not syncing: corrupted list 00000000deadbeef of md5",
      "kernel panic: corrupted list ADDR of md5"
    ),
  ])
  func `a title has no numbers and addresses of one run`(_ headline: String, _ expected: String) {
    #expect(title([headline], ["panic", "widget_stop"]) == expected)
  }

  @Test(arguments: [
    ("watchdog: CPU 3 self-detected hard LOCKUP @ widget_spin+0x44/0x80 [widget]", "BUG: hard lockup in widget_stop"),
    ("watchdog: CPU 0 detected hard LOCKUP on other CPUs 3", "BUG: hard lockup in widget_stop"),
    ("Oops: stack segment: 0000 [#1] PREEMPT SMP", "stack segment fault in widget_stop"),
    ("Oops - illegal instruction [#1]", "illegal instruction in widget_stop"),
    ("Oops - load access fault [#1]", "load access fault in widget_stop"),
  ])
  func `headlines of other architectures are read`(_ headline: String, _ expected: String) {
    #expect(title([headline], ["widget_stop", "process_one_work"]) == expected)
  }

  @Test(arguments: [
    ["print_trailer", "check_bytes_and_report", "check_object", "alloc_debug_processing", "get_partial_node.part.0"],
    ["object_err", "free_consistency_checks", "free_to_partial_list", "__slab_free", "kfree_sensitive"],
    ["check_object", "alloc_single_from_partial", "get_from_partial_node", "refill_sheaf", "__pcs_replace_empty_main"],
  ])
  func `who asked for a slab's object is above the allocator`(_ helpers: [String]) {
    let headline = ["BUG kmalloc-64 (Not tainted): Poison overwritten"]
    #expect(title(headline, helpers + ["widget_alloc"]) == "BUG: Poison overwritten in widget_alloc")
  }

  /// Roles: the name, and whether the one below it is to blame instead.
  @Test(arguments: [
    "__WARN_trap", "vpanic", "skb_panic", "btrfs_assertfail", "__kasan_check_byte", "kmsan_internal_check_memory",
    "check_heap_object", "__fortify_report", "__phys_addr", "__kmalloc_node_track_caller_noprof", "kvzalloc_noprof",
    "alloc_pages_mpol", "folio_alloc_noprof", "__filemap_get_folio", "vsnprintf", "kvasprintf", "string_nocheck",
    "memcpy_toio", "copy_page_from_iter_atomic", "__timer_delete_sync", "netdev_warn",
    "cancel_work_sync", "__queue_work", "rhashtable_lookup_fast", "usb_submit_urb", "usb_control_msg",
    "sysfs_remove_file_ns", "kobject_put", "device_del", "lock_acquire", "__lock_acquire.isra.0", "register_lock_class",
    "_raw_spin_lock_irqsave", "rwsem_down_write_slowpath", "refcount_warn_saturate", "__list_del_entry_valid_or_report",
    "mark_buffer_dirty", "netdev_info", "__device_add_disk",
    "el1h_64_sync_handler", "do_translation_fault", "platform_device_add",
  ])
  func `a helper is skipped`(_ name: String) {
    #expect(TitleRule.of("KASAN: {1} {access} in {function}").skips(name))
  }

  @Test(arguments: [
    "fs_reclaim_acquire", "try_to_wake_up", "vhci_urb_enqueue", "get_page_from_freelist", "sysfs_warn_dup", "schedule",
    "hci_cmd_sync_clear", "kcov_remote_start", "pcpu_alloc_noprof", "inc_nlink",
    "netlink_ack", "process_one_work", "ext4_mark_inode_dirty", "assfail", "init_timer_key", "__init_work",
    "rwsem_mark_wake", "validate_chain", "bcmp", "prepare_to_wait_event", "cancel_delayed_work_sync",
    "do_user_addr_fault", "pci_device_add", "zpci_flush_work", "do_usercopy_slab_size",
  ])
  func `what can be at fault is not skipped`(_ name: String) {
    #expect(!TitleRule.of("WARNING in {function}").skips(name))
  }

  @Test func `a leak skips whoever allocates`() {
    #expect(
      title(
        ["BUG: memory leak", "unreferenced object 0xffff888100000000 (size 64):"],
        ["kmalloc_trace_noprof", "widget_alloc_state", "idr_get_free", "widget_open"]) == "memory leak in widget_open")
  }

  @Test func `uninitialized memory skips the carriers of packets`() {
    #expect(
      title(["BUG: KMSAN: uninit-value in netlink_ack+0x1/0x2"], ["netlink_ack", "netlink_rcv_skb", "widget_rcv"])
        == "KMSAN: uninit-value in widget_rcv")
  }

  @Test func `a BUG in an accessor of packets is its caller's`() {
    #expect(
      title(["kernel BUG at net/core/skbuff.c:100!"], ["skb_panic", "skb_put", "widget_xmit"])
        == "kernel BUG in widget_xmit")
  }

  @Test func `a panic of Rust code has its reason`() {
    let place = "rust_kernel: panicked at drivers/widget/state.rs:12:5:"
    let trap = ["------------[ cut here ]------------", "kernel BUG at rust/helpers/bug.c:7!"]
    let stack = ["_RNvCs_7___rustc17rust_begin_unwind", "_RNvNtCs_4core9panicking9panic_fmt", "widget_state_put"]
    #expect(
      title([place, "attempt to subtract with overflow"] + trap, stack)
        == "attempt to subtract with overflow in widget_state_put")
    #expect(
      title(["rust_kernel: panicked at 'index out of bounds', drivers/widget/state.rs:12:5"] + trap, stack)
        == "index out of bounds in widget_state_put")
  }

  @Test func `what the file systems say before their WARN has its own title`() {
    let busy = "VFS: Busy inodes after unmount of sda1 (ext4)"
    let warning = "WARNING: CPU: 0 PID: 7 at fs/super.c:650 generic_shutdown_super+0x10/0x40"
    #expect(title([busy, warning], ["kill_block_super"]) == "VFS: Busy inodes after unmount (use-after-free)")
    #expect(
      title(["VFS: Close: file count is 0"], ["filp_close"]) == "VFS: Close: file count is zero (use-after-free)")
    // Words without a log are somebody's.
    #expect(findings(in: Array("VFS: Close: file count is 0\nis what I saw.\n".utf8)).findings == [])
    #expect(findings(in: Array("rust_kernel: panicked at x.rs:1:2:\nis what I saw.\n".utf8)).findings == [])
    // Another CPU's warning is no part of it.
    let other = "WARNING: CPU: 1 PID: 9 at drivers/widget/core.c:12 widget_close+0x10/0x40"
    let log = [busy, "------------[ cut here ]------------", other, "Call Trace:", " widget_release+0x1/0x2"]
    #expect(
      findings(in: Array(log.joined(separator: "\n").utf8)).findings.map(\.title)
        == ["VFS: Busy inodes after unmount (use-after-free)", "WARNING in widget_close"])
  }

  @Test func `a warning without a place is found`() {
    #expect(title(["WARNING: CPU: 0 PID: 7 at 0xffffffffc0123456"], ["widget_probe"]) == "WARNING in widget_probe")
    #expect(title(["WARNING: at 0xffffffffc0123456, CPU#0: sh/7"], ["widget_probe"]) == "WARNING in widget_probe")
    #expect(title(["WARNING: CPU: 0 PID: 7 at widget_open+0x1/0x2"], ["widget_probe"]) == "WARNING in widget_open")
  }

  @Test func `one line of another kind does not end a trace`() {
    let log = [
      "WARNING: CPU: 0 PID: 7 at lib/refcount.c:28 refcount_warn_saturate+0x10/0x40", "Call Trace:",
      " refcount_warn_saturate+0x10/0x40", "unregister_netdevice: waiting for lo to become free. Usage count = 2",
      " widget_put+0x10/0x40", "---[ end trace 0000000000000000 ]---",
    ]
    #expect(
      Set(findings(in: Array(log.joined(separator: "\n").utf8)).findings.map(\.title))
        == ["WARNING: refcount bug in widget_put", "unregister_netdevice: waiting for DEV to become free"])
  }

  @Test func `tasks that wait for everybody are one bug`() {
    let headline = ["INFO: task widget:77 blocked for more than 143 seconds."]
    #expect(
      title(headline, ["__schedule", "schedule", "__mutex_lock", "rtnl_lock", "widget_close"])
        == "INFO: task hung in rtnl_lock")
    #expect(
      title(headline, ["__schedule", "schedule_timeout", "__wait_rcu_gp", "synchronize_rcu_expedited", "widget_close"])
        == "INFO: task hung in synchronize_rcu")
    #expect(
      title(headline, ["__schedule", "rwsem_down_write_slowpath", "down_write", "wait_on_widget", "widget_close"])
        == "INFO: task hung in widget_close")
  }

  @Test func `a deadlock is named by the lock that is taken, then by the one that is held`() {
    let report = { (taken: String) in
      [
        "WARNING: possible circular locking dependency detected", "sh/7 is trying to acquire lock:",
        "ffff888100000000 (&a){+.+.}-{3:3}, at: \(taken)+0x10/0x40", "but task is already holding lock:",
        "ffff888100000001 (&b){+.+.}-{3:3}, at: widget_hold+0x10/0x40", "stack backtrace:",
      ]
    }
    #expect(title(report("widget_take"), ["widget_take"]) == "possible deadlock in widget_take")
    #expect(title(report("__flush_work"), ["lock_acquire", "__flush_work"]) == "possible deadlock in widget_hold")
  }

  @Test func `a system call's stub has no architecture`() {
    #expect(
      title(["general protection fault, maybe for address 0x0: 0000 [#1] SMP"], ["__x64_sys_mremap", "do_syscall_64"])
        == "general protection fault in sys_mremap")
    #expect(SymbolName.shortened("__s390x_sys_ioctl") == "sys_ioctl")
    #expect(SymbolName.shortened("__do_sys_ioctl") == "ioctl")
  }

  @Test func `what warns below a trap is what the registers show`() {
    let lines = [
      "WARNING: CPU: 1 PID: 7 at lib/refcount.c:28 refcount_warn_saturate+0x10/0x40", "Call Trace:",
      " dump_stack+0x10/0x40", " panic+0x10/0x40", " __warn+0x10/0x40", " some_new_trap_code+0x10/0x40",
      "RIP: 0010:refcount_warn_saturate+0x10/0x40", " widget_put+0x10/0x40",
    ]
    let found = findings(in: Array(lines.joined(separator: "\n").utf8)).findings
    #expect(found.map(\.title) == ["WARNING: refcount bug in widget_put"])
  }

  @Test func `a stall is named by what the interrupt found`() {
    let lines = [
      "[  200.000000][    C1] rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 0-...D } 2680 jiffies",
      "[  200.000000][    C1] Sending NMI from CPU 1 to CPUs 0:", "[  200.000010][    C0] NMI backtrace for cpu 0",
      "[  200.000012][    C0] RIP: 0010:io_serial_in+0x77/0xc0", "[  200.000014][    C0] Call Trace:",
      "[  200.000018][    C0]  __hrtimer_run_queues+0x4c5/0xd30",
      "[  200.000020][    C0]  sysvec_apic_timer_interrupt+0xa1/0xc0",
      "[  200.000023][    C0]  asm_sysvec_apic_timer_interrupt+0x1a/0x20",
      "[  200.000024][    C0] RIP: 0010:widget_spin+0x10/0x20", "[  200.000027][    C0]  widget_ioctl+0x10/0x20",
      "[  200.000028][    C0]  __x64_sys_ioctl+0x18f/0x210", "[  200.000029][    C0]  do_syscall_64+0xcd/0x230",
    ]
    let found = findings(in: Array(lines.joined(separator: "\n").utf8)).findings
    #expect(found.map(\.title) == ["INFO: rcu detected stall in widget_ioctl"])
  }

  @Test func `assertions are told apart by who fails them`() {
    let report = { (caller: String) in
      [
        "WARNING: CPU: 0 PID: 77 at fs/xfs/xfs_message.c:104 assfail+0x44/0x50", "RIP: 0010:assfail+0x44/0x50",
        "Call Trace:", " \(caller)+0x55/0x90", " xfs_inactive+0x402/0xb70", "---[ end trace 0000000000000000 ]---",
      ]
    }
    let found = ["xfs_ifree", "xfs_iget"].map { findings(in: Array(report($0).joined(separator: "\n").utf8)).findings }
    #expect(found.map { $0.map(\.title) } == [["WARNING in assfail"], ["WARNING in assfail"]])
    #expect(found[0].map(\.signature) != found[1].map(\.signature))
  }

  @Test func `a page in a bad state is named by who asked for it`() {
    let lines = [
      "BUG: Bad page state in process widget  pfn:12345", "page dumped because: nonzero mapcount",
      "page_owner tracks the page as allocated",
      "page last allocated via order 0, migratetype Unmovable, gfp_mask 0x1(GFP_KERNEL), pid 7, ts 1, free_ts 1",
      " post_alloc_hook+0x10/0x40", " get_page_from_freelist+0x10/0x40", " __alloc_pages_noprof+0x10/0x40",
      " vmalloc_noprof+0x10/0x40", " widget_open+0x10/0x40", "Modules linked in:", "Call Trace:",
      " dump_stack_lvl+0x10/0x40", " bad_page+0x10/0x40", " free_unref_page+0x10/0x40", " widget_close+0x10/0x40",
    ]
    let found = findings(in: Array(lines.joined(separator: "\n").utf8)).findings
    #expect(found.map(\.title) == ["BUG: Bad page state in widget_open"])
  }
}
