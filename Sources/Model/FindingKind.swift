/// Kind of a kernel report.
///
/// The raw values are part of the `zlab.dmesg/1` contract. What follows from a kind is in this file and, about its text,
/// in Sources/Dmesg/FindingKind+Reading.swift.
package enum FindingKind: String, Codable, Sendable, CaseIterable {
  case warning, bug, oops, panic, lockdep, kasan, kfence, kcsan, kmsan, ubsan, kmemleak, refcount, other
  case rcuStall = "rcu-stall"
  case hungTask = "hung-task"
  case softLockup = "soft-lockup"
  case listCorruption = "list-corruption"
  case stackOverflow = "stack-overflow"
  case schedulingWhileAtomic = "scheduling-while-atomic"
}

extension FindingKind {
  /// The kernel cannot be trusted any more after such a report.
  package var isGrave: Bool { gravity > 1 }

  /// 2 when the kernel cannot be trusted any more, 1 when it complains, 0 when it is slow or unknown.
  var gravity: Int {
    switch self {
    case .oops, .panic, .bug, .kasan, .kfence, .listCorruption, .stackOverflow: 2
    case .rcuStall, .hungTask, .softLockup, .other: 0
    case .warning, .lockdep, .kcsan, .kmsan, .ubsan, .kmemleak, .refcount, .schedulingWhileAtomic: 1
    }
  }

  /// Letters of the taint flags that the kernel sets, or may set, with such a report (kernel/panic.c, mm/page_alloc.c,
  /// mm/kasan/report.c, mm/kfence/report.c, mm/kmsan/report.c, kernel/watchdog.c, kernel/sched/core.c); the others never
  /// call add_taint() with one (kernel/locking/lockdep.c, kernel/hung_task.c, kernel/rcu/tree_stall.h, mm/kmemleak.c,
  /// kernel/kcsan/report.c, lib/ubsan.c).
  package var taint: String {
    switch self {
    case .lockdep, .hungTask, .rcuStall, .kmemleak, .kcsan, .ubsan: ""
    case .warning, .refcount, .schedulingWhileAtomic: "W"
    case .listCorruption: "DW"
    case .oops, .panic, .stackOverflow: "D"
    case .kasan, .kfence, .kmsan: "B"
    case .softLockup: "L"
    // "BUG: Bad page state", "BUG: sleeping function called from invalid context".
    case .bug: "BDW"
    case .other: "BDLMW"
    }
  }

  /// True if the CPU that prints such a report may have trapped at an instruction; false for those that a checker or a
  /// timer prints.
  package var mayTrap: Bool {
    switch self {
    case .rcuStall, .softLockup, .hungTask, .kfence, .kasan: false
    case .warning, .bug, .oops, .panic, .lockdep, .kcsan, .kmsan, .ubsan, .kmemleak, .refcount, .listCorruption,
      .stackOverflow, .schedulingWhileAtomic, .other:
      true
    }
  }
}
