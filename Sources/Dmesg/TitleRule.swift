import Model

/// What is to blame in most reports and no more than a helper in those of one class.
///
/// `docs/titles.md` lists the classes; a class is known by the fixed words of its title.
///
/// A class, because one is looked up for every report and never changes.
final class TitleRule: Sendable {
  /// Beginnings of the class's titles, their holes as in ``ReportPattern/title``.
  let title: String
  /// Functions that are skipped beside ``SkipList``.
  let helpers: NamePatterns

  /// What many tasks wait for at a time: a frame that holds the first names the bug, as the second.
  private let buckets: [(part: StaticString, name: String?)]
  /// Of a frame at the first byte of a function nobody is to blame: a call that does not return stands before it.
  let knowsNoReturn: Bool
  /// Of several stacks one that an interrupt found counts.
  let wantsInterrupted: Bool

  /// For reports of s390x, which has helpers of its own.
  let isS390x: Bool
  /// The same for s390x; nil for a rule of s390x itself.
  private let twin: TitleRule?

  private init(
    _ title: String, skips helpers: [String], onS390x more: [String] = [],
    buckets: [(part: StaticString, name: String?)] = [], knowsNoReturn: Bool = false, wantsInterrupted: Bool = false,
    isS390x: Bool = false
  ) {
    self.title = title
    self.helpers = NamePatterns(isS390x ? helpers + more : helpers)
    self.buckets = buckets
    self.knowsNoReturn = knowsNoReturn
    self.wantsInterrupted = wantsInterrupted
    self.isS390x = isS390x
    twin =
      isS390x
      ? nil
      : TitleRule(
        title, skips: helpers, onS390x: more, buckets: buckets, knowsNoReturn: knowsNoReturn,
        wantsInterrupted: wantsInterrupted, isS390x: true)
  }

  /// The rule for reports of an architecture, as ``Finding/arch`` has it.
  func on(_ architecture: String?) -> TitleRule {
    architecture == BodyLine.Architecture.s390x.rawValue ? twin ?? self : self
  }

  /// True if the function is never the one at fault in reports of the class.
  func skips(_ name: String) -> Bool {
    let plain = SymbolName.plain(name)
    return SkipList.contains(plain) || isS390x && SkipList.onS390x.contains(plain) || helpers.contains(plain)
  }

  /// What the task waits for when that is something that many wait for; nil when it waits for something of its own.
  func bucket(of stack: [Frame]) -> String? {
    guard !buckets.isEmpty else { return nil }
    for frame in stack where !frame.isInlined && !SkipList.contains(frame.name) {
      if let bucket = buckets.first(where: { frame.name.holds($0.part) }) { return bucket.name ?? frame.name }
    }
    return nil
  }

  /// The rule for a title with its holes; the more exact beginning wins.
  static func of(_ title: String) -> TitleRule { all.first { title.hasPrefix($0.title) } ?? common }

  private static let common = TitleRule("", skips: [])

  /// For a stack of helpers only: what is left when no more than the scheduler is skipped.
  static let lenient = TitleRule("", skips: ["*schedule*", "*__switch_to*", "context_switch*"])

  private static let all: [TitleRule] = memory + slabs + checkers + states + stalls + locks

