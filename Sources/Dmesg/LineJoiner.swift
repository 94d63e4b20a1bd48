/// Puts lines together again that a mail program or a terminal broke.
///
/// The kernel itself prints lines that look broken, so a line is only continued when what it has is cut short:
/// an address without its symbol, a symbol without its size, a register line without its end.
struct LineJoiner: Sendable {
  private var decoder = LineDecoder()
  /// Raw bytes up to a soft line break of quoted-printable.
  private var soft: [UInt8] = []
  private var softStart = 0
  /// A line that the next one may continue.
  private var held: ConsoleLine?

  var isHolding: Bool { !soft.isEmpty || held != nil }

  /// Whether the line ends in a soft break; mail programs break at 76 columns.
  static func endsSoftly(_ raw: UnsafeBufferPointer<UInt8>) -> Bool {
    var end = raw.count
    while end > 0, raw[end - 1] == 0x0d { end -= 1 }
    // The kernel draws lines of equals signs.
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
    let decoded = decoder.decode(raw)[...].trimmedEnd
    var rest: Bytes? = decoded
    // A line that two CPUs printed into at once; more than a few stamps in one line are no log.
    for _ in 0..<4 {
      guard let text = rest else { return }
      let prefix = LinePrefix(text)
      rest = prefix.next
      join(
        ConsoleLine(
          lines: numbers, text: prefix.rest, isStamped: prefix.isStamped, caller: prefix.caller, width: decoded.count),
        into: &ready)
    }
  }

  private mutating func join(_ line: ConsoleLine, into ready: inout [ConsoleLine]) {
    guard var first = held else { return holdIfCut(line, into: &ready) }
    held = nil
    guard !line.isStamped, !line.text.isEmpty, first.lines.count < 4 else {
      ready.append(first)
      return holdIfCut(line, into: &ready)
    }
    // Terminals break at column 80 without regard to words, mail programs between words.
    let glue: Bytes = first.width == 80 ? [] : [0x20]
    first.text = first.text + glue + line.text
    first.lines = first.lines.lowerBound...line.lines.upperBound
    first.width = line.width
    holdIfCut(first, into: &ready)
  }

  private mutating func holdIfCut(_ line: ConsoleLine, into ready: inout [ConsoleLine]) {
    if Self.isCut(line) { held = line } else { ready.append(line) }
  }

  private static func isCut(_ line: ConsoleLine) -> Bool {
    let text = line.text
    if text.hasPrefix("Krnl PSW") {
      return line.width <= 80 && !text.contains(")") && !text.hasSuffix(" 0x2") && text.count > 20
    }
    if text.hasPrefix("CPU: ") { return TaskContext(cpuLine: text)?.isIncomplete == true && line.width > 40 }
    if text.hasPrefix("Kernel panic") { return text.hasSuffix(":") || text.hasSuffix(" can't") }
    if text.hasSuffix(" at:") || text.hasPrefix("WARNING: ") && isCutWarning(text, line.width) { return true }
    return mayBeCutEntry(text) && TraceEntry(parsing: text)?.isIncomplete == true
  }

  /// Cheaper than reading the entry, because this is asked for every line of every report.
  private static func mayBeCutEntry(_ text: Bytes) -> Bool {
    if text.last == UInt8(ascii: "]") { return text.count < 30 || text.index(of: 0x20) == nil }
    let tail = text.suffix(32)
    guard let plus = tail.lastIndex(of: UInt8(ascii: "+")) else { return false }
    guard let size = tail[plus...].after("/0x") else { return true }
    return size.isEmpty
  }

  private static func isCutWarning(_ text: Bytes, _ width: Int) -> Bool {
    (60...80).contains(width) && text.contains(" at ") && !text.contains("+0x") && !text.contains("(")
  }
}
