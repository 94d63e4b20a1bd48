import Model

/// A report whose lines are still arriving.
struct OpenReport: Sendable {
  /// Traces that are kept; the first has the answer except when it is only the reporter's own.
  static let traceLimit = 6
  static let frameLimit = 96

  /// Part of the report that arriving frames belong to.
  enum Section: Sendable { case head, trace, site, usage, foreign, owner, breakingEvent, over }

  /// nil between `cut here` and the headline.
  private(set) var match: ReportPatternMatch?
  /// The newest headline; ``match`` is the first, which is a text where one explains the trap.
  private var last: ReportPatternMatch?
  private(set) var message = ""
  private(set) var location: String?
  /// The function that the headline names.
  private(set) var namedFunction: String?
  var site: String? { sites.first }
  /// Those that lines after the headline name as places: of the lock that is taken, of the one that is held.
  private(set) var sites: [String] = []
  /// The function that took a lock inside an interrupt.
  private(set) var user: String?
  private(set) var access: String?
  private(set) var context = TaskContext()
  private(set) var architecture: BodyLine.Architecture?
  /// Place at which the CPU stood, before any trace.
  private(set) var counter: Frame?
  /// Functions that a symbolizer found inlined where the CPU stood, innermost first.
  private(set) var inlinedAtCounter: [Frame] = []
  /// The trace begins with an address that no function has.
  private(set) var isWild = false
  /// Register 14 where a call or a branch went wild: the caller, or whoever called last before.
  private(set) var guessedCaller: String?
  private(set) var breakingEvent: String?
  private(set) var traces: [[Frame]] = []
  /// Function that allocated the object, for a report whose own stack is cut off.
  private(set) var ownerTrace: [Frame] = []
  /// RCU said where memory is read without protection.
  private(set) var namesAccess = false
  /// There is a counter or a frame in a trace; told here because it is asked for every line.
  private(set) var hasFrames = false
  private(set) var lines: ClosedRange<Int>
  /// The warning came in which such reports end.
  private var hasWarned = false
  /// Other CPUs have been asked to print their stacks: `nmi_trigger_cpumask_backtrace()` in `lib/nmi_backtrace.c`.
  private(set) var hasAskedCPUs = false
  private(set) var isFatal = false
  /// A second headline came, for instance the trap behind its text.
  private(set) var hasTrap = false
  /// A line of `WARN()` came, by itself or behind the text that explains it.
  private(set) var isWarn = false
  /// The line that ends reports of this kind arrived.
  private(set) var hasEnded = false
  /// A consequence of a report that is told already: read, but no finding.
  private(set) var isSilent = false
  var isInterleaved = false
  /// The headline stood behind other text: it may be a quotation.
  private var isGlued = false

  /// Frames came that may be another report's: of this trace no more is sure.
  private(set) var isTraceBroken = false

  private(set) var section = Section.head
  private(set) var strangers = 0
  /// A foreign line came since the report's own last line.
  private var isSplit = false
  private let isStamped: Bool
  /// A line other than the headline belongs to it.
  private var hasBody = false
  /// Lines of other callers since the report's own last line.
  private(set) var passed = 0
  /// The next trace shows a bystander: RCU's own thread.
  private var skipsNextTrace = false

  /// Starts at `cut here`.
  init(cutHereAt line: ConsoleLine) {
    lines = line.lines
    isStamped = line.isStamped
  }

  init(_ match: ReportPatternMatch, at line: ConsoleLine, isSilent: Bool = false) {
    self.init(cutHereAt: line)
    self.isSilent = isSilent
    adopt(match, line)
  }

  var headline: ReportPattern? { match?.headline }
  /// A text that explains the warning or the `BUG()` which follows it, or a report that ends in one.
  var expectsTrap: Bool { (headline?.role == .text || headline?.endsInWarning == true) && !hasFrames }
  var ending: ReportPattern.Ending? { hasWarned ? .marker : headline?.ending }

  /// A report is worth telling once it has its headline; `cut here` alone is not.
  /// Behind other text a headline alone may be somebody's words.
  var isReportable: Bool { match != nil && !isSilent && !lacksEvidence && !isTalk }

  /// Words that people write in mails too, with nothing of a log.
  private var isTalk: Bool {
    headline?.needsLog == true && !isStamped && !hasFrames && context.release == nil
  }

