/// Puts lines together again that a mail program or a terminal broke.
///
/// The kernel itself prints lines that look broken, so a line is only continued when what it has is cut short:
/// an address without its symbol, a symbol without its size, a register line without its end; or when both together
/// are a headline that names more than the first one does.
struct LineJoiner: Sendable {
  /// Of the lines that are held and those that were handed out last.
  private(set) var store = LineStore()
  private var decoder = LineDecoder()
  private var records = LogRecordReader()
  private let filter: TriggerFilter
  /// Raw bytes up to a soft line break of quoted-printable.
  private var soft: [UInt8] = []
  private var softStart = 0
  /// A line that the next one may continue.
  private var held: ConsoleLine?
  private var reason = Hold.cut

  /// Reason for holding a line back.
  private enum Hold {
    /// It ends in the middle of something.
    case cut
    /// It ends where a symbol has to follow.
    case place
    /// It is as wide as a terminal and its log has stamps, which the rest of a line lacks.
    case column
    /// It is lockdep's line of a lock before its name or its place.
    case lock
    /// It is whole unless the next one makes a better headline of it.
    case headline
    /// It is whole unless the next one has the place in the source or the mark that belongs to its last symbol.
    case tail
  }

  init(filter: TriggerFilter) { self.filter = filter }

  var isHolding: Bool { !soft.isEmpty || held != nil || records.isInsideMessage }

  /// Forgets the lines that were handed out before; a copy of the joiner gets a store of its own.
  mutating func forgetLines() {
    let isOwn = isKnownUniquelyReferenced(&store)
    if isOwn, held == nil { return store.removeAll() }
    guard !isOwn || store.isFull else { return }
    let next = LineStore()
    if let text = held?.text { held?.text = next.keep(text) }
    store = next
  }

  /// True if the line ends in a soft break; mail programs break at 76 columns.
  static func endsSoftly(_ raw: UnsafeBufferPointer<UInt8>) -> Bool {
    var end = raw.count
    while end > 0, raw[end - 1] == 0x0d { end -= 1 }
    // The kernel draws lines of equals signs; an encoded line feed before the break ends the line.
    if end > 4, raw[end - 4] == UInt8(ascii: "="), raw[end - 3] == UInt8(ascii: "0"), raw[end - 2] == UInt8(ascii: "A")
    {
      return false
    }
    return (60...78).contains(end) && raw[end - 1] == UInt8(ascii: "=") && raw[end - 2] != raw[end - 1]
  }

  /// Takes a raw line and appends the lines that are whole now.
  mutating func accept(_ raw: UnsafeBufferPointer<UInt8>, number: Int, into ready: inout [ConsoleLine]) {
    if Self.endsSoftly(raw), soft.count < LineSplitter.lineLimit {
      if soft.isEmpty { softStart = number }
      soft.append(contentsOf: raw.prefix { $0 != 0x0d }.dropLast())
    } else if soft.isEmpty {
      clean(raw, number...number, into: &ready)
    } else {
      soft.append(contentsOf: raw)
      let whole = soft
      soft = []
      whole.withUnsafeBufferPointer { clean($0, softStart...number, into: &ready) }
    }
  }

  /// Gives up what is held back because the next line could continue it.
  mutating func finish(into ready: inout [ConsoleLine]) {
    let rest = soft
    soft = []
    if !rest.isEmpty { rest.withUnsafeBufferPointer { clean($0, softStart...softStart, into: &ready) } }
    if let held { ready.append(held) }
    held = nil
  }