  /// Each allocator has layers of its own; the one that asked for the memory forgot it, or filled it badly.
  private static let memory = [
    // Hardware tags are checked by the CPU, whose fault goes through these: `arch/arm64/mm/fault.c`.
    TitleRule("KASAN: {1}", skips: ["*kernel_fault*", "*tag_check*", "*mem_abort*", "el1_*", "el1h_*"]),
    // The functions that free; who freed what was free is above them.
    TitleRule("KASAN: invalid-free in", skips: ["*slab_*", "*kfree*", "*vunmap*", "*vfree*"]),
    // Everybody's packets are copied, acknowledged and encrypted by the same code: `net/core/skbuff.c`,
    // `net/netlink/af_netlink.c`, `crypto/`.
    TitleRule(
      "KMSAN:",
      skips: [
        "*alloc_skb*", "*netlink_ack*", "*netlink_rcv_skb*", "*_encrypt", "crypto_*", "cipher_*", "drbg_*", "rng_*",
        "usb_start_wait_urb", "usb_bulk_msg", "usb_interrupt_msg",
      ]),
    TitleRule(
      "memory leak in",
      skips: [
        "*kmemleak*", "*mmap*", "*kmem*", "*slab*", "*alloc*", "*create_object*", "*idr_get*", "*list_lru_init*",
        "*pcpu_create*", "set_track_*", "*stack_trace*",
      ], onS390x: ["idr_*", "radix_tree_*", "xa_store*"]),
    TitleRule(
      "BUG: Bad page",
      skips: [
        "*free_page*", "*put_page*", "*get_page*", "*update_page*", "*release_page*", "*free_unref*", "folio*",
        "_folio*", "__folio*", "*truncate_inode_pages*", "*page_frag_free*", "*alloc*", "*vmap*", "*page_owner*",
        "free_pages_and_swap_cache", "*free_frozen_page*", "prep_new_page",
      ]),
  ]

  /// An object is checked deep inside of the allocator that hands it out or takes it back; whoever asked is above:
  /// `mm/slub.c`, `mm/slab_common.c`, `mm/kasan/quarantine.c`.
  private static let slabs = [
    TitleRule(
      "BUG: {1} in",
      skips: [
        "print_trailer", "print_section", "restore_bytes", "check_pad_bytes", "init_object", "setup_object*",
        "get_partial*", "get_any_partial*", "get_from_*", "alloc_single_from_*", "*sheaf*", "*sheaves*",
        "*_pcs*", "pcs_*", "barn_*", "free_slab", "__free_slab", "discard_slab", "rcu_free_slab", "*unfreeze_partials*",
        "put_cpu_partial", "flush_cpu_slab", "deactivate_slab", "refill_objects*", "*validate_slab*", "kfree_*",
        "kvfree_*", "qlist_*", "qlink_*", "shrink_slab_cache", "*kmem*", "new_slab", "___cache_free",
        "cache_alloc_refill",
      ]),
    // The page allocator looks at the pattern when it hands the page out: `mm/page_poison.c`, `mm/page_alloc.c`.
    TitleRule(
      "BUG: page poison overwritten in",
      skips: [
        "*poison*", "post_alloc_hook", "prep_new_page", "get_page_from_freelist", "*rmqueue*", "*kernel_map_pages*",
      ]),
    TitleRule(
      "BUG: mempool element poison mismatch in",
      skips: ["mempool_*", "poison_error", "*check_element", "remove_element"]),
  ]

  /// The checker's callers are wrappers around it.
  private static let checkers = [
    TitleRule(
      "WARNING: ODEBUG bug in",
      skips: [
        "*debug_*", "*rcu*", "*hrtimer_*", "*timer_*", "*work_*", "*percpu_*", "*vunmap*", "*vfree*", "*__free_*",
        "*kobject_*",
      ]),
    TitleRule("WARNING: bad usercopy in", skips: usercopy),
    TitleRule("BUG: bad usercopy in", skips: usercopy),
    TitleRule("WARNING: proc registration bug in", skips: ["proc_*", "__proc_*"]),
    TitleRule("WARNING: refcount bug in", skips: ["*refcount*"]),
    TitleRule("WARNING: kmalloc bug in", skips: ["*slab*", "*kmem*"]),
    TitleRule(
      "WARNING in {function}/usb_submit_urb", skips: ["usb_start_wait_urb", "usb_bulk_msg", "usb_interrupt_msg"]),
    // Packets are checked by accessors; whoever calls one has built the packet: `include/linux/skbuff.h`.
    TitleRule("kernel BUG in", skips: ["skb_*"]),
    TitleRule("UBSAN:", skips: ["*ubsan*", "*overflow*"]),
    // Accessors of registers: `arch/x86/lib/msr*.c`, `arch/x86/include/asm/msr.h`.
    TitleRule(
      "unchecked MSR access error in",
      skips: ["*rdmsr*", "*wrmsr*", "*read_msr*", "*write_msr*", "*ex_handler*", "*fixup_exception*"]),
    TitleRule("kernel panic: stack is corrupted in", skips: ["*stack_chk*"]),
  ]

