import Records

/// Functions that stand at the top of a stack because they report, check, lock, wait, copy or allocate, and are
/// hardly ever the ones at fault: the caller handed them something bad.
///
/// A `*` at the end stands for any rest. Compiler suffixes are gone before a name is looked up.
enum Machinery {
  static func contains(_ name: String, in kind: FindingKind? = nil) -> Bool {
    let plain = SymbolName.plain(name)
    if let kind, isMachinery(plain, of: kind) { return true }
    if exact.contains(plain) { return true }
    guard let start = start(of: plain), let prefixes = prefixes[start] else { return false }
    return prefixes.contains { plain.hasPrefix($0) }
  }

  /// What is to blame in one kind of report is machinery in another.
  private static func isMachinery(_ plain: String, of kind: FindingKind) -> Bool {
    switch kind {
    // Every layer has an allocator of its own; the one that asked for the memory forgot it.
    case .kmemleak: plain.contains("alloc") || plain.hasPrefix("idr_") || plain.hasPrefix("radix_tree_")
    case .hungTask: plain == "console_lock"
    default: false
    }
  }

  private static let names: [String] =
    reporting + sanitizers + locking + waiting + library + memory + structures + drivers + entry

  private static let exact = Set(names.filter { !$0.hasSuffix("*") })

  /// By their first bytes, because this is asked for every frame of a report.
  private static let prefixes: [UInt32?: [String]] = {
    let prefixes = Dictionary(
      grouping: names.filter { $0.hasSuffix("*") }.map { String($0.dropLast()) }, by: start)
    assert(prefixes[nil] == nil, "a prefix of less than three bytes would match nothing")
    return prefixes
  }()

  /// The first three bytes; nil for a shorter name.
  private static func start(of name: String) -> UInt32? {
    let bytes = name.utf8.prefix(3)
    return bytes.count == 3 ? bytes.reduce(0) { $0 << 8 | UInt32($1) } : nil
  }

  /// Print the report, or take the trap that leads to it.
  private static let reporting = [
    "dump_stack*", "__dump_stack", "show_stack*", "unwind_backtrace", "dump_backtrace*", "panic", "panic_saved_regs",
    "__panic", "vpanic", "nmi_panic", "check_panic_on_warn", "__warn*", "warn_slowpath*", "warn_bogus*", "report_bug",
    "__report_bug", "fixup_bug*", "handle_bug", "bug_handler", "do_error_trap", "do_invalid_op", "invalid_op",
    "exc_invalid_op", "asm_exc_invalid_op", "monitor_event_exception", "illegal_op", "do_report_trap", "do_trap*",
    "__do_pgm_check", "pgm_check_handler", "do_protection_exception", "do_dat_exception", "do_exception", "die",
    "__die", "oops_*", "print_*", "__print_*", "no_context", "bad_area*", "__bad_area*", "__do_page_fault",
    "do_page_fault", "page_fault", "exc_page_fault", "asm_exc_page_fault", "page_fault_oops", "do_kern_addr_fault",
    "do_user_addr_fault", "__do_kernel_fault", "do_translation_fault", "do_mem_abort", "do_tag_check_fault",
    "do_bad_area", "el1_*", "el1h_*", "__dabt_svc_helper", "brk_handler", "do_debug_exception", "do_el1_brk64",
    "call_break_hook", "general_protection", "exc_general_protection", "asm_exc_general_protection", "kernel_exception",
    "program_check*", "_exception*", "print_tainted", "warn_rlimit", "debug_locks_off*", "debug_show*",
    "skb_panic", "skb_over_panic", "skb_under_panic", "fortify_panic", "__fortify_panic", "__fortify_report",
    "rust_helper_BUG", "rust_begin_unwind", "sched_show_task", "dump_cpu_task", "nmi_*", "arch_trigger_cpumask*",
    "usercopy_abort", "usercopy_warn", "report_usercopy", "rcu_dump_cpu_stacks", "lockdep_rcu_suspicious",
    "proc_register",
    "__schedule_bug", "__reiserfs_panic", "assertfail", "btrfs_assertfail", "proc_create*", "proc_mkdir*",
    "arch_stack_walk",
    "walk_stackframe", "__x86_indirect_thunk*", "add_uevent_var", "__stack_chk_fail", "check_preemption_disabled",
    "debug_smp_processor_id", "__this_cpu_preempt_check",
    "bad_page", "free_page_is_bad*", "check_new_page*", "object_err", "slab_err", "__slab_err", "slab_bug",
    "trailer_error",
    "check_slab", "check_object", "check_bytes_and_report", "slab_pad_check", "on_freelist", "alloc_debug_processing",
    "free_debug_processing", "free_to_partial_list", "alloc_consistency_checks", "free_consistency_checks",
    "_printk", "printk", "vprintk*", "sysfs_warn_dup", "drm_*err*", "spin_dump", "spin_bug", "rwlock_bug",
  ]

