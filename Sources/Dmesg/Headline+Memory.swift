import Records

extension Headline {
  /// Sanitizers, leak and list checkers. Sources: `mm/kasan/report.c`, `mm/kfence/report.c`, `kernel/kcsan/report.c`,
  /// `mm/kmsan/report.c`, `lib/ubsan.c`, `mm/kmemleak.c`, `lib/list_debug.c`, `lib/refcount.c`, `mm/usercopy.c`, `fs`.
  static let memory: [Headline] = [
    Headline(
      "BUG: KASAN: double-free or invalid-free in {function}", .kasan, "KASAN: invalid-free in {function}",
      blame: .headline, ending: .rule),
    Headline(
      "BUG: KASAN: double-free in {function}", .kasan, "KASAN: invalid-free in {function}",
      blame: .headline, ending: .rule, bugClass: "KASAN: invalid-free in {function}"),
    Headline(
      "BUG: KASAN: invalid-free in {function}", .kasan, "KASAN: invalid-free in {function}",
      blame: .headline, ending: .rule),
    Headline(
      "BUG: KASAN: {} in {function}", .kasan, "KASAN: {1} {access} in {function}", blame: .headline, ending: .rule,
      bugClass: "KASAN: {1}"),
    Headline(
      "BUG: KASAN: {} on address", .kasan, "KASAN: {1} {access} in {function}", ending: .rule,
      bugClass: "KASAN: {1}"),
    Headline(
      "BUG: KASAN: {}", .kasan, "KASAN: {1} {access} in {function}", ending: .rule, bugClass: "KASAN: {1}"),
    Headline(
      "BUG: KFENCE: {} in {function}", .kfence, "KFENCE: {1} in {function}", blame: .headline, ending: .rule),
    Headline(
      "BUG: KMSAN: {} in {function}", .kmsan, "KMSAN: {1} in {function}", ending: .rule),
    Headline(
      "BUG: KCSAN: data-race in {function} / {}", .kcsan, "KCSAN: data-race in {function} / {1}",
      blame: .headline, ending: .rule, bugClass: "data-race with {1}"),
    Headline(
      "BUG: KCSAN: assert: race in {function} / {}", .kcsan, "KCSAN: assert: race in {function} / {1}",
      blame: .headline, ending: .rule, bugClass: "assert: race with {1}"),
    Headline(
      "BUG: KCSAN: {} in {function}", .kcsan, "KCSAN: {1} in {function}", blame: .headline, ending: .rule),
    Headline(
      "UBSAN: Undefined behaviour in {}", .ubsan, "UBSAN: undefined-behaviour in {function}", ending: .rule),
    Headline("UBSAN: {} in {}", .ubsan, "UBSAN: {1} in {function}", ending: .rule),
    Headline("BUG: memory leak", .kmemleak, "memory leak in {function}", role: .text),
    Headline("kmemleak: unreferenced object{*}0x{*} (size", .kmemleak, "memory leak in {function}"),
    Headline("unreferenced object 0x{*} (size", .kmemleak, "memory leak in {function}"),
    // Memory of each CPU or without a mapping (`percpu`, `phys`), since 6.13.
    Headline("unreferenced object ({*}) 0x{*} (size", .kmemleak, "memory leak in {function}"),
    Headline("kmemleak: {*} new suspected memory leaks", .kmemleak, "memory leak", blame: .nobody),
    Headline(
      "list_{}corruption", .listCorruption, "BUG: corrupted list in {function}", role: .text, ending: .marker,
      bugClass: "corrupted list"),
    Headline(
      "list_add double add: ", .listCorruption, "BUG: corrupted list in {function}", role: .text, ending: .marker,
      bugClass: "corrupted list"),
    Headline(
      "refcount_t: ", .refcount, "WARNING: refcount bug in {function}", role: .text, ending: .marker),
    Headline(
      "usercopy: {*}attempt detected", .bug, "BUG: bad usercopy in {function}", role: .text, ending: .marker),
    Headline("BUG: Bad page cache in process", .bug, "BUG: Bad page cache in {function}", blame: .usage),
    Headline(
      "BUG: mempool element poison mismatch", .bug, "BUG: mempool element poison mismatch in {function}"),
    Headline("pagealloc: memory corruption", .bug, "BUG: page poison overwritten in {function}"),
    Headline("pagealloc: single bit error", .bug, "BUG: page poison overwritten in {function}"),
    Headline("BUG: Bad page state in process", .bug, "BUG: Bad page state in {function}", blame: .usage),
    Headline("BUG: Bad page map in process", .bug, "BUG: Bad page map", blame: .nobody),
    Headline("BUG: Bad rss-counter state", .bug, "BUG: Bad rss-counter state", blame: .nobody),
    Headline("BUG: non-zero {} on freeing mm", .bug, "BUG: non-zero {1} on freeing mm", blame: .nobody),
    Headline("BUG {*} (Not tainted): {}", .bug, "BUG: {1} in {function}", bugClass: "slab", endsInWarning: true),
    Headline("BUG {*} (Tainted: {*}): {}", .bug, "BUG: {1} in {function}", bugClass: "slab", endsInWarning: true),
    // SLAB, gone since 6.8.
    Headline("slab error in {*}(): cache {*}: {}", .bug, "BUG: {1} in {function}", bugClass: "slab"),
    Headline("Slab corruption ({*}): ", .bug, "BUG: slab corruption in {function}", bugClass: "slab"),
    Headline(
      "BUG: Dentry {*} still in use", .bug, "BUG: Dentry still in use in unmount", blame: .nobody, ending: .marker),
    files("VFS: Busy inodes after unmount of ", "VFS: Busy inodes after unmount (use-after-free)"),
    files("VFS: Close: file count is 0", "VFS: Close: file count is zero (use-after-free)", needsLog: true),
  ]
  /// A `WARN()` follows since 6.3. Sources: `generic_shutdown_super()` in `fs/super.c`, `filp_close()` in `fs/open.c`.
  private static func files(_ wording: String, _ title: String, needsLog: Bool = false) -> Headline {
    Headline(wording, .bug, title, role: .text, blame: .nobody, ending: .marker, needsLog: needsLog)
  }
}
