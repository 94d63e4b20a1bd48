extension SkipList {
  /// Helpers in reports of s390x only.
  ///
  /// Other architectures' titles are those of syzkaller, whose mails people search for, and it skips none of these. Of
  /// s390x there is nobody's habit to keep, and who waits, queues, searches, copies or maps is never more than a way to
  /// the one who gave it something bad.
  static let onS390x = NamePatterns(waits + locks + queues + bytes + pages + checks)

  /// Sources: `kernel/sched/{wait,completion,swait}.c`.
  private static let waits = [
    "wait_for_common", "__wait_for_common", "do_wait_for_common", "prepare_to_wait*", "complete_all", "swake_up*",
  ]

  /// Sources: `kernel/locking`, `include/linux/seqlock.h`, `drivers/tty/tty_ldsem.c`, `arch/s390/lib/spinlock.c`.
  private static let locks = [
    "queued_*", "arch_spin_*", "ww_mutex_*", "__ww_mutex_*", "__rt_mutex*", "rwsem_*", "debug_mutex_*", "__down*",
    "down_interruptible", "down_killable*", "down_timeout", "up", "__up", "percpu_down_*", "percpu_rwsem_*",
    "__percpu_down*", "seqcount_*", "ldsem_*", "__ldsem_*", "__lock_page*",
  ]

  /// Sources: `kernel/time/timer.c`, `kernel/workqueue.c`.
  private static let queues = [
    "timer_delete", "timer_delete_sync*", "*__timer_delete*", "timer_shutdown*", "detach_timer", "detach_if_pending",
    "sk_stop_timer*", "*cancel_work*", "*cancel_delayed_work*", "flush_delayed_work", "mod_delayed_work*",
    "wake_up_worker", "kick_pool", "__init_work", "init_timer_key",
  ]

  /// Sources: `lib/string*.c`, `lib/crc*`, `arch/s390/lib/{string,uaccess}.c`.
  private static let bytes = [
    "bcmp", "memscan", "*strrchr*", "*strcat*", "*strlcat*", "strcasecmp*", "strncasecmp*", "strcspn", "strspn",
    "strpbrk", "strsep", "skip_spaces", "strim", "sprintf", "raw_copy_*", "__raw_copy_*", "clear_user", "__clear_user",
    "crc_ccitt*", "crct10dif*", "crc_t10dif*",
  ]

  /// Sources: `mm/sl?b*.c`, `mm/page_alloc.c`, `mm/percpu.c`, `mm/kmemleak.c`.
  private static let pages = [
    "new_slab", "___cache_free", "__cache_free", "cache_alloc_refill", "____cache_alloc", "__get_free_pages",
    "__alloc_percpu*", "create_object",
  ]

  /// Sources: `kernel/locking/lockdep.c`, `lib/stackdepot.c`, `lib/debugobjects.c`, `arch/*/mm/physaddr.c`.
  private static let checks = [
    "*__virt_addr_valid*", "stack_depot_*", "save_stack*", "set_track*", "lock_is_held*", "lock_pin_lock",
    "lock_unpin_lock", "lock_contended", "lock_downgrade", "check_flags", "save_trace", "check_chain_key",
    "assign_lock_key", "hardirqs_*", "trace_event_raw_event_*", "debug_check_no_locks*",
  ]
}
