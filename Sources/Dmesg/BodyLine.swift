/// Type of a line inside a report.
enum BodyLine {
  case cutHere
  case endTrace
  /// A line of equals signs, with which the sanitizers end.
  case rule
  /// The frames that follow are the stack that the report is about.
  case traceStart
  /// The frames that follow are another stack: where memory was allocated, a link of a lock chain.
  case foreignTrace
  /// The frames that follow allocated the object that a slab report is about.
  case ownerTrace
  /// The trace that comes next belongs to a task that did nothing.
  case bystander
  case lastBreaking
  case frame(TraceEntry)
  /// Krnl PSW, RIP, pc, NIP: where it happened; nil when the address has no symbol.
  case programCounter(TraceEntry?, Architecture)
  case task(TaskContext)
  /// `..., at: foo+0x10/0x20` or `caller is foo`: the lock or the call that is complained about.
  case site(TraceEntry)
  /// The frames that follow show who made a lock safe for interrupts, took the other
  /// locks of a deadlock, or asked for the page.
  case usageTrace
  /// The place is the frame on the next line.
  case siteFollows
  case memoryAccess(Access)
  /// Belongs to a report but tells nothing that a finding needs.
  case known(Architecture?)
  case blank
  case unknown

  enum Access: String { case read = "Read", write = "Write", free = "Free" }

  /// Values as ``Finding/arch`` has them.
  enum Architecture: String { case s390x, x86_64, arm64, arm, powerpc, riscv, sparc, mips, loongarch, parisc }

  /// Tells what the line is, the commonest forms first.
  static func classify(_ text: Bytes) -> BodyLine {
    guard let first = text.first else { return .blank }
    if let marker = marker(text, first) ?? programCounter(text, first) { return marker }
    if let entry = TraceEntry(parsing: text) { return .frame(entry) }
    if let context = TaskContext(cpuLine: text) ?? TaskContext(releaseLine: text) ?? taskDump(text) {
      return .task(context)
    }
    if let access = access(text) { return .memoryAccess(access) }
    if let site = site(text) { return .site(site) }
    if text.hasSuffix(" at:") { return .siteFollows }
    return isKnown(text, first) ? .known(architecture(text)) : .unknown
  }

  private static func marker(_ text: Bytes, _ first: UInt8) -> BodyLine? {
    switch first {
    case UInt8(ascii: "-"):
      if text.contains("[ cut here ]") { return .cutHere }
      if text.hasPrefix("---[ end") { return .endTrace }
      return text.hasPrefix("-> #") ? .usageTrace : nil
    case UInt8(ascii: "="): return text.count > 20 && text.allSatisfy { $0 == first } ? .rule : nil
    case UInt8(ascii: "C"), UInt8(ascii: "B"), UInt8(ascii: "b"):
      return isTraceStart(text) ? .traceStart : nil
    case UInt8(ascii: "."): return text.hasPrefix("... which became") ? .usageTrace : nil
    case UInt8(ascii: "r"), UInt8(ascii: "R"):
      if isRaceAccess(text) { return .traceStart }
      return text.contains("grace-period kthread stack dump") ? .bystander : nil
    case UInt8(ascii: "s"): return text.hasPrefix("stack backtrace:") ? .traceStart : nil
    case UInt8(ascii: "w"), UInt8(ascii: "a"):
      return isRaceAccess(text) ? .traceStart : foreignTraces.matches(text) ? .foreignTrace : nil
    case UInt8(ascii: "L"):
      if text.hasPrefix("Last Breaking-Event-Address") { return .lastBreaking }
      return text.hasPrefix("Last potentially related work") ? .foreignTrace : nil
    // Who asked for the page that is in a bad state.
    case UInt8(ascii: "p"):
      if text.hasPrefix("page last allocated") { return .usageTrace }
      return foreignTraces.matches(text) ? .foreignTrace : nil
    default:
      if text.hasPrefix("Allocated in ") { return .ownerTrace }
      return foreignTraces.matches(text) ? .foreignTrace : nil
    }
  }

  /// KCSAN has a stack for each side of a race: `read-write (marked) to 0x... of 4 bytes by task 7 on cpu 1:`.
  private static func isRaceAccess(_ text: Bytes) -> Bool {
    text.last == UInt8(ascii: ":") && text.contains(" to 0x") && text.contains(" bytes by ")
  }

  private static func isTraceStart(_ text: Bytes) -> Bool {
    text.hasPrefix("Call Trace:") || text.hasPrefix("Call trace:") || text.hasPrefix("Backtrace:")
      || text.hasPrefix("Backtrace for") || text.hasPrefix("backtrace")
  }

  /// Headings of stacks that explain but are not to blame, of KASAN, KFENCE, KMSAN, lockdep, page owner.
  private static let foreignTraces = PrefixTable([
    "Allocated by ", "allocated by ", "Freed by ", "freed by ", "Freed in ", "Uninit was ", "Local variable ",
    "the existing dependency chain", "Second to last potentially", "page last free",
    "page_owner tracks", "save_stack", "other info that might help us debug this", "Showing all locks held",
    "{SOFTIRQ", "{HARDIRQ", "{IN-", "{INITIAL", "to a SOFTIRQ", "to a HARDIRQ", "but this new dependency",
    "... key ", "the dependencies between", "the shortest dependencies", "modules linked in:",
    "Object tracked", "Memory state around", "The buggy address",
  ])

  private static func access(_ text: Bytes) -> Access? {
    if text.hasPrefix("Read of size") || text.hasPrefix("Read at addr") { return .read }
    if text.hasPrefix("Write of size") || text.hasPrefix("Write at addr") { return .write }
    return text.hasPrefix("Free of addr") ? .free : nil
  }

  /// Lockdep's lock lines and the `caller is` of preemption checks.
  private static func site(_ text: Bytes) -> TraceEntry? {
    guard
      let body = text.after(" at: ") ?? text.after(", at:") ?? text.dropping("caller is ")
        ?? text.dropping("last function: ") ?? text.dropping("at: ")
    else { return nil }
    return TraceEntry(parsing: body) ?? TraceEntry(symbol: body.firstWord)
  }
}
