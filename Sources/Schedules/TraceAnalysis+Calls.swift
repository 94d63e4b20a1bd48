extension TraceAnalysis {
  // The kernel's stacks for tasks and interrupts have 16 KiB, or 64 with KASAN (arch/s390/include/asm/thread_info.h).
  private static let stackSize: UInt32 = 64 << 10

  /// Callers of entries, by the stack pointers at which tasks entered functions: one that is entered with a lower pointer
  /// on the same stack was entered within, and whatever has the same or a lower one than the next has returned.
  ///
  /// An interrupt has a stack of its own, and is within what it interrupted.
  static func callers(_ entries: [FunctionTrace.Entry]) -> [Int?] {
    var open: [UInt64: [Int]] = [:]
    return entries.indices.map { index in
      let (task, stack) = (entries[index].task, entries[index].stack)
      guard stack != 0 else { return nil }
      var calls = open[task] ?? []
      let near = calls.indices.filter { isNear(entries[calls[$0]].stack, stack) }
      if let caller = near.last(where: { entries[calls[$0]].stack > stack }) {
        calls.removeSubrange((caller + 1)...)
      } else if let sibling = near.first {
        calls.removeSubrange(sibling...)
      }
      defer { open[task] = calls + [index] }
      return calls.last
    }
  }

  private static func isNear(_ one: UInt32, _ other: UInt32) -> Bool {
    max(one, other) - min(one, other) < stackSize
  }
}
