import Model

/// Distinction of a panic that is a bug of its own from one that only says that an earlier report stops the kernel.
struct PanicReason {
  private let text: String

  init(_ match: ReportPatternMatch) { text = match.panicReason ?? "" }

  /// Panics that a setting makes of any report.
  private static let general = ["panic_on_warn set", "panic_on_kmsan set", "Fatal exception", "panic_on_oops"]

  func isConsequence(of kind: FindingKind) -> Bool {
    if Self.general.contains(where: { text.contains($0) }) { return true }
    return switch kind {
    case .hungTask: text.hasPrefix("hung_task:")
    case .other: text.hasPrefix("Hard LOCKUP")
    case .softLockup: text.hasPrefix("softlockup:")
    case .rcuStall: text.hasPrefix("RCU Stall")
    case .schedulingWhileAtomic: text.hasPrefix("scheduling while atomic")
    case .stackOverflow: text.hasPrefix("Corrupt kernel stack") || text.hasPrefix("Machine halted")
    case .oops:
      text.hasPrefix("Attempted to kill") || text.hasPrefix("Machine halted") || text.hasPrefix("bad mode")
        || text.hasPrefix("Invalid kernel stack pointer")
    case .bug, .kasan, .listCorruption: text.hasPrefix("Attempted to kill")
    default: false
    }
  }
}
