/// Printer of a line, as `CONFIG_PRINTK_CALLER` tells: a task (`T60`) or a CPU outside of tasks (`C1`).
///
/// Source: `print_caller()` in `kernel/printk/printk.c`.
struct Caller: Hashable, Sendable {
  var isTask: Bool
  var number: Int

  init(task number: Int) { self.init(isTask: true, number: number) }

  init(isTask: Bool, number: Int) {
    self.isTask = isTask
    self.number = number
  }

  /// Reads `T77` and `C1`; Android's kernels add the CPU, `T77@C1`.
  init?(_ text: Bytes) {
    guard let first = text.first, first == UInt8(ascii: "T") || first == UInt8(ascii: "C"),
      let number = text.dropFirst().prefix(while: { $0 != UInt8(ascii: "@") }).decimal
    else { return nil }
    isTask = first == UInt8(ascii: "T")
    self.number = number
  }
}

/// One line of kernel log, freed of what consoles, log daemons and mail programs put around it.
struct ConsoleLine: Sendable {
  /// Number of the first and last input line that it stands on.
  var lines: ClosedRange<Int>
  /// The kernel's text.
  var text: Bytes
  /// It carried a time stamp of its own; a line without one can be the rest of the line before.
  var isStamped: Bool
  /// It comes from a journal or a log daemon, which keep the boots of days.
  var isArchived = false
  /// nil when the log has no caller tags.
  var caller: Caller?
  /// One of the words stands in it that every headline has one of.
  var mayBeHeadline = false
  /// The headline that its text is.
  private(set) var match: ReportPatternMatch?
  /// It stood behind other text on its line, and nothing but its own words tells where it begins.
  var isGlued = false
  /// Columns of the raw line, blanks at its end not counted: a wrap leaves its width behind.
  var width: Int
  /// The raw line, or what is quoted with it, fills a terminal: the next one may be its rest.
  var fillsTerminal = false
}

extension ConsoleLine {
  /// Looks for a headline, where the filter for its words finds one of them.
  mutating func findHeadline(_ filter: TriggerFilter) {
    mayBeHeadline = text.withUnsafeBufferPointer(filter.matches)
    if mayBeHeadline || match != nil { match = mayBeHeadline ? ReportPatternMatch(in: text) : nil }
  }
}