  private mutating func clean(
    _ raw: UnsafeBufferPointer<UInt8>, _ numbers: ClosedRange<Int>, into ready: inout [ConsoleLine]
  ) {
    let end = raw.lastIndex { $0 != 0x0d }.map { $0 + 1 } ?? 0
    let decoded = decoder.decode(UnsafeBufferPointer(rebasing: raw[..<end]), into: store)
    let quoted = Self.withoutQuoting(decoded)
    switch records.read(quoted) {
    case .other: break
    case .none:
      let line = decoded.trimmedEnd
      clean(line, numbers, fillsTerminal: Self.fillsTerminal(line, after: decoded.count - quoted.count), into: &ready)
    case .message(var bytes, let caller):
      if bytes.count > LineSplitter.lineLimit { bytes.removeLast(bytes.count - LineSplitter.lineLimit) }
      for text in bytes.split(separator: 0x0a).prefix(Self.mostLinesOfRecord) {
        var line = Array(text)
        LineDecoder.removeControls(&line)
        let prefix = LinePrefix(store.keep(line).trimmedEnd, in: store)
        var whole = ConsoleLine(
          lines: numbers, text: prefix.rest, isStamped: true, isArchived: true, caller: prefix.caller ?? caller,
          width: line.count)
        join(&whole, into: &ready)
      }
    }
  }

  /// A record of printk holds at most a kilobyte.
  private static let mostLinesOfRecord = 64

  private static func withoutQuoting(_ line: Bytes) -> Bytes {
    var rest = line
    while rest.first == UInt8(ascii: ">") {
      rest = rest.dropFirst()
      if rest.first == 0x20, rest.dropFirst().first.map({ ">{".utf8.contains($0) }) == true { rest = rest.dropFirst() }
    }
    return rest
  }

  private mutating func clean(
    _ decoded: Bytes, _ numbers: ClosedRange<Int>, fillsTerminal: Bool, into ready: inout [ConsoleLine]
  ) {
    var rest: Bytes? = decoded
    // A line that two CPUs printed into at once; more than a few stamps in one line are no log.
    for _ in 0..<4 {
      guard let text = rest else { return }
      let prefix = LinePrefix(text, in: store)
      rest = prefix.next
      var line = ConsoleLine(
        lines: numbers, text: prefix.rest, isStamped: prefix.isStamped, isArchived: prefix.isArchived,
        caller: prefix.caller, width: decoded.count, fillsTerminal: fillsTerminal)
      join(&line, into: &ready)
    }
  }

  // Lines are handed on in place, because they are copied about otherwise.
  private mutating func join(_ line: inout ConsoleLine, into ready: inout [ConsoleLine]) {
    guard let first = held.take() else { return holdIfCut(&line, into: &ready) }
    guard !line.isStamped, !line.text.isEmpty, first.lines.count < 4 else {
      ready.append(first)
      return holdIfCut(&line, into: &ready)
    }
    // Terminals break at column 80 without regard to words, mail programs between words.
    var joined = first
    joined.text = store.join(first.text, line.text, withBlank: !first.fillsTerminal)
    joined.lines = first.lines.lowerBound...line.lines.upperBound
    (joined.width, joined.fillsTerminal) = (line.width, line.fillsTerminal)
    guard continues(first, line, joined) else {
      ready.append(first)
      return holdIfCut(&line, into: &ready)
    }
    holdIfCut(&joined, into: &ready)
  }

  private func continues(_ first: ConsoleLine, _ line: ConsoleLine, _ joined: ConsoleLine) -> Bool {
    switch reason {
    case .cut, .column: true
    case .place: Self.isEntry(line.text)
    case .lock: line.text.first == UInt8(ascii: "(") || line.text.hasPrefix("at:")
    case .tail: Self.isTail(line.text)
    // Two headlines of one report, as `kernel BUG at` and `Oops: invalid opcode:`, are two lines.
    case .headline where first.match != nil && ReportPatternMatch(in: line.text) != nil: false
    // Anything may follow a panic.
    case .headline where first.match?.headline.role == .panic: Self.isBetterHeadline(joined.text, than: first.text)
    case .headline:
      // Trackers and people put the function behind `in`, kernels do not.
      Self.isTail(line.text) || line.text.hasPrefix("in ") || Self.isBetterHeadline(joined.text, than: first.text)
        || Self.isRestOfSentence(line, after: first)
    }
  }

