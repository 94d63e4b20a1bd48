import Records

/// Decides which function a report blames, inlined ones aside: ``Finding/blameInlined()`` comes after it.
struct GuiltyFrame {
  /// The first frame that is not machinery.
  let function: String?
  /// The function of the title, which for a stall is the entry point.
  let titleFunction: String?
  /// The stack that the answer comes from, innermost frame first.
  let frames: [Frame]

  init(_ report: OpenReport, kind: FindingKind) {
    let counter = Self.counter(of: report)
    let stacks = (report.traces.isEmpty ? [report.ownerTrace] : report.traces).enumerated().map { index, trace in
      index == 0 ? Self.joined(counter, report.inlinedAtCounter, trace) : trace
    }
    let named = Self.named(by: report).flatMap { Machinery.contains($0, in: kind) ? nil : $0 }
    let stack = stacks.first { Self.firstBlamed($0, kind) != nil } ?? stacks.first { !$0.isEmpty } ?? []
    frames = stack
    function = (named ?? Self.firstBlamed(stack, kind)).map(SymbolName.plain)
    if case .entry? = report.headline?.blame {
      titleFunction = Self.entry(stacks).map(SymbolName.plain) ?? function
    } else {
      titleFunction = function
    }
  }

  private static func named(by report: OpenReport) -> String? {
    switch report.headline?.blame {
    case .headline: report.namedFunction
    case .site: report.site
    case .usage: report.user ?? report.site
    // A warning text or `BUG()` says nothing about the function, the line after it can.
    case .trace: report.headline?.role == .text ? report.namedFunction : nil
    case .entry, .nobody, nil: nil
    }
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

  /// Who branched to where no code is: the CPU keeps that. A thunk branches for its caller, which register 14 names.
  private static func wildBranch(of report: OpenReport) -> String? {
    guard let source = report.breakingEvent else { return nil }
    return Machinery.contains(source) ? report.guessedCaller : source
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

  private static func firstBlamed(_ stack: [Frame], _ kind: FindingKind) -> String? {
    stack.first { frame in
      !frame.isInlined && !(kind == .stackOverflow && isAfterNoReturn(frame))
        && !Machinery.contains(frame.name, in: kind)
    }?.name
  }

  /// No call returns to a function's first byte: the caller's last instruction called one that never returns. Of a stack
  /// overflow that is `panic()` in `kernel_stack_overflow()` (`arch/s390/kernel/traps.c`), and the name is that of
  /// whatever lies behind it.
  private static func isAfterNoReturn(_ frame: Frame) -> Bool {
    frame.offset == 0 && frame.printed?.isCounter == false
  }

  private static func entry(_ stacks: [[Frame]]) -> String? {
    stacks.lazy.compactMap { Dispatchers.entry(of: $0.filter { !$0.isInlined }) }.first
  }
}
