import Foundation

/// Lets everything else on the machine go first: this process and the guests and tools that it starts from now on.
///
/// 5 leaves a quarter of a contended core to a guest (weights 335 to 1024, kernel/sched/core.c); at 19 a busy desktop would starve guests until trials overrun.
func lowerPriority() {
  let niceness: Int32 = 5
  let kind = __priority_which_t(PRIO_PROCESS.rawValue)
  // On Linux each thread has its own, and hands it down to the threads and processes that it starts (setpriority(2)).
  for thread in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? [] {
    guard let thread = id_t(thread), getpriority(kind, thread) < niceness else { continue }
    _ = setpriority(kind, thread, niceness)
  }
}
