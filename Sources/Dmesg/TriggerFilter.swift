#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Tells at the cost of a few loads per line whether a line can start a report.
///
/// Nearly every line of nearly every log is none of the parser's business. This is the search of Wu and Manber
/// with blocks of two bytes: it looks at every third byte or so and compares only where a block ends a trigger's
/// first bytes.
struct TriggerFilter: Sendable {
  /// Text of which at least one stands in every headline, see the test that checks it against ``ReportPattern/all``.
  static let triggers: [StaticString] = [
    "BUG:", "BUG ", "BUG\u{a0}", "WARNING", "INFO:", "panic", "PANIC", "Oops", "cut here", "Linux version",
    "Unable to handle", "Internal error", "Unhandled fault", "protection fault", "exception: 0", "operation: 0",
    "event: 0", "divide: 0", "prefetch abort", "stack guard", "LOCKS_WARN_ON", "divide error", "divide_error",
    "stack segment", "invalid opcode", "stack overflow", "UBSAN:",
    "refcount_t:", "corruption", "usercopy:", "rcu_", "unreferenced object", "memory leak", "Busy inodes",
    "stack pointer invalid", "hard LOCKUP", "huh, entered softirq", "pagealloc:", "list_add double", "BUG at",
    "initialized object",
    "duplicate filename", "unregister_netdevice", "Badness at", "lock state", "slab error", " ilc:", "[#1]",
    "as init process", "reboot: ", "Starting new kernel", "Resetting", "Booting the kernel",
    // A message of the journal as a list of bytes, which can spell any of these.
    "E\":[", "E\" : [", "E\": [",
    "Alignment trap", "MSR access", "in kernel code[", "unaligned access[", "bug detected[", "already registered",
    "file count is", "panicked at", "blocked for more", "blocked in I/O", "ODEBUG:",
  ]

  private static let tableBits = 12
  private static let blockLength = 2

  /// Distance that the search may jump when a block ends at the position it looks at.
  private let shift: [UInt8]
  /// Per block, the triggers whose first `window` bytes end with it.
  private let candidates: [[Int]]
  private let texts: [[UInt8]]
  private let window: Int

  init() {
    let texts = Self.triggers.map { Array(UnsafeBufferPointer(start: $0.utf8Start, count: $0.utf8CodeUnitCount)) }
    let window = texts.map(\.count).min() ?? Self.blockLength
    var shift = [UInt8](repeating: UInt8(window - Self.blockLength + 1), count: 1 << Self.tableBits)
    var candidates = [[Int]](repeating: [], count: 1 << Self.tableBits)
    for (index, text) in texts.enumerated() {
      for end in (Self.blockLength - 1)..<window {
        let block = Self.block(text[end - 1], text[end])
        shift[block] = min(shift[block], UInt8(window - 1 - end))
        if end == window - 1 { candidates[block].append(index) }
      }
    }
    self.texts = texts
    self.window = window
    self.shift = shift
    self.candidates = candidates
  }

  private static func block(_ first: UInt8, _ second: UInt8) -> Int {
    (Int(first) << 5 ^ Int(second)) & (1 << tableBits - 1)
  }

  /// True if the line holds a trigger.
  func matches(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    shift.withUnsafeBufferPointer { shift in
      var end = window - 1
      while end < line.count {
        let block = Self.block(line[end - 1], line[end])
        let jump = Int(shift[block])
        if jump == 0 {
          if confirms(block, line, from: end - window + 1) { return true }
          end += 1
        } else {
          end += jump
        }
      }
      return false
    }
  }

  private func confirms(_ block: Int, _ line: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
    candidates[block].contains { index in
      let text = texts[index]
      return start + text.count <= line.count && memcmp(line.baseAddress! + start, text, text.count) == 0
    }
  }
}