  private static let usercopy = ["usercopy_*", "report_usercopy", "*__check*", "check_stack_object"]

  private static let states = [
    TitleRule("BUG: scheduling while atomic in", skips: ["*schedule*", "__switch_to", "msleep*", "usleep_*"]),
    TitleRule("BUG: using", skips: ["*preempt*", "*debug_*", "*processor_id*", "*this_cpu*"]),
    TitleRule(
      "sysfs: cannot create",
      skips: ["sysfs_*", "create_dir", "device_create*", "device_register", "*internal_create*"]),
  ]

  private static let stalls = [
    TitleRule("INFO: rcu detected stall in", skips: ["*rcu*", "*apic_timer_interrupt*"], wantsInterrupted: true),
    TitleRule("INFO: task can't die in", skips: ["*schedule*", "__switch_to"]),
    // Whatever waits, with or without a lock.
    TitleRule(
      "INFO: task hung in",
      skips: [
        "*sched*", "*_lock*", "*_slowlock*", "*down*", "*rwsem*", "*completion*", "*kthread*", "*wait*",
        "*synchronize*", "*rcu_barrier*", "*context_switch*", "*__switch_to*", "*cancel_delayed_work*",
      ],
      buckets: [
        ("rtnl_lock", nil), ("synchronize_rcu", "synchronize_rcu"), ("synchronize_srcu", "synchronize_rcu"),
        ("synchronize_net", "synchronize_rcu"), ("synchronize_sched", "synchronize_rcu"),
      ]),
    TitleRule("kernel panic: corrupted stack end in", skips: ["*schedule*", "retint_kernel"]),
    TitleRule("kernel stack overflow in", skips: ["*bad_stack*"], knowsNoReturn: true),
    // 7.2 says so on s390x where 6.12 calls it an overflow, and panics: `arch/s390/kernel/traps.c`.
    TitleRule("kernel stack pointer invalid in", skips: [], knowsNoReturn: true),
    TitleRule("kernel panic:", skips: [], knowsNoReturn: true),
  ]

  private static let locks = [
    TitleRule("BUG: spinlock", skips: ["*spin_*", "*_lock*", "*_unlock*"]),
    TitleRule("BUG: rwlock", skips: ["*spin_*", "*_lock*", "*_unlock*"]),
    // The socket lock is one of lockdep's own making: `net/core/sock.c`.
    TitleRule("WARNING: locking bug in", skips: ["*lock_sock*", "*release_sock*", "*wait_context"]),
    // Work items and work queues have locks that stand for their users': `kernel/workqueue.c`.
    TitleRule("possible deadlock in", skips: ["*process_one_work*", "*flush_workqueue*"] + lockdep),
    TitleRule("inconsistent lock state in", skips: lockdep),
    TitleRule("WARNING: suspicious RCU usage in", skips: ["*rcu*", "*kmem*", "*slab*"]),
    TitleRule("INFO: suspicious RCU usage in", skips: ["*rcu*", "*kmem*", "*slab*"]),
    TitleRule("INFO: trying to register non-static key in", skips: ["*stack*", "*lock*", "*IRQ*"]),
  ]

  /// On the way from `lock_acquire()` to the report: `kernel/locking/lockdep.c`.
  private static let lockdep = [
    "print_circular*", "print_deadlock*", "print_bad_irq*", "print_irq_inversion*", "validate_chain",
    "check_prev_add", "check_prevs_add", "check_noncircular", "check_deadlock", "check_usage*", "check_irq_usage",
    "mark_usage", "mark_irqflags", "valid_state",
  ]
}
