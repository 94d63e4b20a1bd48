import Model

/// The first line of a kind of report: how to know it, and what to make of the report.
///
/// A class, because one is handed around for every line and never changes.
final class ReportPattern: Sendable {
  /// The line's place in a report that begins with several: `refcount_t: ...`, `WARNING: ...`, `Oops: ...`, panic.
  enum Role: Int, Sendable, Comparable {
    case text, fault, die, panic
    static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
  }

  /// Source of the title's function.
  enum Blame: Sendable {
    /// The function that the headline prints, when it is not machinery, else the trace.
    case headline
    /// The first frame of the trace that is not machinery.
    case trace
    /// The place that lockdep names (`at: foo`), else the trace.
    case site
    /// The first of two places that is no machinery: of the lock that is taken, of the one that is held; else the trace.
    case sites
    /// First user of the lock in an interrupt (`... which became HARDIRQ-irq-safe at:`), or asked for the page; else
    /// the trace.
    case usage
    /// Entry point called by the kernel's dispatcher: the place of a stall is chance, its entry point is not.
    case entry
    case nobody
  }

  /// Marks of the end of the report.
  enum Ending: Sendable {
    /// `---[ end trace ]---`.
    case marker
    /// A line of equals signs.
    case rule
    /// Nothing: other lines follow.
    case quiet
  }

  /// Parser of the line; the pattern is for those that need no more than one.
  enum Reader: Sendable { case pattern, warning, die }

  let pattern: LinePattern
  let reader: Reader
  let kind: FindingKind
  /// `{1}` and `{2}` are the pattern's texts, `{access}` is Read or Write, `{function}` the guilty function; a part
  /// in front of ` in {function}` stands alone when no function is known.
  let title: String
  /// Of its class of titles.
  let rule: TitleRule
  let role: Role
  let blame: Blame
  let ending: Ending
  /// Tells apart bugs of one kind in one function, see docs/signatures.md; the pattern's first text goes between the
  /// parts.
  let bugClass: [String]
  /// The title tells whether memory was read or written.
  let namesAccess: Bool
  /// The next line says the reason, which the title holds.
  let reasonFollows: Bool
  /// The wording alone is too common: the place must be one.
  let needsLocation: Bool
  let architecture: BodyLine.Architecture?
  /// The report's stack is that of a `WARN()` in the code that reports.
  let endsInWarning: Bool
  /// The wording alone is no report where it stands without a stamp and without a stack.
  let needsLog: Bool
  /// The kernel went on as if nothing had been: a finding where the log has no other.
  let isNotice: Bool

  init(
    _ wording: String, _ kind: FindingKind, _ title: String, role: Role = .fault, blame: Blame = .trace,
    ending: Ending = .quiet, bugClass: String? = nil, architecture: BodyLine.Architecture? = nil,
    needsLocation: Bool = false, endsInWarning: Bool = false, needsLog: Bool = false, isNotice: Bool = false,
    reader: Reader = .pattern
  ) {
    pattern = LinePattern(wording)
    self.reader = reader
    self.endsInWarning = endsInWarning
    self.needsLog = needsLog
    self.isNotice = isNotice
    self.kind = kind
    self.title = title
    rule = TitleRule.of(title)
    self.role = role
    self.blame = blame
    self.ending = ending
    let parts = bugClass ?? title
    self.bugClass =
      parts.holds("{1}") ? parts.split(separator: "{1}", omittingEmptySubsequences: false).map(String.init) : [parts]
    self.architecture = architecture
    self.needsLocation = needsLocation
    namesAccess = title.holds("{access}")
    reasonFollows = wording.hasPrefix("rust_kernel: ")
  }

  /// The title takes what stands at the end of the line, whatever it is.
  ///
  /// A panic's does too, but nothing may follow it.
  var endsInFreeText: Bool { bugClass == ["slab"] && pattern.wording.hasSuffix("{}") }

  /// Nothing that the report needs follows its first line.
  var isOneLine: Bool { blame == .nobody && role == .fault && ending == .quiet }

