extension SkipList {
  /// Check what others do, and track what they hold.
  static let checking = sanitizers + lockdep + trackers

  /// Sources: `mm/kasan`, `mm/kmsan`, `mm/kfence`, `mm/kmemleak.c`, `mm/usercopy.c`, `mm/slub.c` (`check_object()` and its
  /// like), `mm/page_alloc.c` (`bad_page()`), `kernel/kcsan`, `kernel/kcov.c`, `lib/ubsan.c`, `lib/fault-inject.c`,
  /// `lib/string_helpers.c` (fortify), `include/linux/kcsan-checks.h`, `include/asm-generic/rwonce.h`,
  /// `arch/*/mm/physaddr.c`.
  private static let sanitizers = [
    "*__sanitizer*", "*__asan*", "*kasan*", "*hwasan*", "*__msan*", "*kmsan*", "*check_memory_region*",
    "check_region_inline", "memory_is_*", "*kcsan_*", "*__tsan_*", "*ubsan_*", "handle_overflow", "val_to_string",
    "kfence_*", "__kfence_*", "end_report", "start_report", "set_report_info",
    "*read_word_at_a_time*", "*once_word_nocheck*", "*once_size_nocheck*", "*check_heap_object*",
    "__check_object_size", "check_stack_object", "usercopy_abort", "usercopy_warn", "report_usercopy", "*check_object*",
    "object_err", "*slab_err", "slab_bug", "trailer_error", "check_slab", "check_bytes_and_report", "on_freelist",
    "slab_pad_check", "*_consistency_checks", "*_debug_processing", "free_to_partial_list",
    "warn_free_bad_obj", "bad_page", "free_page_is_bad*", "check_kcov_mode", "*should_fail*", "fail_dump",
    "*__phys_addr*", "*fortify_*",
    "__stack_chk_fail", "*might_fault*", "*might_sleep*", "*__might_resched*", "check_preemption_disabled",
    "debug_smp_processor_id",
    "__this_cpu_preempt_check", "*seqprop_assert*",
  ]

  /// Entrances of lockdep, the tracing of interrupt flags, and the checks of spinlocks; what lies deeper in lockdep is
  /// skipped in its own reports only, where it cannot be at fault.
  ///
  /// Sources: `kernel/locking/lockdep.c`, `kernel/locking/spinlock_debug.c`, `kernel/trace/trace_preemptirq.c`.
  private static let lockdep = [
    "*lockdep*", "*lock_acquire*", "*lock_release*", "*lock_class*", "*mark_lock*", "*mark_held_locks*",
    "*reacquire_held_locks*", "*print_unlock*", "*imbalance_bug*", "*print_usage_bug*", "*trace_hardirq*",
    "*trace_softirq*", "*perf_trace*", "spin_dump", "spin_bug", "rwlock_bug",
  ]

  /// Follow the life of objects for their owners.
  ///
  /// Sources: `lib/debugobjects.c` and the `is_static_object` and fixup functions of its users, `lib/ref_tracker.c`.
  private static let trackers = [
    "*debug_object*", "debug_print_object", "__debug_check_no_obj_freed", "debug_timer_*", "debug_work_*",
    "debug_hrtimer_*", "*_is_static_object*", "timer_fixup*", "work_fixup*", "*ref_tracker*", "debug_kobj_*",
  ]
}
