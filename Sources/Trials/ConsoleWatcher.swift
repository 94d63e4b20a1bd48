import Dmesg
import Foundation
import Model
import Synchronization

/// Reads a console's file while it grows, and says when what stands there ends the trial.
final class ConsoleWatcher: Sendable {
  private struct State {
    var parser = DmesgParser()
    var offset = 0
    var lastGrowth = ContinuousClock.now
    var firstCounted: ContinuousClock.Instant?
    // Words of the runner's since then, each of another second of guest time.
    var beats = 0
    var findings: [Finding] = []
    var repeats = 0
    var uncounted: String?
    var early: [Finding] = []
    // Letters of the kernel's taint that a finding stands for.
    var explainedTaint: Set<Character> = []
    var marks: ConsoleMarks
    // Where the scenario began when the console has lost the mark that says so.
    var assumedStart: Int?
    var lines = 0
    // The last line that the guest printed by itself; nil while it is left alone.
    var lastOwnLine: Int?
    var readError: Int32?

    // The line with which the scenario began; nil before it.
    var start: Int? { marks.firstLine ?? assumedStart }
  }

  private let path: String
  private let limits: TrialLimits
  private let settle: Duration
  private let awaitsEnd: Bool
  private let continuesAfter: Set<FindingKind>
  let counts: @Sendable (Finding) -> Bool
  private let state: Mutex<State>

  /// - Parameters:
  ///   - nonce: in the marks of this trial.
  ///   - awaitsEnd: a guest with a finding may come to its own end first, for 20 s of its time and 30 s of the host's:
  ///     one that is ended at a time of the host's has another length of console in each trial.
  ///   - continuesAfter: kinds of findings that end nothing by themselves.
  init(
    path: String, nonce: String, limits: TrialLimits, settle: Duration, awaitsEnd: Bool,
    continuesAfter: Set<FindingKind> = [], counts: @escaping @Sendable (Finding) -> Bool
  ) {
    state = Mutex(State(marks: ConsoleMarks(nonce: nonce)))
    self.path = path
    self.limits = limits
    self.settle = settle
    self.awaitsEnd = awaitsEnd
    self.continuesAfter = continuesAfter
    self.counts = counts
  }

  /// The first finding that counts of each signature, and how many more there were of the same, since the scenario began.
  var findings: (kept: [Finding], repeats: Int) { state.withLock { ($0.findings, $0.repeats) } }

  /// The title of the first finding that does not count.
  var uncounted: String? { state.withLock { $0.uncounted } }

  /// Kernel reports before the scenario started, and would count.
  var early: [Finding] { state.withLock { $0.early } }

  /// True if a report since the scenario began, counted or not, is of a kind that taints the kernel.
  var explainedTaint: Set<Character> { state.withLock { $0.explainedTaint } }

  /// True if the console has the first mark.
  var hasBegun: Bool { state.withLock { $0.start != nil } }