  /// True for an entry of a trace, and not for a program's words that came in between.
  private static func isEntry(_ text: Bytes) -> Bool {
    guard let entry = TraceEntry(parsing: text) else { return false }
    return entry.offset != nil || entry.address != nil || entry.source != nil || entry.isInlined || entry.isIncomplete
  }

  private static let terminalWidth = 80

  /// True of a line that is as wide as a terminal, alone or without the marks of a quotation, behind which a blank can
  /// stand.
  private static func fillsTerminal(_ line: Bytes, after marks: Int) -> Bool {
    let quoted = line.dropFirst(marks)
    return line.count == terminalWidth
      || marks > 0
        && (quoted.count == terminalWidth
          || quoted.count == terminalWidth + 1 && quoted.first == 0x20)
  }

  /// `drivers/a.c:12 [inline]`, or the end of that: no line of a log begins so.
  private static func isTail(_ text: Bytes) -> Bool {
    let word = text.firstWord
    if word.elementsEqual("[inline]".utf8) { return true }
    return word.contains("/") && TraceEntry.source(word) != nil && word.last?.isDigit == true
  }

  /// A headline that ends in free text goes on, when the next word would not have fitted on its line.
  private static func isRestOfSentence(_ line: ConsoleLine, after first: ConsoleLine) -> Bool {
    guard first.width + 1 + line.text.firstWord.count >= narrowest, case .unknown = BodyLine.classify(line.text),
      let match = ReportPatternMatch(in: first.text), !line.mayBeHeadline
    else { return false }
    return match.headline.endsInFreeText
  }

  /// Mail programs break lines at 65 columns or more.
  private static let narrowest = 65

  private mutating func holdIfCut(_ line: inout ConsoleLine, into ready: inout [ConsoleLine]) {
    line.findHeadline(filter)
    if line.mayBeHeadline, line.match == nil, let start = GluedHeadline.start(in: line.text) {
      var front = line
      (front.text, front.mayBeHeadline) = (line.text[..<start].trimmedEnd, false)
      ready.append(front)
      (line.text, line.isGlued) = (line.text[start...], true)
      line.findHeadline(filter)
    }
    if let hold = Self.hold(for: line) { (held, reason) = (line, hold) } else { ready.append(line) }
  }

  /// nil for a line that is whole.
  private static func hold(for line: ConsoleLine) -> Hold? {
    if isCut(line) { return .cut }
    if awaitsPlace(line.text) { return .place }
    if line.isStamped, line.fillsTerminal { return .column }
    if mayBeCutLock(line.text) { return .lock }
    if mayBeCutHeadline(line) { return .headline }
    return mayLackTail(line) ? .tail : nil
  }

  /// The line ends in a symbol without an offset, or in the place of one, and is as long as a wrapped one.
  private static func mayLackTail(_ line: ConsoleLine) -> Bool {
    guard (40...widest).contains(line.width), !line.text.suffix(64).contains("+0x") else { return false }
    return endsInPlace(line.text) || line.text.contains(" at: ")
  }

  /// Of a place in the source, with or without its line.
  private static func endsInPlace(_ text: Bytes) -> Bool {
    guard let end = text.last, end.isDigit || end == UInt8(ascii: "?") else { return false }
    let last = text.lastIndex(of: 0x20).map { text[($0 + 1)...] } ?? text
    return last.contains(UInt8(ascii: "/")) && TraceEntry.source(last) != nil
  }

  /// No mail program and no terminal breaks further to the right.
  private static let widest = 100

  /// True if the line is the start of a headline, or a whole one that names neither function nor place.
  private static func mayBeCutHeadline(_ line: ConsoleLine) -> Bool {
    guard line.mayBeHeadline, line.width <= Self.widest else { return false }
    guard let match = line.match else { return line.text.first != UInt8(ascii: "-") }
    // Nothing may follow a panic, which ends a trial as soon as it is read.
    if match.headline.role == .panic { return ReportPattern.isStartOfPanic(line.text) }
    if match.headline.endsInFreeText { return true }
    // A symbolizer has put a place or a mark where the offset was, and a race names two functions.
    return match.function == nil || !line.text.contains("+0x")
  }

