/// The line of a `WARN()` in all its generations.
///
/// `WARNING: CPU: 1 PID: 77 at FILE:LINE FUNCTION` up to 6.18 (`WARNING: at ...` up to 3.10), and
/// `WARNING: [CONDITION] FILE:LINE at FUNCTION, CPU#1: COMM/PID` since 6.19. The file is missing without
/// `CONFIG_DEBUG_BUGVERBOSE`; a function can have its module and build id behind it, from a symbolizer also its place in
/// the source, and people cut the end off. Sources: `__warn()` in `kernel/panic.c`, `bug_get_format()` in `lib/bug.c`.
struct WarningLine {
  /// `FILE:LINE` as printed; an address stands for nothing here.
  private(set) var place: Bytes?
  private(set) var function: TraceEntry?

  /// Maximum length of the condition and the place.
  private static let reach = 1024

  /// nil when the text is no warning of the kernel's, whatever it begins with.
  init?(_ text: Bytes) {
    guard let body = text.dropping("WARNING: ") else { return nil }
    let isRead = body.dropping("CPU: ").map { readNumbered($0) } ?? body.dropping("at ").map { readTail($0) }
    guard isRead ?? readNewForm(body.prefix(Self.reach), in: body) else { return nil }
  }

  /// `1 PID: 77 at FILE:LINE FUNCTION`.
  private mutating func readNumbered(_ body: Bytes) -> Bool {
    guard body.first?.isDigit == true else { return false }
    // The rest of the line is lost: nobody else writes what is there.
    guard let tail = body.after(" at ") else { return body.contains(" PID: ") && body.hasSuffix(" at") }
    return readTail(tail)
  }

  /// `FILE:LINE FUNCTION`, `FUNCTION` or `FILE:LINE`.
  private mutating func readTail(_ tail: Bytes) -> Bool {
    let word = tail.firstWord
    var rest = tail
    if Self.isPlace(word) {
      place = word
      rest = tail.dropFirst(word.count).trimmedStart
      if rest.isEmpty { return true }
    }
    return readFunction(rest) || place != nil || Self.isAddress(word)
  }

  /// `%pS` prints one for code that has no symbol.
  private static func isAddress(_ word: Bytes) -> Bool {
    guard let digits = word.dropping("0x") else { return false }
    return digits.prefix { $0 != UInt8(ascii: ",") }.hexadecimal != nil
  }

  /// `FILE:LINE at FUNCTION, CPU#1: COMM/PID`, with or without a condition; the condition can hold anything.
  private mutating func readNewForm(_ head: Bytes, in body: Bytes) -> Bool {
    var rest = head
    while let mark = rest.firstIndex(of: " at ") {
      let before = head[..<mark]
      let word = before.lastIndex(of: 0x20).map { before[($0 + 1)...] } ?? before
      if Self.isPlace(word), readFunction(body[(mark + 4)...]) {
        place = word
        return true
      }
      rest = head[(mark + 4)...]
    }
    return false
  }

  private mutating func readFunction(_ text: Bytes) -> Bool {
    let end = text.firstIndex(of: ", CPU#") ?? text.endIndex
    let name = text[..<end].trimmed
    if end != text.endIndex || place != nil, name.dropping("0x")?.firstWord.hexadecimal != nil { return true }
    guard let entry = TraceEntry(symbol: name) ?? TraceEntry(symbol: name.firstWord),
      entry.offset != nil || entry.source != nil || entry.isInlined || end != text.endIndex
        || place != nil && Self.isAlone(name)
    else { return false }
    function = entry
    return true
  }

  /// A symbol, and at most its module: more words are the next line's, which a mail program joined.
  private static func isAlone(_ name: Bytes) -> Bool {
    let rest = name.dropFirst(name.firstWord.count).trimmedStart
    return rest.isEmpty || rest.first == UInt8(ascii: "[")
  }

  /// `drivers/a.c:12`; nobody else writes a number behind the colon.
  private static func isPlace(_ word: Bytes) -> Bool {
    guard let colon = word.lastIndex(of: UInt8(ascii: ":")) else { return false }
    return word[..<colon].contains(UInt8(ascii: ".")) && word[(colon + 1)...].decimal != nil
  }
}
