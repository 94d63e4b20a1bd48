import Model

/// Distinction of a panic that is a bug of its own from one that only says that an earlier report stops the kernel.
struct PanicReason {
  private let text: String

  init(_ match: ReportPatternMatch) { text = match.panicReason ?? "" }

  /// Panics that a setting makes of any report.
  private static let general = ["panic_on_warn set", "panic_on_kmsan set", "Fatal exception", "panic_on_oops"]

  func isConsequence(of kind: FindingKind) -> Bool {
    if Self.general.contains(where: { text.contains($0) }) { return true }
    return kind.panicReasons.contains { text.hasPrefix($0) }
  }
}
