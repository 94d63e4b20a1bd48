import Model

/// Fit of a line to a report, for logs without caller tags in which two CPUs print at once.
extension OpenReport {
  /// Degree to which a line continues a report.
  enum Fit: Int, Comparable {
    case impossible, possible, exact
    static func < (left: Fit, right: Fit) -> Bool { left.rawValue < right.rawValue }
  }

  /// In the middle of a block that ends in a line of its own, so that a headline which does not continue it can be
  /// another CPU's.
  var isMidway: Bool {
    if match == nil { return true }
    return isReportable && !mayBeQuotation && ending == .marker && !hasEnded && !isFatal
      && (architecture == .s390x || architecture == nil && (isWarning || headline?.isOfS390x == true))
  }

  /// A `WARN()` or the text before one.
  private var isWarning: Bool { isWarn || headline?.role == .text }

  /// True if two CPUs can print the two reports at once. CPUs that die take turns: `die_lock` in
  /// `arch/s390/kernel/dumpstack.c`. No CPU begins a report inside another one unless the rest of that is lost.
  func canRun(beside other: OpenReport) -> Bool {
    if let cpu = context.cpu, cpu == other.context.cpu { return false }
    return isWarning || other.isWarning || match == nil || other.match == nil
  }

  /// True if the code that prints the text also makes the warning: another CPU's can come between.
  static func belongs(_ text: ReportPattern, to location: String?) -> Bool {
    guard let location, let files = filesOfTexts.first(where: { text.pattern.wording.hasPrefix($0.key) })?.value else {
      return true
    }
    return files.contains { location.holds($0) }
  }

  /// True if a headline that could follow this one by its role cannot by its words: a warning does not die, a text
  /// comes before the trap of the code that printed it, and no bad access does.
  func isAnotherCPUs(_ next: ReportPatternMatch) -> Bool {
    guard next.headline.role != .panic else { return false }
    // After `cut here` comes a warning or `BUG()`.
    guard let headline else { return next.headline.isOfS390x && next.headline.kind != .bug }
    if isWarn, next.headline.isOfS390x { return true }
    guard headline.role == .text else { return false }
    if next.headline.isOfS390x, next.headline.kind != .bug { return true }
    return next.headline.role == .fault && (isWarn || !Self.belongs(headline, to: next.location))
  }

  private static let filesOfTexts: [String: [StaticString]] = [
    "refcount_t: ": ["refcount", "kernel/panic.c"], "list_": ["list_debug"], "proc_dir_entry ": ["fs/proc/"],
    "ODEBUG: ": ["debugobjects"],
    "VFS: ": ["fs/super.c", "fs/open.c", "fs/file_table.c"],
  ]

  /// Source of the order: `show_regs()` and `__show_trace()` in `arch/s390/kernel/dumpstack.c`.
  func fit(_ body: BodyLine) -> Fit {
    guard match != nil, !hasEnded, !awaitsTrap else { return .impossible }
    return switch body {
    case .task(let task): fit(task)
    case .programCounter(let entry, _): fit(counter: entry)
    case .traceStart: traces.isEmpty && (counter != nil || lacksCounter) ? .possible : .impossible
    case .frame(let entry): fit(frame: entry)
    case .lastBreaking: section != .trace || !hasTrace ? .impossible : isChainOver ? .exact : .possible
    case .endTrace: section == .over ? .exact : hasTrace ? .possible : .impossible
    default: .possible
    }
  }

  /// The text of a warning without the warning has no lines of its own yet.
  private var awaitsTrap: Bool { headline?.role == .text && ending == .marker && !hasTrap }

  private var hasTrace: Bool { traces.last?.isEmpty == false }

  /// The stack's outermost function is there.
  private var isChainOver: Bool {
    !isTraceBroken && traces.last?.last.map { CallChain.outermost.contains($0.name) } == true
  }

  private func fit(_ task: TaskContext) -> Fit {
    guard context.release == nil else { return .impossible }
    guard let cpu = context.cpu, let other = task.cpu else { return .possible }
    return cpu == other && (context.pid == nil || context.pid == task.pid) ? .exact : .impossible
  }

  private func fit(counter entry: TraceEntry?) -> Fit {
    guard counter == nil, context.release != nil else { return .impossible }
    // Where a function ends in BUG(), the PSW is at the start of the next one.
    guard let namedFunction else { return .possible }
    guard let entry else { return .impossible }
    return entry.offset == 0 ? .possible : entry.function == namedFunction ? .exact : .impossible
  }

  /// Its trace need not begin with the PSW's function: there is no PSW, or a wild branch left it without a symbol.
  private var lacksCounter: Bool {
    guard counter == nil, let headline, !isWarn else { return false }
    return ending != .marker || ![.bug, .warning, .oops].contains(headline.kind)
      || headline.kind == .oops && context.release != nil
  }

  private func fit(frame entry: TraceEntry) -> Fit {
    switch section {
    case .breakingEvent: return .possible
    case .head, .trace: break
    default: return .impossible
    }
    if isChainOver { return .impossible }
    guard let last = traces.last?.last else {
      // The first entry repeats the PSW.
      guard let counter else { return lacksCounter && section == .trace ? .possible : .impossible }
      return entry.function == counter.name && Self.agree(entry.offset, counter.offset)
        && Self.agree(entry.address, counter.printed?.address) ? .exact : .impossible
    }
    return isTraceBroken ? .possible : CallChain.fit(entry.function, calling: last.name)
  }

  /// A symbolizer takes offsets and addresses away.
  private static func agree(_ one: UInt64?, _ other: UInt64?) -> Bool { one == nil || other == nil || one == other }

}

extension ReportPattern {
  /// Only s390x prints this fault or this way to die.
  fileprivate var isOfS390x: Bool { role >= .fault && (architecture == .s390x || reader == .die) }
}
