import Model

extension FindingKind {
  /// Subject of a report beside its trace, which can name the place where the trace does not.
  enum Subject {
    /// A lock, by the place that takes it.
    case lock
    /// A memory access, by the function or the address of the first line.
    case access
    /// A task that waits, by any function that it waits in.
    case task
    /// Nothing beside its trace.
    case trace
  }

  /// Subject of its reports.
  var subject: Subject {
    switch self {
    case .lockdep: .lock
    case .kasan: .access
    case .hungTask: .task
    case .warning, .bug, .oops, .panic, .kfence, .kcsan, .kmsan, .ubsan, .kmemleak, .refcount, .rcuStall, .softLockup,
      .listCorruption, .stackOverflow, .schedulingWhileAtomic, .other:
      .trace
    }
  }

  /// Beginnings of the reasons of panics that only stop the kernel for such a report.
  var panicReasons: [String] {
    switch self {
    case .hungTask: ["hung_task:"]
    case .other: ["Hard LOCKUP"]
    case .softLockup: ["softlockup:"]
    case .rcuStall: ["RCU Stall"]
    case .schedulingWhileAtomic: ["scheduling while atomic"]
    case .stackOverflow: ["Corrupt kernel stack", "Machine halted"]
    case .oops: ["Attempted to kill", "Machine halted", "bad mode", "Invalid kernel stack pointer"]
    case .bug, .kasan, .listCorruption: ["Attempted to kill"]
    case .warning, .panic, .lockdep, .kfence, .kcsan, .kmsan, .ubsan, .kmemleak, .refcount: []
    }
  }
}
