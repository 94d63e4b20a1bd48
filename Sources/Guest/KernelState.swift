/// The counters by which a kernel admits a failure, as the runner read them at one moment; nil where the kernel has none.
package struct KernelState: Sendable, Hashable {
  /// `/proc/sys/kernel/tainted`: bits by `TAINT_*` of include/linux/panic.h.
  package var taint: UInt64?
  /// `/sys/kernel/warn_count`, Linux 6.2 and later.
  package var warnings: UInt64?
  /// `/sys/kernel/oops_count`, Linux 6.2 and later.
  package var oopses: UInt64?

  package init(taint: UInt64? = nil, warnings: UInt64? = nil, oopses: UInt64? = nil) {
    (self.taint, self.warnings, self.oopses) = (taint, warnings, oopses)
  }

  /// The letters of the taint flags that stand for a failure of the kernel and are set here but not in `earlier`, in the
  /// order of the flags: machine check, bad page, died, warning, soft lockup
  /// (Documentation/admin-guide/tainted-kernels.rst).
  package func failureLetters(since earlier: KernelState) -> String {
    guard let taint, let before = earlier.taint else { return "" }
    let gained = taint & ~before
    let letters: [(bit: UInt64, letter: String)] = [(4, "M"), (5, "B"), (7, "D"), (9, "W"), (14, "L")]
    return letters.filter { gained & 1 << $0.bit != 0 }.map(\.letter).joined()
  }

  /// The counters that rose since `earlier`, as `warn_count` and `oops_count`.
  package func risenCounters(since earlier: KernelState) -> [String] {
    let pairs = [("oops_count", oopses, earlier.oopses), ("warn_count", warnings, earlier.warnings)]
    return pairs.compactMap { name, now, before in
      guard let now, let before, now > before else { return nil }
      return name
    }
  }
}