  /// A headline behind other text, and no line yet that only a report has.
  var lacksEvidence: Bool { isGlued && !hasFrames && access == nil && context.release == nil }

  /// Nothing but a headline without the stamp that logs have: people put the message above the log that they send.
  var mayBeQuotation: Bool { !isStamped && !hasBody && isReportable && !isFatal }

  /// True if the headline continues this report instead of starting one.
  func isContinued(by next: ReportPatternMatch) -> Bool {
    guard let headline else { return next.headline.role != .panic && !isAnotherCPUs(next) }
    if isRepeated(by: next) { return true }
    if next.headline.role == .panic { return PanicReason(next).isConsequence(of: headline.kind) }
    guard traces.isEmpty, !hasEnded else { return false }
    if isEnded(by: next) { return true }
    // Kernels before 4.15 print the text after the warning.
    if next.headline.role == .text, headline.role == .fault {
      return ending == .marker && Self.belongs(next.headline, to: location)
    }
    if isAnotherCPUs(next) { return false }
    guard headline.role < next.headline.role else { return false }
    if headline.kind == .kmemleak { return next.headline.kind == .kmemleak }
    // `kernel BUG at` or `Unable to handle` and the die line; text and the warning that it explains.
    return ending == .marker
  }

  /// A symbolizer prints a headline for each inlined function, innermost first, and then the one with the offset.
  private func isRepeated(by next: ReportPatternMatch) -> Bool {
    guard let last, last.isInlined, section == .head, !hasFrames, access == nil, !hasEnded else { return false }
    return next.headline.kind == last.headline.kind && next.headline.role == last.headline.role
  }

  /// A report about a slab ends in `WARN_ON(1)` since 6.16: `object_err()` and `__slab_err()` in `mm/slub.c`.
  private func isEnded(by next: ReportPatternMatch) -> Bool {
    headline?.endsInWarning == true && next.headline.reader == .warning && !hasFrames
      && (next.function?.holds("slab_err") == true || next.function?.holds("object_err") == true
        || next.location?.holds("mm/slub.c:") == true)
  }

  /// Its frames arrive.
  var isInTrace: Bool { section == .trace && !hasEnded && strangers == 0 && hasFrames }

  /// A checker's text in the middle of a trace is another CPU's; its warning has a headline of its own.
  func outranks(_ next: ReportPatternMatch) -> Bool {
    next.headline.role == .text && isInTrace
  }

  mutating func adopt(_ next: ReportPatternMatch, _ line: ConsoleLine) {
    extend(to: line)
    if isRepeated(by: next), headline?.role == next.headline.role { match = nil }
    last = next
    if next.headline.role == .panic, match != nil { return becomeFatal(next) }
    architecture = architecture ?? next.headline.architecture
    location = location ?? next.location
    hasTrap = hasTrap || match != nil
    isWarn = isWarn || next.headline.reader == .warning
    namedFunction = next.function ?? namedFunction
    context.merge(TaskContext(headline: line.text))
    hasWarned = hasWarned || match?.headline.endsInWarning == true
    guard match == nil else { return }
    match = next
    isGlued = line.isGlued
    message = line.text.string
    if next.headline.role == .panic { isFatal = true }
  }

  private mutating func becomeFatal(_ panic: ReportPatternMatch) {
    isFatal = true
    // The panic prints a trace of its own, which is this report's only when there was none before.
    if hasFrames { hasEnded = true } else { section = .head }
  }

  private mutating func extend(to line: ConsoleLine) {
    lines = lines.lowerBound...max(lines.upperBound, line.lines.upperBound)
  }

  // MARK: - Lines

  /// Takes a line that is no headline; returns whether the report is complete with it.
  mutating func accept(_ body: BodyLine, _ line: ConsoleLine) -> Bool {
    switch body {
    case .blank: break
    case .unknown where awaitsMessage, .known where awaitsMessage, .task where awaitsMessage:
      match?.captures.append(line.text.prefix(256).string)
      extend(to: line)
    case .unknown: acceptStranger(line)
    default: acceptOwn(body, line)
    }
    return isComplete
  }

  /// The title has a hole that the headline does not fill: Rust's panics say the reason on the next line.
  private var awaitsMessage: Bool {
    match?.captures.isEmpty == true && match?.headline.reasonFollows == true
  }