  /// Every headline, the more exact wording first.
  static let all: [ReportPattern] =
    memory + faults + programChecks + [anyOops] + locking + stalls + warnings + states + panics

  /// nil when the text is no such line.
  func match(_ text: Bytes) -> LinePattern.Match? {
    switch reader {
    case .pattern: return pattern.match(text)
    case .warning:
      guard let line = WarningLine(text) else { return nil }
      return LinePattern.Match(
        captures: [line.place ?? Bytes()], function: line.function?.name, isInlined: line.function?.isInlined == true)
    case .die: return DieLine(text).map { LinePattern.Match(captures: [$0.reason]) }
    }
  }

  /// True if the text is the beginning of a longer panic's fixed words.
  static func isStartOfPanic(_ text: Bytes) -> Bool {
    panics.contains { panic in
      let words = panic.pattern.wording.utf8
      return words.starts(with: text) && !words.prefix(text.count + 1).dropFirst(text.count).isEmpty
    }
  }

  /// Those that can match a line which starts with the byte; a line is asked for only a few of them.
  static let byFirstByte: [[ReportPattern]] = (0...255).map { byte in
    all.filter { ($0.pattern.firstByte ?? UInt8(byte)) == UInt8(byte) }
  }
}

/// A headline found in a line.
struct ReportPatternMatch: Sendable {
  var headline: ReportPattern
  var captures: [String]
  var function: String?
  /// A symbolizer printed the line for a function that is inlined, and prints it again for the one that holds it.
  var isInlined: Bool
  /// Text of a panic after its fixed words.
  var panicReason: String?

  /// Looks for a headline at the start of the kernel's text, or behind the names that subsystems put there.
  init?(in text: Bytes) {
    let body = Self.withoutSubsystem(text)
    guard let first = body.first else { return nil }
    for headline in ReportPattern.byFirstByte[Int(first)] {
      guard let match = headline.match(body), Self.isReal(match, of: headline), !IgnoredLines.contains(body)
      else { continue }
      self.headline = headline
      captures = match.captures.map { $0.trimmed.string }
      function = match.function.map { RustName.readable($0.string) }
      isInlined = match.isInlined || body.contains("[inline]")
      if headline.role == .panic { panicReason = body.after("not syncing: ")?.string }
      return
    }
    return nil
  }

  /// `file.c:12`, when the headline has it; UBSAN adds a column.
  var location: String? {
    captures.lazy.compactMap { $0.withBytes(Self.place) }.first
  }

  private static func place(_ text: Bytes) -> String? {
    guard let colon = text.index(of: UInt8(ascii: ":")), text.index(of: 0x20) == nil,
      text[..<colon].index(of: UInt8(ascii: ".")) != nil
    else { return nil }
    let line = text[(colon + 1)...].prefix { $0 != UInt8(ascii: ":") }
    return line.decimal == nil ? nil : text[..<line.endIndex].string
  }

  /// Trackers and mails name bugs with the words of headlines; only kernels print places and take no `in foo`.
  private static func isReal(_ match: LinePattern.Match, of headline: ReportPattern) -> Bool {
    if headline.role != .text, match.rest.contains(" in ") || match.rest.hasSuffix(" in") { return false }
    // Without words in front that are its own, a headline has to be the whole line.
    if headline.reader == .pattern, headline.pattern.firstByte == nil, !match.rest.isEmpty { return false }
    guard headline.needsLocation else { return true }
    guard let place = match.captures.first, let colon = place.lastIndex(of: UInt8(ascii: ":")) else {
      return match.captures.first?.contains("+0x") == true
    }
    return place[(colon + 1)...].firstWord.first?.isDigit == true
  }

  private static func withoutSubsystem(_ text: Bytes) -> Bytes {
    var body = text
    for prefix: StaticString in ["[ ", "rcu: ", "watchdog: ", "NMI watchdog: ", "EDAC ", "softirq: ", "kobject: "] {
      if let rest = body.dropping(prefix) { body = rest }
    }
    return body
  }
}