  /// Check what others do.
  private static let sanitizers = [
    "kasan_*", "__kasan_*", "__asan_*", "__hwasan_*", "check_memory_region*", "check_region_inline", "memory_is_*",
    "kmsan_*", "__kmsan_*", "__msan_*", "kcsan_*", "__kcsan_*", "__tsan_*", "ubsan_*", "__ubsan_*", "handle_overflow",
    "val_to_string", "kfence_*", "__kfence_*", "kmemleak_*", "end_report", "start_report", "__sanitizer_*",
    "check_stack_object", "__check_object_size", "__check_heap_object", "check_heap_object",
    "check_kcov_mode", "should_fail*", "fail_dump", "set_track_prepare", "set_track", "save_stack*", "stack_trace_*",
    "stack_depot_*", "__save_stack_trace", "report_access", "find_report", "assert_spin*", "debug_print_object",
    "debug_object_*", "debug_check_no_obj_freed", "__debug_check_no_obj_freed", "__debug_object_init",
    "debug_timer_*", "work_is_static_object", "kcov_*", "__kcov*", "set_report_info", "debug_work_*",
  ]

  /// Take and watch locks; lockdep itself.
  private static let locking = [
    "lock_acquire*", "lock_release*", "__lock_acquire*", "__lock_release*", "lock_downgrade", "lock_is_held*",
    "lock_set_class", "__lock_set_class", "lock_pin_lock", "lock_unpin_lock", "validate_chain", "check_prev*",
    "check_noncircular", "check_deadlock", "check_usage*", "check_irq_usage", "check_unlock", "mark_lock*",
    "mark_usage",
    "mark_held_locks", "mark_irqflags", "valid_state", "register_lock_class", "assign_lock_key", "look_up_lock_class",
    "check_flags", "save_trace", "reacquire_held_locks", "trace_hardirqs_*", "trace_softirqs_*", "lockdep_*",
    "__trace_hardirqs*", "debug_check_no_locks*", "rcu_lockdep_*", "check_wait_context", "check_chain_key",
    "debug_lockdep_rcu_enabled", "__bad_spinlock", "spin_*", "_spin_*", "_raw_*", "rt_spin_*", "rt_read_*",
    "rt_write_*", "__raw_*", "do_raw_*", "queued_*",
    "native_queued_*", "pv_queued_*", "__pv_queued*", "pv_wait*", "kvm_wait_*", "arch_spin_*", "virt_spin*",
    "__local_bh_enable*", "local_bh_*", "mutex_*", "__mutex_*", "ww_mutex_*", "rt_mutex_*", "__rt_mutex*", "down_read*",
    "down_write*", "down_interruptible", "down", "down_trylock", "down_killable*", "down_timeout", "__down*", "up_read",
    "up_write", "up", "__up_*", "rwsem_*",
    "percpu_down_*", "percpu_rwsem_*", "__percpu_*", "call_rwsem_*", "debug_mutex_*", "seqcount_*", "write_seqcount*",
    "read_seq*", "osq_lock", "tty_ldisc_lock*", "console_trylock*", "lock_sock*", "__lock_sock*", "__lock_page*",
    "lock_page",
    "reiserfs_write_lock*", "__down_trylock*", "folio_unlock", "unlock_page", "__folio_lock*", "lock_timer_base",
    "_atomic_dec_and*",
    "rwbase_*", "rtlock_*", "ldsem_*", "__ldsem_*", "mcs_*",
  ]

  /// Put a task to sleep until something else happens, or wake it.
  private static let waiting = [
    "__schedule", "schedule", "schedule_*", "preempt_schedule*", "__cond_resched", "_cond_resched", "io_schedule*",
    "context_switch", "__switch_to*", "wait_for_*", "__wait_for_*", "do_wait_for_common", "wait_on_*", "__wait_on_*",
    "out_of_line_wait_*", "folio_wait_*", "__folio_wait*", "bit_wait*", "prepare_to_wait*", "finish_wait",
    "autoremove_wake*", "__wait_rcu_gp",
    "wait_rcu_gp",
    "___might_sleep", "__might_sleep", "might_sleep", "__might_resched", "__might_fault", "might_fault", "msleep*",
    "usleep_*",
    "__wake_up*", "wake_up_*", "try_to_wake_up", "complete", "complete_all", "swake_up*", "preempt_count_*",
    "try_to_freeze*", "__refrigerator", "freezer_*", "rcu_preempt_*", "kthread_stop", "kthread_park", "rcu_barrier*",
    "__flush_work", "flush_work", "cancel_work*",
    "__cancel_work*", "cancel_delayed_work*", "flush_delayed_work", "__queue_work", "insert_work",
    "try_to_grab_pending", "wake_up_worker", "kick_pool", "queue_work*", "queue_delayed_work*", "__queue_delayed*",
    "mod_delayed_work*", "drain_workqueue", "destroy_workqueue", "del_timer*", "try_to_del_timer*", "timer_delete*",
    "__timer_delete*",
    "mod_timer*", "__mod_timer", "add_timer*", "detach_timer", "timer_is_static_object", "timer_fixup*",
  ]