  private mutating func acceptOwn(_ body: BodyLine, _ line: ConsoleLine) {
    if isSplit && isOneBlock(body) || isTwin(body) { isInterleaved = true }
    isSplit = false
    strangers = 0
    passed = 0
    hasBody = true
    extend(to: line)
    switch body {
    case .endTrace: hasEnded = true
    case .rule: endAtRule()
    case .traceStart: startTrace()
    case .foreignTrace: section = .foreign
    case .ownerTrace: section = ownerTrace.isEmpty ? .owner : .foreign
    case .bystander: skipsNextTrace = true
    case .lastBreaking: section = .breakingEvent
    case .frame(let entry): accept(entry)
    case .programCounter(let entry, let architecture): accept(entry, architecture)
    case .task(let context): self.context.merge(context)
    case .site(let entry): acceptSite(entry)
    case .siteFollows: section = .site
    case .usageTrace: section = wantsUser ? .usage : .foreign
    case .memoryAccess(let access): self.access = self.access ?? access.rawValue
    case .known(let architecture):
      acceptKnown(architecture)
      if line.text.hasPrefix("Sending NMI from CPU") { hasAskedCPUs = true }
    case .cutHere, .blank, .unknown: break
    }
  }

  /// Notes a line of another caller; returns whether waiting longer has become pointless.
  mutating func pass() -> Bool {
    passed += 1
    return passed > (hasEnded ? Self.consequenceReach : match == nil ? Self.cutHereReach : Self.passLimit)
  }

  private static let consequenceReach = 3
  private static let cutHereReach = 16
  private static let passLimit = 400

  /// Takes a frame or its heading that may as well be another report's: it counts for neither.
  mutating func acceptDoubtful(_ body: BodyLine, _ line: ConsoleLine) {
    isInterleaved = true
    passed = 0
    extend(to: line)
    if case .frame = body, section == .breakingEvent { return section = .over }
    if case .lastBreaking = body { return section = .breakingEvent }
    isTraceBroken = true
  }

  /// True if the line and the one before it come from a block that the kernel prints in one go.
  private func isOneBlock(_ body: BodyLine) -> Bool {
    switch body {
    case .frame: section == .trace && traces.last?.isEmpty == false && headline?.kind != .lockdep
    case .known: section == .head && counter != nil && architecture == .s390x
    default: false
    }
  }

  /// True if the line stands once in a report and has been there: two CPUs print into each other, without caller tags.
  private func isTwin(_ body: BodyLine) -> Bool {
    guard architecture == .s390x, ending == .marker, !hasEnded else { return false }
    switch body {
    // The panic that follows has a trace of its own.
    case .traceStart: return !traces.isEmpty && !isFatal
    case .programCounter: return counter != nil
    case .task(let other): return other.pid != nil && context.pid != nil && other.pid != context.pid
    default: return false
    }
  }

  private mutating func acceptStranger(_ line: ConsoleLine) {
    // `drivers/a.c:12 suspicious rcu_dereference_check() usage!`
    namesAccess = namesAccess || line.text.hasSuffix(" usage!")
    strangers += 1
    // A line that lacks the stamp which the others have is the rest of a wrapped one.
    guard line.isStamped || !isStamped else { return }
    isSplit = true
    if section == .breakingEvent { section = .over }
  }

  private var wantsUser: Bool { user == nil && (headline?.blame == .usage || headline?.blame == .sites) }

  /// The locks that are held on the side are listed behind everything that the report is about.
  private mutating func acceptSite(_ entry: TraceEntry) {
    if section != .foreign, !entry.name.isEmpty, !entry.isInlined, entry.isReliable, sites.count < 2 {
      sites.append(entry.function)
    }
  }

  private mutating func acceptKnown(_ architecture: BodyLine.Architecture?) {
    self.architecture = self.architecture ?? architecture
  }

  private mutating func endAtRule() {
    if ending == .rule, hasFrames || access != nil { hasEnded = true }
  }

  private mutating func startTrace() {
    section = skipsNextTrace ? .foreign : .trace
    if skipsNextTrace { return skipsNextTrace = false }
    if traces.count < Self.traceLimit, traces.last?.isEmpty != true { traces.append([]) }
  }

