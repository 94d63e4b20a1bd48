import Model

/// Decides which function a report blames, inlined ones aside: ``Finding/blameInlined()`` comes after it.
struct GuiltyFrame {
  /// The first frame that is not machinery.
  let function: String?
  /// The function that names the bug in title and signature: of a stall the entry point, of a task that waits for
  /// everybody what it waits for, else ``function``.
  let identity: String?
  /// Function that failed the assertion, when ``function`` only says that one failed.
  let asserting: String?
  /// The stack that the answer comes from, innermost frame first.
  let frames: [Frame]

  init(_ report: OpenReport, rule: TitleRule) {
    let counter = Self.counter(of: report)
    let stacks = (report.traces.isEmpty ? [report.ownerTrace] : report.traces).enumerated().map { index, trace in
      index == 0 ? Self.joined(counter, report.inlinedAtCounter, trace) : trace
    }
    .map { Self.partBelowTrap(of: $0, report) }
    let stack = stacks.first { Self.firstBlamed($0, rule) != nil } ?? stacks.first { !$0.isEmpty } ?? []
    frames = stack
    let named = Self.named(by: report, rule)
    let blamed = (named ?? Self.firstBlamed(Self.stalled(stack, rule), rule) ?? Self.leftover(report, stack))
      .map(SymbolName.plain)
    function = blamed
    asserting = blamed.flatMap { Self.caller(ofAssertion: $0, in: stack, rule) }
    if case .entry? = report.headline?.blame {
      identity = Self.entry(stacks, rule).map(SymbolName.plain) ?? blamed
    } else {
      identity = rule.bucket(of: stack) ?? blamed
    }
  }

  /// Functions in which every failed assertion of a subsystem ends. Source: `fs/xfs/xfs_message.c`.
  private static let assertions = NamePatterns(["assfail", "asswarn", "*assertion_failed*", "*_assert_failed*"])

  private static func caller(ofAssertion function: String, in stack: [Frame], _ rule: TitleRule) -> String? {
    guard assertions.contains(function) else { return nil }
    return stack.first { frame in
      !frame.isInlined && !rule.skips(frame.name) && !assertions.contains(SymbolName.plain(frame.name))
    }.map { SymbolName.plain($0.name) }
  }

  /// Better than nobody.
  private static func leftover(_ report: OpenReport, _ stack: [Frame]) -> String? {
    switch report.headline?.kind.subject {
    case .lock: report.sites.first
    case .task: firstBlamed(stack, .lenient)
    case .access, .trace, nil: nil
    }
  }

  /// The function that a line of the report names, unless the stack has a better one.
  private static func named(by report: OpenReport, _ rule: TitleRule) -> String? {
    let names: [String]
    switch report.headline?.blame {
    // A race has two functions, helpers or not: what they touch is told by both.
    case .headline where report.headline?.kind == .kcsan: return report.namedFunction
    case .headline: names = [report.namedFunction].compactMap { $0 }
    // Lockdep says who takes the lock; the lock itself cannot be wrong.
    case .site: return report.sites.first
    case .sites: names = report.sites + [report.user].compactMap { $0 }
    case .usage: return report.user
    // A warning text or `BUG()` says nothing about the function, the line after it can.
    case .trace: names = report.headline?.role == .text ? [report.namedFunction].compactMap { $0 } : []
    case .entry, .nobody, nil: names = []
    }
    return names.first { !rule.skips($0) }
  }

  /// `BUG()` at the very end of a function leaves the PSW at the start of the next one; the trap itself was the
  /// last branch, so the breaking event has the right name.
  private static func counter(of report: OpenReport) -> Frame? {
    if report.isWild, report.counter == nil { return wildBranch(of: report).map { Frame(name: $0) } }
    guard let counter = report.counter, counter.offset == 0, let source = report.breakingEvent,
      report.headline?.kind == .bug || report.headline?.kind == .warning
    else { return report.counter }
    return Frame(name: source)
  }

  /// Function that branched to an invalid address: the CPU keeps that. A thunk branches for its caller, which register
  /// 14 names.
  private static func wildBranch(of report: OpenReport) -> String? {
    guard let source = report.breakingEvent else { return nil }
    return SkipList.contains(source) ? report.guessedCaller : source
  }

  /// s390x repeats the PSW as the first entry of the trace, other architectures start with its caller.
  private static func joined(_ counter: Frame?, _ inlined: [Frame], _ trace: [Frame]) -> [Frame] {
    guard let counter else { return trace }
    guard let index = trace.firstIndex(where: { !$0.isInlined }), trace[index].name == counter.name,
      trace[index].offset == counter.offset || counter.offset == nil
    else { return inlined + [counter] + trace }
    var trace = trace
    trace[index].printed?.isCounter = counter.offset != nil
    return trace
  }

  /// The stack without the interrupt that found the stall.
  private static func stalled(_ stack: [Frame], _ rule: TitleRule) -> [Frame] {
    guard rule.wantsInterrupted, let part = EntryPoints.interruptedPart(of: stack), !part.isEmpty else { return stack }
    return Array(part)
  }

  /// A warning is a trap, and the registers in the middle of its trace tell where that was; what stands above them is
  /// on the way to the report, whatever its names.
  private static func partBelowTrap(of stack: [Frame], _ report: OpenReport) -> [Frame] {
    guard report.counter == nil, let counter = stack.firstIndex(where: { $0.printed?.isCounter == true }),
      stack[..<counter].contains(where: { traps.contains($0.name) })
    else { return stack }
    return Array(stack[counter...])
  }

  private static let traps = NamePatterns(["*__warn*", "*report_bug*", "handle_bug", "*invalid_op*"])

  private static func firstBlamed(_ stack: [Frame], _ rule: TitleRule) -> String? {
    stack.first { frame in
      !frame.isInlined && !(rule.knowsNoReturn && isAfterNoReturn(frame)) && !rule.skips(frame.name)
    }?.name
  }

  /// No call returns to a function's first byte: the caller's last instruction called one that never returns. Of a stack
  /// overflow that is `panic()` in `kernel_stack_overflow()` (`arch/s390/kernel/traps.c`), and the name is that of
  /// whatever lies behind it.
  private static func isAfterNoReturn(_ frame: Frame) -> Bool {
    frame.offset == 0 && frame.printed?.isCounter == false
  }

  private static func entry(_ stacks: [[Frame]], _ rule: TitleRule) -> String? {
    let called = stacks.map { stack in stack.filter { !$0.isInlined } }
    // Only the stack that the timer interrupted shows what stalls; others are of those that wait for it.
    let interrupted = rule.wantsInterrupted ? called.compactMap(EntryPoints.interruptedPart) : []
    let whole = called.map { EntryPoints.partBelowTick(of: $0) ?? $0[...] }
    return (interrupted + whole).lazy.compactMap { EntryPoints.entry(of: $0, rule) }.first
  }
}