  /// Do to bytes what the caller says.
  private static let library = [
    "memcpy*", "__memcpy*", "memset*", "__memset*", "memmove*", "__memmove*", "memcmp", "bcmp", "memchr*", "memscan",
    "strlen", "strnlen", "strcmp", "strncmp", "strcpy", "strncpy", "strlcpy", "strscpy", "strchr", "strrchr", "strstr",
    "strcasecmp", "strncasecmp", "strcat", "strlcat", "sized_strscpy", "skip_spaces", "read_word_at_a_time",
    "copy_to_user*", "copy_from_user*", "_copy_to_user", "_copy_from_user", "__copy_*", "raw_copy_*", "instrument_*",
    "copy_user_*", "_copy_to_iter", "_copy_from_iter*", "copy_to_iter", "copy_from_iter", "__get_user*", "__put_user*",
    "clear_user", "__clear_user", "rep_movs*", "rep_stos*", "csum_partial*", "strndup_user", "memdup_user*",
    "vmemdup_user",
    "string_nocheck", "string", "vsnprintf", "snprintf", "sprintf", "crc*", "copy_page_to_iter*",
    "copy_page_from_iter*", "simple_copy_to_iter", "strnstr", "vscnprintf", "scnprintf", "inb*", "outb*", "logic_in*",
    "logic_out*",
  ]

  /// Give and take memory.
  private static let memory = [
    "kmalloc*", "__kmalloc*", "kzalloc*", "kcalloc", "kvmalloc*", "__kvmalloc*", "kvzalloc*", "krealloc*", "__krealloc",
    "kfree*",
    "kvfree*", "kmem_cache_*", "__kmem_cache_*", "slab_*", "___slab_alloc", "__slab_alloc*", "__slab_free",
    "do_slab_free",
    "___cache_free", "__cache_free", "cache_free_*", "cache_alloc*", "____cache_alloc", "new_slab", "allocate_slab",
    "free_large_kmalloc",
    "vmalloc*", "__vmalloc*", "vzalloc*", "vfree", "__vfree", "vunmap", "__vunmap", "alloc_pages*", "__alloc_pages*",
    "__alloc_frozen_pages*", "get_page_from_freelist", "prep_new_page", "free_pages*", "__free_pages*",
    "__get_free_pages",
    "get_free_pages*", "pcpu_alloc*", "__alloc_percpu*", "alloc_percpu*", "free_percpu", "kobject_get", "kobject_put",
    "kstrdup*", "kmemdup*", "___kmalloc_large_node", "kmalloc_order*", "sock_kmalloc", "pcpu_*", "free_unref_page*",
    "__free_frozen_pages", "find_lock_entries", "find_get_entries", "truncate_inode_pages*",
    "create_object", "alloc_inode", "debug_objects_*",
    "__kmalloc_large_node", "fs_reclaim_*", "might_alloc", "cache_grow*",
  ]

  /// Counters, lists, trees and bitmaps that live in other people's objects.
  private static let structures = [
    "__list_*", "list_*", "hlist_*", "__hlist_*", "refcount_*", "__refcount_*", "kref_*", "atomic_*", "atomic64_*",
    "arch_atomic*",
    "rb_*", "__rb_*", "find_first_bit", "find_next_bit", "_find_*", "find_first_zero_bit", "find_next_zero_bit",
    "test_bit", "set_bit", "clear_bit", "instrument_atomic*", "ref_tracker_*", "netdev_put", "put_device", "get_device",
    "sysfs_create_dir_ns", "create_dir", "kobject_add*", "kobject_init_and_add", "sysfs_do_create_link*",
    "sysfs_create_link*",
    "sysfs_add_*", "read_pnet", "write_pnet", "klist_*", "xas_*", "test_and_*", "drop_nlink", "clear_nlink",
    "inc_nlink", "fast_dput", "dput", "iput",
    "mark_buffer_dirty*", "skb_put", "skb_push", "skb_pull*", "__skb_put", "__skb_pull", "pskb_*",
  ]

  /// The driver core and subsystems take a driver's object off their lists; the driver above got it wrong.
  private static let drivers = [
    "get_device_parent", "device_add", "device_del", "device_register", "device_unregister", "device_create*",
    "device_release", "device_destroy", "device_for_each_child", "dpm_sysfs_*", "kobject_*", "cdev_device_*",
    "devres_release_all", "sysfs_remove_group*", "sysfs_create_group*", "unregister_netdevice_*",
    "rollback_registered*",
    "tty_unregister_device", "hwrng_unregister", "i2c_del_adapter", "__unregister_client", "usb_submit_urb",
    "usb_kill_urb", "usb_poison_urb",
  ]

  /// Every stack ends or begins here; `__func__` is no function but the text of one's name, to which a stale word on a
  /// stack may point.
  private static let entry = [
    "__func__*",
    "apic_timer_interrupt", "smp_apic_timer_interrupt", "asm_sysvec_*", "sysvec_*", "__sysvec_*", "ext_int_handler",
    "io_int_handler", "mcck_int_handler", "do_ext_irq", "do_io_irq", "hardirqs_*", "__s390_indirect_jump*",
    "entry_SYSCALL_*",
  ]
}
