package import Model

/// Turns console bytes into findings while they arrive, in memory that does not grow with the log.
package struct DmesgParser: Sendable {
  private let filter: TriggerFilter
  private var splitter = LineSplitter()
  private var joiner: LineJoiner
  private var tracker = ReportTracker()
  private var lineNumber = 0
  private var census = LogCensus()
  private var hasAssumed = false
  /// Whole lines on their way from the joiner to the tracker.
  private var ready: [ConsoleLine] = []

  /// The release that the boot banner or, without one, the first report told.
  package private(set) var kernel: String?

  /// Starts before the first line of a log.
  package init() {
    filter = TriggerFilter()
    joiner = LineJoiner(filter: filter)
  }

  /// The boots so far, oldest first; of more than a thousand the newest.
  package var boots: [Boot] { tracker.boots }

  /// The lines so far.
  package var lineCount: Int { lineNumber }

  /// Reason why "no finding" may mean nothing, by the lines so far; nil when they look like a kernel's.
  package var doubt: LogDoubt? { census.doubt }

  /// A report has begun and more of it is expected.
  package var isInsideReport: Bool { tracker.hasOpenReport || joiner.isHolding }

  /// Takes the next bytes and returns the findings that became complete with them.
  package mutating func feed(_ bytes: some Collection<UInt8>) -> [Finding] {
    if let findings = bytes.withContiguousStorageIfAvailable({ feed(buffer: $0) }) { return findings }
    return Array(bytes).withUnsafeBufferPointer { feed(buffer: $0) }
  }

  /// Takes the next bytes without a copy, for a mapped file or a read buffer.
  package mutating func feed(buffer: UnsafeBufferPointer<UInt8>) -> [Finding] {
    var offset = 0
    while let line = splitter.next(in: buffer, from: &offset) { take(line, of: buffer) }
    return collect()
  }

  /// Says that no more bytes come, and returns what was still open.
  package mutating func finish() -> [Finding] {
    if let line = splitter.finish() { take(line, of: UnsafeBufferPointer(start: nil, count: 0)) }
    joiner.finish(into: &ready)
    deliver()
    tracker.finish()
    return collect()
  }

  private mutating func collect() -> [Finding] {
    let findings = tracker.takeFindings()
    kernel = kernel ?? tracker.boots.last?.release ?? findings.lazy.compactMap(\.kernel).first
    return findings
  }

  private mutating func take(_ line: LineSplitter.Line, of chunk: UnsafeBufferPointer<UInt8>) {
    switch line {
    case .inChunk(let range): take(UnsafeBufferPointer(rebasing: chunk[range]))
    case .assembled(let bytes): bytes.withUnsafeBufferPointer { take($0) }
    }
  }

  private mutating func take(_ raw: UnsafeBufferPointer<UInt8>) {
    lineNumber += 1
    joiner.forgetLines()
    census.note(raw, in: joiner.store)
    if census.sawRunningKernel, !hasAssumed { assumeRunning() }
    guard tracker.hasOpenReport || joiner.isHolding || LineJoiner.endsSoftly(raw) || filter.matches(raw) else { return }
    joiner.accept(raw, number: lineNumber, into: &ready)
    deliver()
  }

  /// The log is cut in front: a kernel prints its banner first.
  private mutating func assumeRunning() {
    hasAssumed = true
    if tracker.boots.isEmpty { tracker.assumeRunning(line: lineNumber) }
  }

  private mutating func deliver() {
    guard !ready.isEmpty else { return }
    var lines: [ConsoleLine] = []
    swap(&lines, &ready)
    // By index: a line is copied by every other way to it.
    lines.withUnsafeBufferPointer { lines in
      for index in lines.indices { tracker.accept(lines[index]) }
    }
    lines.removeAll(keepingCapacity: true)
    swap(&lines, &ready)
  }
}

/// Reads a whole log.
package func findings(in bytes: [UInt8]) -> (kernel: String?, findings: [Finding]) {
  var parser = DmesgParser()
  let findings = parser.feed(bytes) + parser.finish()
  // Reports of two CPUs end in another order than they begin.
  return (parser.kernel, findings.sorted { $0.firstLine < $1.firstLine })
}