  private static func isBetterHeadline(_ joined: Bytes, than first: Bytes) -> Bool {
    guard let match = ReportPatternMatch(in: joined) else { return false }
    guard let before = ReportPatternMatch(in: first) else { return true }
    if match.headline !== before.headline { return match.headline.pattern.isLonger(than: before.headline.pattern) }
    return match.function != nil && before.function == nil
  }

  private static func isCut(_ line: ConsoleLine) -> Bool {
    let text = line.text
    switch text.first {
    case UInt8(ascii: "K"):
      if text.hasPrefix("Krnl PSW") {
        return line.width <= 80 && !text.contains(")") && !text.hasSuffix(" 0x2") && text.count > 20
      }
      if text.hasPrefix("Kernel panic") {
        return [":", " can't", ": panic_on_warn", ": Corrupt kernel", ": Corrupt kernel stack,"].contains {
          text.hasSuffix($0)
        }
      }
    case UInt8(ascii: "C"):
      if text.hasPrefix("CPU: ") { return line.width > 40 && TaskContext(cpuLine: text)?.isIncomplete == true }
    // The task's state as `might_sleep()` prints it.
    case UInt8(ascii: "i"):
      if text.hasPrefix("in_atomic(): ") { return !text.contains(" name: ") }
    case UInt8(ascii: "W"):
      if text.hasPrefix("WARNING: ") && isCutWarning(text, line.width) { return true }
    default: break
    }
    // The task of KASAN's second line.
    if text.last == UInt8(ascii: "k"), text.hasSuffix(" by task") { return true }
    return mayBeCutEntry(text) && TraceEntry(parsing: text)?.isIncomplete == true
  }

  /// ` at:` of lockdep, the address and the mark before a symbol, and the names of program counters.
  private static func awaitsPlace(_ text: Bytes) -> Bool {
    guard let last = text.last else { return false }
    switch last {
    case UInt8(ascii: ":"): return text.hasSuffix(" at:") || text.elementsEqual("RIP:".utf8)
    case UInt8(ascii: "]"): return text.hasSuffix(">]") && text.suffix(24).contains("[<")
    case UInt8(ascii: "t"): return text.elementsEqual("PC is at".utf8)
    // The mark of a stale frame.
    case UInt8(ascii: "?"): return text.hasSuffix(">] ?") || text.elementsEqual("?".utf8)
    default: return false
    }
  }

  /// `000003ffe1c0a4d8`, `... (&w->lock){+.+.}-{4:4},`.
  private static func mayBeCutLock(_ text: Bytes) -> Bool {
    guard let last = text.last else { return false }
    if last == UInt8(ascii: ",") { return text.suffix(80).contains("){") }
    guard last.hexDigit != nil, text.count < 24 else { return false }
    let address = text.first == UInt8(ascii: "#") ? text.after(": ") ?? text : text
    return (8...18).contains(address.count) && address.hexadecimal != nil
  }

  /// Cheaper than reading the entry, because this is asked for every line of every report.
  private static func mayBeCutEntry(_ text: Bytes) -> Bool {
    if text.last == UInt8(ascii: "]") { return text.count < 30 || text.index(of: 0x20) == nil }
    let tail = text.suffix(32)
    guard let plus = tail.lastIndex(of: UInt8(ascii: "+")) else { return false }
    guard let slash = tail[plus...].index(of: UInt8(ascii: "/")) else { return true }
    let size = tail[(slash + 1)...]
    return !size.hasPrefix("0x") || size.count == 2
  }

  private static func isCutWarning(_ text: Bytes, _ width: Int) -> Bool {
    (60...80).contains(width) && text.contains(" at ") && !text.contains("+0x") && !text.contains("(")
  }
}