  /// Notes that the scenario has begun; for a console that lost the mark that says where.
  ///
  /// The kernel keeps lines back for a moment (drivers/s390/char/sclp_vt220.c), so the mark is waited for, 5 s at most.
  func begin() async throws {
    await catchUp()
    let (deadline, lines) = (ContinuousClock.now + .seconds(5), lines)
    while state.withLock({ $0.marks.firstLine == nil }) {
      await catchUp()
      if ContinuousClock.now > deadline { return state.withLock { $0.assumedStart = lines } }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// True if all marks up to a number are there.
  func hasMarks(upTo last: Int) -> Bool { state.withLock { $0.marks.missing(upTo: last).isEmpty } }

  /// Reason why the console does not vouch for what happened up to a mark; nil when it does.
  func gap(upTo last: Int) -> String? {
    state.withLock { state in
      let missing = state.marks.missing(upTo: last)
      if let first = missing.first {
        let verb = missing.count == 1 ? "is" : "are"
        return
          "console lost output: \(missing.count) of the runner's \(last) marks \(verb) not there, the first is \(first)"
      }
      return state.marks.isDropped ? "console lost output: the kernel says that it dropped messages" : nil
    }
  }

  /// Number of kernel starts in the console, as far as it says so.
  var boots: Int { state.withLock { $0.parser.boots.count } }

  /// Number of lines, at least 1.
  var lines: Int { max(1, state.withLock { $0.lines }) }

  /// Reason why the console cannot vouch for the kernel; nil when it can.
  var problem: String? {
    state.withLock { state in
      if let error = state.readError { return "the console cannot be read: \(String(cString: strerror(error)))" }
      return state.offset == 0 ? "the console is empty" : nil
    }
  }

  /// True if nothing was printed yet.
  var isEmpty: Bool { state.withLock { $0.offset == 0 } }

  /// Time since the last output.
  var quiet: Duration { state.withLock { $0.lastGrowth.duration(to: .now) } }

  /// Watches until the console itself ends the trial; nil when cancelled.
  func watch() async -> EndReason? {
    while !Task.isCancelled {
      let end = await read()
      if let end { return end }
      try? await Task.sleep(for: .milliseconds(25))
    }
    return nil
  }

  /// Reads what there is now.
  func catchUp() async { _ = await read() }

  /// Notes that the runner is at work, which it says at most once in a second of guest time.
  func heartbeat() { state.withLock { if $0.firstCounted != nil { $0.beats += 1 } } }

  /// Says that the guest will be made to print: reports that begin from here on do not count.
  func ignoreFurtherReports() { state.withLock { $0.lastOwnLine = $0.lines } }

  /// Reads what is left when the guest is gone.
  func drain() async {
    var before = -1
    while before != state.withLock({ $0.offset }), state.withLock({ $0.offset }) < limits.consoleBytes {
      before = state.withLock { $0.offset }
      _ = await read()
    }
    state.withLock { state in keep(state.parser.finish(), in: &state) }
  }

  // One step: whatever has been written since the last one, up to a cap.
  @concurrent private func read() async -> EndReason? {
    let offset = state.withLock { $0.offset }
    let (bytes, size, error) = readFile(path, from: offset, count: 1 << 20)
    return state.withLock { state in
      // QEMU makes the file a little after the guest was started.
      if error != ENOENT || state.offset > 0 { state.readError = error }
      // Another reader may have taken the same bytes meanwhile; each counts once.
      if !bytes.isEmpty, state.offset == offset {
        state.offset += bytes.count
        state.lines += bytes.count { $0 == UInt8(ascii: "\n") }
        // Before the findings, which may stand on either side of the first mark.
        state.marks.feed(bytes)
        keep(state.parser.feed(bytes), in: &state)
        state.lastGrowth = .now
      }
      // Some reports end only where another line begins, which may never come.
      if state.parser.isInsideReport, state.lastGrowth.duration(to: .now) >= settle + .seconds(1) {
        keep(state.parser.finish(), in: &state)
      }
      return judge(state, size: size)
    }
  }

  private func keep(_ fresh: [Finding], in state: inout State) {
    for finding in fresh {
      if let last = state.lastOwnLine, finding.firstLine > last { continue }
      let isEarly = state.start.map { finding.firstLine <= $0 } ?? true
      if !isEarly { state.explainedTaint.formUnion(finding.kind.taint) }
      guard counts(finding) else {
        state.uncounted = state.uncounted ?? finding.title
        continue
      }
      if state.firstCounted == nil, !continuesAfter.contains(finding.kind) { state.firstCounted = .now }
      if isEarly {
        let isKnown = state.early.contains { $0.signature == finding.signature }
        if !isKnown && state.early.count < limits.findings { state.early.append(finding) } else { state.repeats += 1 }
        continue
      }
      let isNew = !state.findings.contains { $0.signature == finding.signature }
      if isNew && state.findings.count < limits.findings {
        state.findings.append(finding)
      } else {
        state.repeats += 1
      }
    }
  }

  private func judge(_ state: State, size: Int) -> EndReason? {
    // The file's size counts, not what has been read of it: the disk is to be spared.
    if max(size, state.offset) >= limits.consoleBytes { return state.firstCounted == nil ? .flood : .storm }
    guard let first = state.firstCounted else { return nil }
    // What came before the scenario lets the guest go on to it, but no further.
    if !state.early.isEmpty, state.findings.isEmpty, state.start == nil {
      return state.early.count + state.repeats > limits.findings ? .storm : nil
    }
    if state.findings.count + state.repeats > limits.findings { return .storm }
    let since = first.duration(to: .now)
    // A report under way gets a little longer, but not for ever: it may never end.
    let patience = state.parser.isInsideReport ? settle + .seconds(2) : settle
    if awaitsEnd, state.beats < 20, since < patience + .seconds(30) { return nil }
    return since >= patience ? .finding : nil
  }
}

/// Up to `count` bytes of a file from `offset`, the file's size, and why it cannot be read; nil when it can.
private func readFile(_ path: String, from offset: Int, count: Int) -> (bytes: [UInt8], size: Int, error: Int32?) {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
  guard descriptor >= 0 else { return ([], 0, errno) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { return ([], 0, errno) }
  let size = Int(status.st_size)
  guard size > offset else { return ([], size, nil) }
  var error: Int32?
  let bytes = [UInt8](unsafeUninitializedCapacity: min(count, size - offset)) { buffer, used in
    let got = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
    if got < 0 { error = errno }
    used = max(0, got)
  }
  return (bytes, size, error)
}
