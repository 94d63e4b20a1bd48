import Model

extension TriggerExpectation {
  private static let poison: Set<String> = ["SLUB_DEBUG_ON"]

  /// `drivers/misc/lkdtm/heap.c`.
  static let heap: [TriggerExpectation] = [
    slab("SLAB_LINEAR_OVERFLOW"),
    // memset() is checked before it writes, where the compiler knows the size; else it runs into the guard page.
    TriggerExpectation(
      "VMALLOC_LINEAR_OVERFLOW", report(.bug, .oops, .kasan, .warning, in: "lkdtm_VMALLOC_LINEAR_OVERFLOW")),
    slab("WRITE_AFTER_FREE"),
    TriggerExpectation(
      "READ_AFTER_FREE", report(.kasan, in: "lkdtm_READ_AFTER_FREE", with: ["KASAN"]),
      silence: "a read changes nothing; LKDTM itself looks for poison"),
    plain("KFENCE_READ_AFTER_FREE", .kfence, with: ["KFENCE"]),
    TriggerExpectation(
      "WRITE_BUDDY_AFTER_FREE", report(.kasan, in: "lkdtm_WRITE_BUDDY_AFTER_FREE", with: ["KASAN"]),
      silence: "pages are checked by KASAN, or after booting with page_poison=1"),
    TriggerExpectation(
      "READ_BUDDY_AFTER_FREE", report(.kasan, in: "lkdtm_READ_BUDDY_AFTER_FREE", with: ["KASAN"]),
      silence: "a read changes nothing; LKDTM itself looks for poison"),
    quiet("SLAB_INIT_ON_ALLOC", "LKDTM itself looks whether memory is cleared"),
    quiet("BUDDY_INIT_ON_ALLOC", "LKDTM itself looks whether memory is cleared"),
    slab("SLAB_FREE_DOUBLE"), slab("SLAB_FREE_CROSS"),
    // The cache is NULL, and what is read through it is the CPU's lowcore.
    TriggerExpectation(
      "SLAB_FREE_PAGE", report(.warning, .bug, .oops, inAny: jumping("SLAB_FREE_PAGE")).orSilence,
      silence: "a read through NULL does not fault on s390x, and says that there is nothing to check"),
  ]

  /// Of a trigger that harms a slab.
  private static func slab(_ trigger: String) -> TriggerExpectation {
    // Seen when the object is given out again, which may be several pulls later.
    TriggerExpectation(
      trigger, report(.bug, .warning, inAny: jumping(trigger), with: poison),
      report(.kasan, in: "lkdtm_" + trigger, with: ["KASAN"]), times: 50)
  }

  private static let copies: Set<String> = ["HARDENED_USERCOPY"]

  /// `drivers/misc/lkdtm/usercopy.c`.
  static let usercopy: [TriggerExpectation] =
    ["TO", "FROM"].flatMap { way in
      [
        copy("USERCOPY_SLAB_SIZE_" + way, by: "do_usercopy_slab_size"),
        copy("USERCOPY_SLAB_WHITELIST_" + way, by: "do_usercopy_slab_whitelist"),
        TriggerExpectation(
          "USERCOPY_STACK_FRAME_" + way,
          silence: "s390x does not know where the frames of its stack end, so the copy is allowed"),
      ]
    } + [
      copy("USERCOPY_STACK_BEYOND", by: "do_usercopy_stack"), plain("USERCOPY_KERNEL", .bug, with: copies),
      copy("USERCOPY_FOLIO", by: "do_usercopy_page_span"),
      quiet("USERCOPY_VMALLOC", "the copy is stopped by the guard page, with an error and no report"),
    ]

  private static func copy(_ trigger: String, by function: String) -> TriggerExpectation {
    TriggerExpectation(trigger, report(.bug, in: function, "lkdtm_" + trigger, with: copies))
  }

  /// `drivers/misc/lkdtm/fortify.c`.
  static let fortify: [TriggerExpectation] = [
    "FORTIFY_STR_OBJECT", "FORTIFY_STR_MEMBER", "FORTIFY_MEM_OBJECT", "FORTIFY_MEM_MEMBER", "FORTIFY_STRSCPY",
  ].map { trigger in
    // Where the report does not return, its caller ends with the call: the address after it is the next function's.
    let next = trigger == "FORTIFY_MEM_OBJECT" ? "lkdtm_FORTIFY_STR_OBJECT" : "lkdtm_" + trigger
    return TriggerExpectation(trigger, report(.bug, .warning, in: "lkdtm_" + trigger, next, with: ["FORTIFY_SOURCE"]))
  }
}
