import Model

extension ReportPattern {
  /// Sources: `kernel/locking/lockdep.c`, `kernel/locking/spinlock_debug.c`, `lib/smp_processor_id.c`,
  /// `kernel/sched/core.c`, `kernel/rcu/update.c`, `kernel/workqueue.c`.
  static let locking: [ReportPattern] =
    dependencies("WARNING: ") + dependencies("INFO: ") + misuse("WARNING: ") + misuse("BUG: ") + checks

  /// Lockdep's findings about the order of locks; "INFO" until 4.10.
  private static func dependencies(_ level: String) -> [ReportPattern] {
    [
      deadlock(level + "possible circular locking dependency detected", .sites),
      deadlock(level + "possible recursive locking detected"),
      deadlock(level + "possible irq lock inversion dependency detected"),
      ReportPattern(
        level + "{*}-safe -> {*}-unsafe lock order detected", .lockdep, "possible deadlock in {function}", blame: .usage
      ),
      ReportPattern(level + "inconsistent lock state", .lockdep, "inconsistent lock state in {function}"),
      ReportPattern(
        level + "suspicious RCU usage", .lockdep, level + "suspicious RCU usage in {function}",
        bugClass: "suspicious RCU usage"),
    ]
  }

  /// Lockdep's findings about one lock; "BUG" until 5.3.
  private static func misuse(_ level: String) -> [ReportPattern] {
    [
      ReportPattern(
        level + "bad unlock balance detected", .lockdep, level + "bad unlock balance in {function}",
        blame: .sites, bugClass: "bad unlock balance"),
      ReportPattern(level + "bad contention detected", .lockdep, level + "bad contention in {function}"),
      ReportPattern(
        level + "held lock freed", .lockdep, level + "held lock freed in {function}", blame: .site,
        bugClass: "WARNING: held lock freed in {function}"),
      ReportPattern(
        level + "{*} still has locks held", .lockdep, level + "still has locks held in {function}", blame: .site,
        bugClass: "WARNING: still has locks held in {function}"),
      ReportPattern(
        level + "lock held when returning to user space", .lockdep,
        level + "lock held when returning to user space in {function}", blame: .site,
        bugClass: "WARNING: lock held when returning to user space in {function}"),
      ReportPattern(level + "Nested lock was not taken", .lockdep, "WARNING: nested lock was not taken in {function}"),
      ReportPattern(
        level + "Invalid wait context", .lockdep, "WARNING: locking bug in {function}", bugClass: "invalid wait context"
      ),
    ]
  }

  private static let checks: [ReportPattern] = [
    ReportPattern(
      "INFO: trying to register non-static key", .lockdep, "INFO: trying to register non-static key in {function}"),
    ReportPattern(
      "WARNING: chain_key collision", .lockdep, "WARNING: chain_key collision in {function}",
      bugClass: "chain_key collision"),
    ReportPattern(
      "BUG: looking up invalid subclass: ", .lockdep, "BUG: looking up invalid subclass in {function}",
      bugClass: "invalid subclass"),
    ReportPattern(
      "BUG: key {*} has not been registered!", .lockdep, "WARNING: locking bug in {function}", role: .text,
      ending: .marker),
    ReportPattern("BUG: MAX_{} too low!", .lockdep, "BUG: MAX_{1} too low!", blame: .nobody),
    ReportPattern(
      "DEBUG_LOCKS_WARN_ON(", .lockdep, "WARNING: locking bug in {function}", role: .text, ending: .marker,
      needsLog: true),
    ReportPattern("BUG: spinlock {} on CPU#", .lockdep, "BUG: spinlock {1} in {function}"),
    ReportPattern("BUG: rwlock {} on CPU#", .lockdep, "BUG: rwlock {1} in {function}"),
    ReportPattern(
      "BUG: sleeping function called from invalid context at {}", .schedulingWhileAtomic,
      "BUG: sleeping function called from invalid context in {function}"),
    ReportPattern("BUG: scheduling while atomic", .schedulingWhileAtomic, "BUG: scheduling while atomic in {function}"),
    ReportPattern(
      "BUG: scheduling in a non-blocking section: ", .schedulingWhileAtomic,
      "BUG: scheduling in a non-blocking section in {function}"),
    ReportPattern(
      "BUG: assuming {} context at {}", .schedulingWhileAtomic, "BUG: assuming {1} context in {function}",
      bugClass: "assuming context"),
    ReportPattern("huh, entered softirq ", .bug, "BUG: softirq changed the preempt count", blame: .nobody),
    ReportPattern("BUG: using {} in preemptible", .bug, "BUG: using {1} in preemptible code in {function}"),
    ReportPattern(
      "BUG: workqueue leaked {*}: ", .bug, "BUG: workqueue leaked lock or atomic in {function}", blame: .site),
  ]

  private static func deadlock(_ wording: String, _ blame: Blame = .site) -> ReportPattern {
    ReportPattern(wording, .lockdep, "possible deadlock in {function}", blame: blame)
  }

  /// Sources: `kernel/rcu/tree_stall.h`, `kernel/hung_task.c`, `kernel/watchdog.c`, `kernel/workqueue.c`,
  /// `arch/powerpc/kernel/watchdog.c`.
  static let stalls: [ReportPattern] = [
    // kernel/rcu/tasks.h: of tasks that sleep, not of a CPU.
    ReportPattern(
      "INFO: rcu_tasks{} detected stalls", .rcuStall, "INFO: rcu_tasks{1} detected stalls on tasks:", blame: .entry,
      bugClass: "rcu_tasks stall"),
    ReportPattern("INFO: rcu_{*}detected{*}stall", .rcuStall, "INFO: rcu detected stall in {function}", blame: .entry),
    ReportPattern("INFO: rcu_{*}stall on CPU", .rcuStall, "INFO: rcu detected stall in {function}", blame: .entry),
    ReportPattern(
      "rcu_{*}detected expedited stalls", .rcuStall, "INFO: rcu detected stall in {function}", blame: .entry),
    ReportPattern("INFO: task {*} blocked for more than", .hungTask, "INFO: task hung in {function}"),
    // Since 6.17 a task that waits for a disk is told apart.
    ReportPattern(
      "{*} blocked in I/O wait for more than {*} seconds.", .hungTask, "INFO: task hung in {function}", needsLog: true),
    // A task can put a newline into its name.
    ReportPattern("{*} blocked for more than {*} seconds.", .hungTask, "INFO: task hung in {function}", needsLog: true),
    ReportPattern("INFO: task {*} can't die for more than", .hungTask, "INFO: task can't die in {function}"),
    ReportPattern("BUG: soft lockup - CPU#", .softLockup, "BUG: soft lockup in {function}", blame: .entry),
    ReportPattern(
      "CPU{*}: Watchdog detected hard LOCKUP on cpu ", .other, "BUG: hard lockup in {function}", blame: .entry),
    ReportPattern("Watchdog detected hard LOCKUP on cpu ", .other, "BUG: hard lockup in {function}", blame: .entry),
    // arch/powerpc/kernel/watchdog.c.
    ReportPattern(
      "CPU {*} self-detected hard LOCKUP @ {function}", .other, "BUG: hard lockup in {function}", blame: .entry),
    ReportPattern(
      "CPU {*} detected hard LOCKUP on other CPUs ", .other, "BUG: hard lockup in {function}", blame: .entry),
    ReportPattern("BUG: workqueue lockup - ", .other, "BUG: workqueue lockup", blame: .nobody),
  ]
}