  private mutating func accept(_ entry: TraceEntry?, _ architecture: BodyLine.Architecture) {
    self.architecture = self.architecture ?? architecture
    guard let entry, !entry.name.isEmpty else { return }
    if entry.isInlined {
      if counter == nil, inlinedAtCounter.count < Self.traceLimit { inlinedAtCounter.append(Self.frame(entry)) }
    } else if section == .trace, architecture == .x86_64, !traces.isEmpty {
      // The registers in the middle of a trace tell where the interrupted code stood.
      append(Self.frame(entry, isCounter: true))
    } else if counter == nil, section != .over {
      counter = Self.frame(entry, isCounter: true)
      hasFrames = true
    }
  }

  private mutating func accept(_ entry: TraceEntry) {
    if architecture == nil { architecture = guessArchitecture(entry) }
    switch section {
    case .breakingEvent where !entry.isInlined:
      breakingEvent = entry.name.isEmpty ? nil : entry.function
      section = .over
    case .usage:
      if let headline, !entry.isInlined, entry.isReliable,
        !headline.rule.on(architecture?.rawValue).skips(entry.function)
      {
        user = entry.function
        section = .foreign
      }
    case .site:
      acceptSite(entry)
      if !entry.isInlined { section = .head }
    case .head where headline != nil && headline?.kind != .lockdep:
      // The line that starts the trace was lost or is not printed for this kind.
      startTrace()
      accept(entry)
    case .trace:
      if entry.name.isEmpty, counter == nil, traces == [[]] { isWild = true }
      if isWild, !entry.isReliable, traces == [[]] { guessedCaller = entry.function }
      if entry.isReliable || isLeafsCaller(entry), !entry.name.isEmpty { append(Self.frame(entry)) }
      if let caller = entry.caller, !caller.isEmpty { append(Frame(name: RustName.readable(caller.string))) }
    case .owner:
      if !entry.name.isEmpty, entry.isReliable, ownerTrace.count < Self.frameLimit {
        ownerTrace.append(Self.frame(entry))
      }
    case .head, .foreign, .over, .breakingEvent: break
    }
  }

  /// Behind the PSW's entry s390x prints register 14 as a guess. It holds the caller in the functions of
  /// `arch/s390/lib/mem.S`, which call nothing and have no frame of their own.
  private func isLeafsCaller(_ entry: TraceEntry) -> Bool {
    guard architecture == .s390x, !entry.isReliable, let trace = traces.last else { return false }
    let called = trace.filter { !$0.isInlined }
    guard called.count == 1, let leaf = called.first, !entry.isInlined else { return false }
    let isLeaf = ["memcpy", "memset", "memmove"].contains(leaf.name.trimmingPrefix("__"))
    return isLeaf && leaf.name != entry.name.string
  }

  private mutating func append(_ frame: Frame) {
    guard let trace = traces.indices.last, !isTraceBroken else { return }
    // Of an endless recursion the outer end is worth keeping: it tells who began it.
    if traces[trace].count == Self.frameLimit {
      let spare = traces[trace][(Self.frameLimit / 4)...].firstIndex { $0.isInlined }
      traces[trace].remove(at: spare ?? Self.frameLimit / 2)
    }
    hasFrames = true
    // On arm each line repeats the caller that the line before named.
    if architecture == .arm, !frame.isInlined, let last = traces[trace].lastIndex(where: { !$0.isInlined }),
      repeats(frame, traces[trace][last])
    {
      traces[trace][last] = frame
      return
    }
    traces[trace].append(frame)
    if architecture == nil, frame.name.hasPrefix("__s390x_sys_") || frame.name == "system_call" {
      architecture = .s390x
    }
  }

  /// Only arm names callers; of those that print whole addresses only s390x has its kernel in the lower half.
  /// kmemleak prints hashes for addresses, on every architecture.
  private func guessArchitecture(_ entry: TraceEntry) -> BodyLine.Architecture? {
    if entry.caller != nil { return .arm }
    guard entry.hasWholeAddress, let address = entry.address, headline?.kind != .kmemleak else { return nil }
    return address >> 56 == 0 ? .s390x : nil
  }

  private func repeats(_ frame: Frame, _ last: Frame) -> Bool { last.name == frame.name && last.offset == nil }

  private static func frame(_ entry: TraceEntry, isCounter: Bool = false) -> Frame {
    let symbol = entry.symbol
    let name = RustName.readable(symbol)
    return Frame(
      name: name, module: entry.module?.string, offset: entry.offset, source: entry.source?.string,
      isInlined: entry.isInlined,
      printed: PrintedFrame(
        address: entry.address, size: entry.size, isCounter: isCounter, symbol: symbol == name ? nil : symbol))
  }
}
