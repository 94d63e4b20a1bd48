import Model

/// Two CPUs that print at once into a log without caller tags: each line goes to the report that it continues best.
extension ReportTracker {
  /// More reports at once cannot be told apart.
  private static let untaggedLimit = 2

  /// The open reports whose lines say nothing of who printed them, the oldest first.
  var untagged: [Int] { callers.indices.filter { callers[$0] == nil } }

  /// A new report begins where another has not ended: another CPU's, unless the log has caller tags.
  mutating func giveWay(_ slot: Int, _ line: ConsoleLine) {
    guard line.caller == nil, open[slot].isMidway else { return close(slot) }
    let slots = untagged
    if slots.count >= Self.untaggedLimit { close(slots[0]) }
  }

  /// Closes a report whose rest is lost, as the newest one shows.
  mutating func closeCutOff() {
    guard open.count > 1, callers.count(where: { $0 == nil }) > 1 else { return }
    let slots = untagged
    guard let newest = slots.last else { return }
    for slot in slots.dropLast().reversed() where !open[slot].canRun(beside: open[newest]) { close(slot) }
  }

  mutating func acceptAmongUntagged(_ line: ConsoleLine) {
    if let match = line.match {
      if line.isGlued, open.contains(where: { $0.message == line.text.string }) { return }
      begin(match, line, letOthersPass(untagged.last { open[$0].isContinued(by: match) } ?? untagged.last))
      return closeCutOff()
    }
    let body = BodyLine.classify(line.text)
    switch body {
    case .cutHere: beginAtCutHere(line, letOthersPass(untagged.last))
    case .task, .programCounter, .traceStart, .frame, .lastBreaking, .endTrace: sort(body, line)
    default: deliver(body, line, to: untagged.last)
    }
    closeCutOff()
  }

  private mutating func sort(_ body: BodyLine, _ line: ConsoleLine) {
    let fits = untagged.map { (slot: $0, fit: open[$0].fit(body)) }
    guard let best = fits.map(\.fit).max(), best != .impossible else {
      for (slot, _) in fits { open[slot].isInterleaved = true }
      return
    }
    let slots = fits.filter { $0.fit == best }.map(\.slot)
    guard slots.count > 1 else { return deliver(body, line, to: slots[0]) }
    switch body {
    case .endTrace: deliver(body, line, to: slots[0])
    // Where both expect the same function it does not matter whose it is.
    case _ where best == .exact: deliver(body, line, to: slots[0])
    case .task, .programCounter:
      for slot in slots { open[slot].isInterleaved = true }
    case .traceStart:
      // Each has a trace to come; its first entry tells whose it is.
      for slot in slots { _ = open[slot].accept(body, line) }
    default:
      for slot in slots { open[slot].acceptDoubtful(body, line) }
    }
  }

  private mutating func deliver(_ body: BodyLine, _ line: ConsoleLine, to slot: Int?) {
    accept(body, line, letOthersPass(slot))
  }
}
