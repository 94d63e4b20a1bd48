extension SkipList {
  /// Do for others what these ask for.
  static let services = locking + waiting + deferring + library + memory + structures + objects

  /// Take and give locks, and switch preemption and bottom halves.
  ///
  /// Sources: `kernel/locking`, `include/linux/{spinlock,rwlock,rwsem}*.h`, `kernel/softirq.c`, `arch/*/lib/spinlock.c`.
  private static let locking = [
    "*spin_lock*", "*spin_trylock*", "*spin_unlock*", "*raw_spin_rq*", "*read_lock*", "*read_trylock*",
    "*read_unlock*", "*write_lock*", "*write_trylock*", "*write_unlock*", "*bh_enable*", "*bh_disable*", "mutex_*",
    "__mutex_*", "rt_mutex_*", "rt_spin_*", "rtlock_*", "rwbase_*", "*owner_on_cpu*", "*osq_lock*", "*osq_unlock*",
    "down", "*down_read*", "*down_write*", "*down_trylock*", "*up_read*", "*up_write*", "lock_page*", "unlock_page*",
    "*folio_unlock*",
  ]

  /// Put a task to sleep until something else happens, or wake it.
  ///
  /// Sources: `kernel/sched/{wait,completion,swait}.c`, `kernel/kthread.c`, `kernel/rcu/srcutree.c`.
  private static let waiting = [
    "__schedule_bug", "*wait_for_completion*", "*finish_wait*", "*__wake_up*", "complete", "*kthread_stop*",
    "*cleanup_srcu_struct*",
  ]

  /// Arm and cancel timers and work; what these touch is what their users freed or never set up.
  ///
  /// Sources: `kernel/time/timer.c`, `kernel/workqueue.c`, `net/core/sock.c` (`sk_stop_timer()`).
  private static let deferring = [
    "*del_timer*", "*__timer_delete_sync*", "*sk_stop_timer_sync*", "*__mod_timer*", "*lock_timer_base*",
    "flush_work*", "__flush_work*", "*__cancel_work_timer*", "*cancel_work_sync*", "*queue_work*",
    "*__queue_delayed_work*", "*queue_delayed_work_on*",
    "*insert_work*", "*try_to_grab_pending*", "*drain_workqueue*", "*destroy_workqueue*",
  ]

  /// Do to bytes what the caller says.
  ///
  /// Sources: `lib/string*.c`, `lib/vsprintf.c`, `lib/kasprintf.c`, `lib/usercopy.c`, `lib/iov_iter.c`, `lib/crc*`,
  /// `lib/iomap.c`, `lib/logic_pio.c`, `lib/scatterlist.c`, `mm/util.c`, `arch/*/lib` (delays, too), `include/linux/uaccess.h`, Rust's `core`.
  private static let library = [
    "*memcpy*", "*memset*", "*memmove*", "*memcmp*", "*memchr*", "*memdup*", "*strlen*", "*strnlen*",
    "*strcmp*", "*strncmp*", "*strcpy*", "*strncpy*", "*strlcpy*", "*strscpy*", "*strchr*", "*strstr*",
    "*strnstr*", "*strdup*", "*strndup*", "*string*", "*pointer*", "*snprintf*", "*scnprintf*", "*kasprintf*",
    "*kvasprintf*", "*copy_to_user*", "*copy_from_user*", "*copy_to_iter*", "*copy_from_iter*", "*copy_page_to_iter*",
    "*copy_page_from_iter*", "*copy_folio_to_iter*", "copyin", "copyout", "*put_user*", "*get_user*",
    "*extract_user_to_sg*", "*extract_iter_to_sg*", "crc4*", "crc7*", "crc8*", "crc16*", "crc32*", "crc64*",
    "*crc_itu_t*", "*readb", "*readw", "*readl", "*readq", "*writeb", "*writew", "*writel", "*writeq", "*logic_in*",
    "*logic_out*", "core::*", "<core::*", "__delay", "__const_udelay", "*__udelay", "*__ndelay", "delay_tsc",
    "delay_loop", "delay_halt*", "udelay_simple", "arch_counter_get_*",
  ]

  /// Give and take memory: slabs, pages, page cache, per-CPU and vmalloc areas.
  ///
  /// Sources: `mm/sl?b*.c`, `mm/page_alloc.c`, `mm/percpu*.c`, `mm/vmalloc.c`, `mm/filemap.c`, `mm/folio-compat.c`,
  /// `mm/truncate.c`, `mm/mempool.c`, `net/core/skbuff.c` (`kfree_skb()`).
  private static let memory = [
    "*malloc*", "*zalloc*", "*calloc*", "*krealloc*", "*kmem_cache*", "slab_*", "__slab_*", "___slab_*",
    "do_slab_free", "*memcg_slab_*", "alloc_slab_*", "free_slab_*", "check_slab_*", "*shrink_slab_*", "*sysfs_slab_*",
    "*debugfs_slab_*", "*from_slab_*", "*poison_slab_*", "*validate_slab_*", "fixup_slab_*", "*allocate_slab*", "kfree",
    "kvfree",
    "*kfree_skb*", "*alloc_page*", "*__alloc_frozen_pages*", "*folio_alloc*", "*filemap_alloc_folio*",
    "*__filemap_get_folio*",
    "*find_or_create_page*", "*do_read_cache_folio*", "*read_cache_page*", "*pagecache_get_page*",
    "*grab_cache_page_write_begin*", "*find_lock_entries*", "*truncate_inode_pages_range*",
  ]

  /// Counters, bits, lists, trees, tables and buffers that live in other people's objects.
  ///
  /// Sources: `lib/{refcount,list_debug,rbtree,xarray,idr,rhashtable,klist}.c`, `include/linux/{atomic,bitops,kref}*.h`,
  /// `fs/buffer.c` (`mark_buffer_dirty()`), `fs/{inode,dcache}.c` (the counters of inodes and dentries).
  private static let structures = [
    "*atomic_dec*", "*atomic_inc*", "*atomic_read*", "*atomic_set*", "*atomic_or*", "*atomic_xor*", "*atomic_and*",
    "*atomic_add*", "*atomic_sub*", "*atomic_fetch*", "*atomic_xchg*", "*atomic_cmpxchg*", "*atomic_try*",
    "*atomic64_dec*", "*atomic64_inc*", "*atomic64_read*", "*atomic64_set*", "*atomic64_or*", "*atomic64_xor*",
    "*atomic64_and*", "*atomic64_add*", "*atomic64_sub*", "*atomic64_fetch*", "*atomic64_xchg*", "*atomic64_cmpxchg*",
    "*atomic64_try*", "_atomic_dec_and*", "*set_bit*", "*clear_bit*", "*change_bit*", "*test_bit*", "refcount_*",
    "kref_*", "*list_add*", "*list_del*", "*list_replace*", "*list_move*", "*list_splice*", "rb_*",
    "__rb_*", "*xas_start*", "*xas_load*", "*xas_find*", "*ida_free*", "*rhashtable_lookup*", "klist_*", "iput",
    "iput_final", "ihold", "*dput*", "*drop_nlink*", "mark_buffer_dirty*",
  ]

  /// Take a driver's objects into the driver core, sysfs or procfs and out of it, or its requests to the USB core; the
  /// driver above got it wrong.
  ///
  /// Sources: `drivers/base`, `lib/kobject*.c`, `fs/sysfs`, `fs/proc/generic.c`, `drivers/usb/core/{urb,hcd,message}.c`,
  /// `drivers/i2c/i2c-core-base.c`, `drivers/tty/tty_io.c`, `drivers/char/hw_random/core.c`, `net/core/dev.c`.
  private static let objects = [
    "*kobject_*", "*add_uevent_var*", "*get_device_parent*", "*device_add*", "*device_del*", "*device_unregister*",
    "*device_destroy*", "*device_release*", "*devres_release_all*", "*device_for_each_child*", "*device_remove_file*",
    "put_device", "*sysfs_remove*", "*rollback_registered*", "*unregister_netdev*", "*tty_unregister_device*",
    "*hwrng_unregister*",
    "*i2c_del_adapter*", "*__unregister_client*", "*usb_kill_urb*", "*usb_kill_anchored_urbs*", "*usb_submit_urb*",
    "*usb_hcd_submit_urb*", "*usb_control_msg*", "dummy_urb_enqueue",
  ]
}
