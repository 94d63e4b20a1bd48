import Model

/// Sorts lines by who printed them into the reports that are open, and closes those that are complete.
struct ReportTracker: Sendable {
  /// CPUs that report at once; the oldest report gives way, so that memory stays bounded.
  private static let openLimit = 16
  /// Lines after a report in which a panic can still be its consequence.
  private static let consequenceReach = 400
  private static let bootLimit = 1000

  var open: [OpenReport] = []
  /// Who prints each open report, and whether somebody else printed since its last line.
  private(set) var callers: [Caller?] = []
  private var sawOthers: [Bool] = []
  private var findings: [Finding] = []
  /// Findings that are no more than a message, until a whole report has the same one or the log ends.
  private var quotations: [Finding] = []
  private static let quotationLimit = 16
  /// Findings that count only where there is no other.
  private var notices: [Finding] = []
  private var hasTold = false
  /// The kind and last line of the newest finding.
  private var last: (kind: FindingKind, line: Int)?
  /// The newest boots, oldest first.
  private(set) var boots: [Boot] = []
  private var kernel = KernelLife()

  var hasOpenReport: Bool { !open.isEmpty }

  mutating func takeFindings() -> [Finding] {
    defer { findings = [] }
    return findings
  }

  mutating func accept(_ line: ConsoleLine) {
    // Each line of a verbose kmemleak carries its name: warn_or_seq_printf() in mm/kmemleak.c.
    guard let rest = line.text.dropping("kmemleak:   ") else { return acceptNamed(line) }
    var named = line
    named.text = rest.trimmedStart
    acceptNamed(named)
  }

  private mutating func acceptNamed(_ line: ConsoleLine) {
    if let boot = Boot(line) { return start(boot, line) }
    kernel.note(line.text, line: line.lines.lowerBound)
    if line.caller == nil, open.count > 1, callers.count(where: { $0 == nil }) > 1 { return acceptAmongUntagged(line) }
    let slot = letOthersPass(callers.firstIndex(of: line.caller) ?? asking(line.caller))
    if let match = line.match {
      // A program that repeats what the kernel says is no second report.
      if line.isGlued, open.contains(where: { $0.message == line.text.string }) { return }
      return begin(match, line, slot)
    }
    let body = BodyLine.classify(line.text)
    if case .cutHere = body { return beginAtCutHere(line, slot) }
    accept(body, line, slot)
  }

  /// Gives a line to its report; a line without one is nobody's.
  mutating func accept(_ body: BodyLine, _ line: ConsoleLine, _ slot: Int?) {
    guard let slot else { return }
    if case .unknown = body {} else { separate(slot) }
    if open[slot].accept(body, line) { close(slot) }
  }

  /// The report that has asked all CPUs for their stacks: each prints its own, under its own name.
  private func asking(_ caller: Caller?) -> Int? {
    guard let caller, !caller.isTask else { return nil }
    return open.firstIndex { $0.hasAskedCPUs }
  }

  mutating func finish() {
    while !open.isEmpty { close(0) }
    findings += quotations
    quotations = []
    if !hasTold, findings.isEmpty { findings = notices }
    notices = []
  }

  /// Tells the other open reports that a line went by; returns where the line's own report is afterwards.
  mutating func letOthersPass(_ slot: Int?) -> Int? {
    guard open.count > (slot == nil ? 0 : 1) else { return slot }
    var slot = slot
    for index in open.indices.reversed() where index != slot {
      sawOthers[index] = true
      guard open[index].pass() else { continue }
      close(index)
      if let own = slot, own > index { slot = own - 1 }
    }
    return slot
  }

  /// A line of another caller between two lines of one report was mixed in.
  mutating func separate(_ slot: Int) {
    if sawOthers[slot] { open[slot].isInterleaved = true }
    sawOthers[slot] = false
  }

  mutating func begin(_ match: ReportPatternMatch, _ line: ConsoleLine, _ slot: Int?) {
    if let slot {
      if open[slot].isContinued(by: match) {
        separate(slot)
        open[slot].adopt(match, line)
        if open[slot].isComplete { close(slot) }
        return
      }
      if open[slot].outranks(match) { return }
      if match.headline.isOneLine, open[slot].isInTrace {
        open[slot].isInterleaved = true
        return tell(OpenReport(match, at: line))
      }
      giveWay(slot, line)
    }
    let isSilent = match.headline.role == .panic && isConsequence(match, line)
    start(OpenReport(match, at: line, isSilent: isSilent), line.caller)
    closeCutOff()
  }

  private func isConsequence(_ match: ReportPatternMatch, _ line: ConsoleLine) -> Bool {
    guard let last, line.lines.lowerBound - last.line < Self.consequenceReach else { return false }
    return PanicReason(match).isConsequence(of: last.kind)
  }

  mutating func beginAtCutHere(_ line: ConsoleLine, _ slot: Int?) {
    if let slot {
      if open[slot].expectsTrap { return }
      giveWay(slot, line)
    }
    start(OpenReport(cutHereAt: line), line.caller)
  }

  private mutating func start(_ report: OpenReport, _ caller: Caller?) {
    if open.count == Self.openLimit { close(0) }
    open.append(report)
    callers.append(caller)
    sawOthers.append(false)
  }

  mutating func close(_ slot: Int) {
    callers.remove(at: slot)
    sawOthers.remove(at: slot)
    tell(open.remove(at: slot))
  }

  private mutating func tell(_ report: OpenReport) {
    guard let finding = report.finding() else { return }
    if finding.fatal { kernel.stop() }
    if report.headline?.isNotice == true {
      if notices.count < Self.quotationLimit { notices.append(finding) }
      return
    }
    if report.mayBeQuotation {
      if quotations.count == Self.quotationLimit { findings.append(quotations.removeFirst()) }
      return quotations.append(finding)
    }
    quotations.removeAll { $0.message == finding.message }
    last = (finding.kind, finding.lastLine)
    hasTold = true
    findings.append(finding)
  }

  /// A kernel ran before the log or the input began.
  mutating func assumeRunning(line: Int) { kernel.start(line: line) }

  private mutating func start(_ boot: Boot, _ line: ConsoleLine) {
    noteStart(at: line)
    if boot.banner.isEmpty { return }
    last = nil
    if boots.count == Self.bootLimit { boots.removeFirst() }
    boots.append(boot)
  }

  /// Says that the kernel which ran is gone; that is a finding when nothing explains it.
  private mutating func noteStart(at line: ConsoleLine) {
    finish()
    if kernel.isRunning(before: line.lines.lowerBound), !line.isArchived { findings.append(.unexpectedReboot(line)) }
    kernel.stop()
  }
}
