import Model

extension ReportPattern {
  /// Sanitizers, leak and list checkers. Sources: `mm/kasan/report.c`, `mm/kfence/report.c`, `kernel/kcsan/report.c`,
  /// `mm/kmsan/report.c`, `lib/ubsan.c`, `mm/kmemleak.c`, `lib/list_debug.c`, `lib/refcount.c`, `mm/usercopy.c`, `fs`.
  static let memory: [ReportPattern] = [
    ReportPattern(
      "BUG: KASAN: double-free or invalid-free in {function}", .kasan, "KASAN: invalid-free in {function}",
      blame: .headline, ending: .rule),
    ReportPattern(
      "BUG: KASAN: double-free in {function}", .kasan, "KASAN: invalid-free in {function}",
      blame: .headline, ending: .rule, bugClass: "KASAN: invalid-free in {function}"),
    ReportPattern(
      "BUG: KASAN: invalid-free in {function}", .kasan, "KASAN: invalid-free in {function}",
      blame: .headline, ending: .rule),
    ReportPattern(
      "BUG: KASAN: {} in {function}", .kasan, "KASAN: {1} {access} in {function}", blame: .headline, ending: .rule,
      bugClass: "KASAN: {1}"),
    ReportPattern(
      "BUG: KASAN: {} on address", .kasan, "KASAN: {1} {access} in {function}", ending: .rule,
      bugClass: "KASAN: {1}"),
    ReportPattern(
      "BUG: KASAN: {}", .kasan, "KASAN: {1} {access} in {function}", ending: .rule, bugClass: "KASAN: {1}"),
    ReportPattern(
      "BUG: KFENCE: {} in {function}", .kfence, "KFENCE: {1} in {function}", blame: .headline, ending: .rule),
    ReportPattern(
      "BUG: KMSAN: {} in {function}", .kmsan, "KMSAN: {1} in {function}", ending: .rule),
    ReportPattern(
      "BUG: KCSAN: data-race in {function} / {}", .kcsan, "KCSAN: data-race in {function} / {1}",
      blame: .headline, ending: .rule, bugClass: "data-race with {1}"),
    ReportPattern(
      "BUG: KCSAN: assert: race in {function} / {}", .kcsan, "KCSAN: assert: race in {function} / {1}",
      blame: .headline, ending: .rule, bugClass: "assert: race with {1}"),
    ReportPattern(
      "BUG: KCSAN: {} in {function}", .kcsan, "KCSAN: {1} in {function}", blame: .headline, ending: .rule),
    ReportPattern(
      "UBSAN: Undefined behaviour in {}", .ubsan, "UBSAN: undefined-behaviour in {function}", ending: .rule),
    ReportPattern("UBSAN: {} in {}", .ubsan, "UBSAN: {1} in {function}", ending: .rule),
    ReportPattern("BUG: memory leak", .kmemleak, "memory leak in {function}", role: .text),
    ReportPattern("kmemleak: unreferenced object{*}0x{*} (size", .kmemleak, "memory leak in {function}"),
    ReportPattern("unreferenced object 0x{*} (size", .kmemleak, "memory leak in {function}"),
    // Memory of each CPU or without a mapping (`percpu`, `phys`), since 6.13.
    ReportPattern("unreferenced object ({*}) 0x{*} (size", .kmemleak, "memory leak in {function}"),
    ReportPattern("kmemleak: {*} new suspected memory leaks", .kmemleak, "memory leak", blame: .nobody),
    ReportPattern(
      "list_{}corruption", .listCorruption, "BUG: corrupted list in {function}", role: .text, ending: .marker,
      bugClass: "corrupted list"),
    ReportPattern(
      "list_add double add: ", .listCorruption, "BUG: corrupted list in {function}", role: .text, ending: .marker,
      bugClass: "corrupted list"),
    ReportPattern(
      "refcount_t: ", .refcount, "WARNING: refcount bug in {function}", role: .text, ending: .marker),
    ReportPattern(
      "usercopy: {*}attempt detected", .bug, "BUG: bad usercopy in {function}", role: .text, ending: .marker),
    ReportPattern("BUG: Bad page cache in process", .bug, "BUG: Bad page cache in {function}", blame: .usage),
    ReportPattern(
      "BUG: mempool element poison mismatch", .bug, "BUG: mempool element poison mismatch in {function}"),
    ReportPattern("pagealloc: memory corruption", .bug, "BUG: page poison overwritten in {function}"),
    ReportPattern("pagealloc: single bit error", .bug, "BUG: page poison overwritten in {function}"),
    ReportPattern("BUG: Bad page state in process", .bug, "BUG: Bad page state in {function}", blame: .usage),
    ReportPattern("BUG: Bad page map in process", .bug, "BUG: Bad page map", blame: .nobody),
    ReportPattern("BUG: Bad rss-counter state", .bug, "BUG: Bad rss-counter state", blame: .nobody),
    ReportPattern("BUG: non-zero nr_{} on freeing mm", .bug, "BUG: non-zero nr_{1} on freeing mm", blame: .nobody),
    ReportPattern(
      "BUG: non-zero pgtables_bytes on freeing mm: {}", .bug, "BUG: non-zero pgtables_bytes on freeing mm: {1}",
      blame: .nobody, bugClass: "BUG: non-zero pgtables_bytes"),
    ReportPattern("BUG {*} (Not tainted): {}", .bug, "BUG: {1} in {function}", bugClass: "slab", endsInWarning: true),
    ReportPattern("BUG {*} (Tainted: {*}): {}", .bug, "BUG: {1} in {function}", bugClass: "slab", endsInWarning: true),
    // SLAB, gone since 6.8.
    ReportPattern("slab error in {*}(): cache {*}: {}", .bug, "BUG: {1} in {function}", bugClass: "slab"),
    ReportPattern("Slab corruption ({*}): ", .bug, "BUG: slab corruption in {function}", bugClass: "slab"),
    ReportPattern(
      "BUG: Dentry {*} still in use", .bug, "BUG: Dentry still in use in unmount", blame: .nobody, ending: .marker),
    files("VFS: Busy inodes after unmount of ", "VFS: Busy inodes after unmount (use-after-free)"),
    files("VFS: Close: file count is 0", "VFS: Close: file count is zero (use-after-free)", needsLog: true),
  ]
  /// A `WARN()` follows since 6.3. Sources: `generic_shutdown_super()` in `fs/super.c`, `filp_close()` in `fs/open.c`.
  private static func files(_ wording: String, _ title: String, needsLog: Bool = false) -> ReportPattern {
    ReportPattern(wording, .bug, title, role: .text, blame: .nobody, ending: .marker, needsLog: needsLog)
  }
}
