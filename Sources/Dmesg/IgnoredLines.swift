/// Lines that have a headline's wording and report nothing.
///
/// Each line here was seen on a kernel that works. None of them may be a whole class: add the exact wording.
enum IgnoredLines {
  static let starts: [StaticString] = [
    // The stall ended by itself before the kernel could say anything about it.
    "INFO: Stall ended before state dump start",
    // A slow NMI handler, printed while the kernel collects backtraces for another report.
    "INFO: NMI handler (",
    // Printed inside other reports.
    "INFO: lockdep is turned off",
    // What `CONFIG_WARN_ALL_UNSEEDED_RANDOM` and early boot say once.
    "WARNING: workqueue cpumask: online intersect",
  ]

  static let ends: [StaticString] = [
    // A line of its own inside the KASAN reports of kernels before 4.3.
    "kasan: bad access detected"
  ]

  static func contains(_ text: Bytes) -> Bool {
    starts.contains { text.hasPrefix($0) } || ends.contains { text.hasSuffix($0) }
  }
}
