/// Takes off what stands before the kernel's text: quote marks, levels, time stamps, callers, log daemons, z/VM.
struct LinePrefix {
  private(set) var rest: Bytes
  private(set) var isStamped = false
  /// The stamp is that of printk itself, behind which only the kernel's text stands.
  private var isKernels = false
  /// True if the removed prefix shows that a kernel printed the line.
  private(set) var namesKernel = false
  /// A log daemon's or the journal's words came off, or a quotation's mark.
  private(set) var isArchived = false
  private(set) var caller: Caller?
  /// A second line that another CPU printed into this one.
  private(set) var next: Bytes?

  private static let bracket = [UInt8(ascii: "]")]

  /// - Parameter store: keeps the line, and what of it has to be written anew.
  init(_ line: Bytes, in store: LineStore) {
    rest = line
    if let stamp = PrintkStamp(line) {
      (isStamped, isKernels, namesKernel, caller) = (true, true, true, stamp.caller)
      rest = line[stamp.end...]
      if stamp.endsPrefix { return }
    }
    strip(store)
    if !isStamped, let stamped = Self.gluedClock(in: rest) {
      rest = stamped
      strip(store)
    }
    if let glued = Self.gluedStamp(in: rest) {
      if isStamped { next = glued } else { rest = glued }
      if next == nil { strip(store) } else { rest = rest[..<glued.startIndex] }
    }
    rest = rest.trimmed
  }

  /// Every log has its own order and number of prefixes, so each is tried until none fits.
  private mutating func strip(_ store: LineStore) {
    while true {
      rest = rest.trimmedStart
      guard let first = rest.first else { return }
      let before = rest.count
      switch first {
      case UInt8(ascii: ">"), UInt8(ascii: "|"):
        rest = rest.dropFirst()
        isArchived = true
      case UInt8(ascii: "<"): stripLevel()
      case UInt8(ascii: "("): stripTask()
      case UInt8(ascii: "/"): stripFileName()
      case UInt8(ascii: "["): stripBracket(from: rest.dropFirst(), closing: Self.bracket)
      case UInt8(ascii: "c"), 0xef:
        stripDamagedBracket(store)
        if rest.count == before { stripConsoleOrDaemon(first) }
      default: stripConsoleOrDaemon(first)
      }
      if rest.count == before { return }
    }
  }

  /// `/var/log/messages:` before a log daemon's stamp, from grep.
  private mutating func stripFileName() {
    guard !isStamped, let end = rest.firstWord.index(of: UInt8(ascii: ":")),
      ClockStamp.rest(after: rest[(end + 1)...]) != nil
    else { return }
    rest = rest[(end + 1)...]
  }

  /// `(0)[700:cat]` behind a stamp: the CPU and the task, in MediaTek's kernels.
  private mutating func stripTask() {
    guard isKernels, caller == nil, let end = rest.prefix(48).index(of: UInt8(ascii: "]")),
      let open = rest[..<end].firstIndex(of: ")["), rest[(rest.startIndex + 1)..<open].decimal != nil
    else { return }
    let pid = rest[(open + 2)..<end].prefix { $0.isDigit }
    guard let number = pid.decimal, rest[pid.endIndex] == UInt8(ascii: ":") else { return }
    caller = Caller(task: number)
    rest = rest[(end + 1)...]
  }

  /// `<4>`, from /proc/kmsg or a serial capture of it, and the version that RFC 5424 puts behind it.
  private mutating func stripLevel() {
    let body = rest.dropFirst()
    let digits = body.prefix { $0.isDigit }
    guard (1...3).contains(digits.count), body.dropFirst(digits.count).first == UInt8(ascii: ">") else { return }
    rest = body.dropFirst(digits.count + 1)
    namesKernel = true
    if let stamped = rest.dropping("1 "), let structured = Self.structured(stamped) {
      rest = structured
      isStamped = true
    }
  }

  /// The bytes after `TIMESTAMP HOST kernel PROCID MSGID STRUCTURED-DATA ` (RFC 5424 section 6).
  private static func structured(_ text: Bytes) -> Bytes? {
    let words = text.split(separator: 0x20, maxSplits: 5, omittingEmptySubsequences: false)
    guard words.count == 6, words[2].elementsEqual("kernel".utf8),
      words[0].elementsEqual("-".utf8) || ClockStamp.isWhole(words[0])
    else { return nil }
    guard words[5].first == UInt8(ascii: "[") else { return words[5].dropFirst() }
    return words[5].after("] ")
  }

  private mutating func stripBracket(from body: Bytes, closing: [UInt8]) {
    // Most often the address of a trace's line.
    if body.first == UInt8(ascii: "<"), let next = body.dropFirst().first, !next.isBlank { return }
    guard let end = body.prefix(64).index(of: closing[0]), closing.count == 1 || body[end...].starts(with: closing)
    else { return }
    let content = body[..<end].trimmed
    if Self.isStamp(content) {
      isStamped = true
      isKernels = true
      namesKernel = true
    } else if let caller = Caller(content) {
      self.caller = caller
      isStamped = true
      isKernels = true
      namesKernel = true
    } else if !isKernels, ClockStamp.isWhole(content) {
      isStamped = true
    } else {
      return
    }
    rest = body[(end + closing.count)...]
  }

  /// What copying makes of the characters that ``CodePage`` knows: `c` for `¢`, and the sign for what can't be shown.
  private mutating func stripDamagedBracket(_ store: LineStore) {
    for (open, close) in [("c", "!"), ("\u{fffd}", "\u{fffd}")] {
      guard rest.starts(with: open.utf8) else { continue }
      let before = rest.count
      stripBracket(from: rest.dropFirst(open.utf8.count), closing: Array(close.utf8))
      if rest.count != before { return rest = Self.restoreBrackets(rest, open: open, close: close, store) }
    }
  }

  /// Turns `c<000003ff80>! foo cmod!` back into what was printed; only the two places where brackets matter.
  private static func restoreBrackets(_ text: Bytes, open: String, close: String, _ store: LineStore) -> Bytes {
    let trimmed = text.trimmed
    var body = trimmed
    var result: [UInt8] = []
    if body.first == UInt8(ascii: "(") {
      result.append(UInt8(ascii: "("))
      body = body.dropFirst()
    }
    guard body.starts(with: Array((open + "<").utf8)), let end = body.firstIndex(of: UInt8(ascii: ">")) else {
      return text
    }
    result += Array("[".utf8) + body[body.firstIndex(of: UInt8(ascii: "<"))!...end] + Array("]".utf8)
    body = body[(end + 1)...].dropFirst(close.utf8.count)
    if body.suffix(close.utf8.count).elementsEqual(close.utf8), let blank = body.lastIndex(of: 0x20),
      body[(blank + 1)...].starts(with: open.utf8)
    {
      let module = body[(blank + 1)...].dropFirst(open.utf8.count).dropLast(close.utf8.count)
      result += body[...blank] + Array("[".utf8) + module + Array("]".utf8)
    } else {
      result += body
    }
    return store.keep(result)
  }

  private mutating func stripConsoleOrDaemon(_ first: UInt8) {
    if isKernels {
      guard let daemon = DaemonName.rest(afterHostIn: rest) else { return }
      isArchived = true
      return rest = daemon
    }
    if !isStamped, rest.count > 4, rest.prefix(2).allSatisfy({ $0.hexDigit != nil }), rest.dropFirst(2).hasPrefix(": ")
    {
      // z/VM puts the number of the virtual CPU before each line.
      rest = rest.dropFirst(4)
    } else if !isStamped, let prompt = Self.loginPrompt(rest) {
      rest = prompt
    } else if let clocked = Self.clock(rest) {
      rest = clocked
      isStamped = true
    } else if let daemon = DaemonName.rest(after: rest, isStamped: isStamped) {
      rest = daemon
      isStamped = true
      isArchived = true
      namesKernel = true
    }
  }

  /// Prompt left by getty on the console: `host login: `.
  private static func loginPrompt(_ text: Bytes) -> Bytes? {
    text.prefix(40).firstIndex(of: " login: ").map { text[($0 + 8)...] }
  }

  /// The bytes after a date or time, or `journalctl -o short-unix`'s seconds, and the mark that can stand behind it.
  private static func clock(_ text: Bytes) -> Bytes? {
    guard let first = text.first, first.isDigit || first.isUpper,
      var rest = ClockStamp.rest(after: text) ?? seconds(text)
    else { return nil }
    if let mark = rest.first, ":|>".utf8.contains(mark) { rest = rest.dropFirst() }
    guard rest.first.map({ $0.isBlank || $0 == UInt8(ascii: "[") }) ?? true else { return nil }
    // GitLab's number and name of the stream, with a plus where the line goes on with the last one.
    let stream = rest.trimmedStart
    if stream.count > 3, stream.prefix(2).allSatisfy({ $0.hexDigit != nil }),
      "OE".utf8.contains(stream[stream.startIndex + 2]), " +".utf8.contains(stream[stream.startIndex + 3])
    {
      rest = stream.dropFirst(4)
    }
    return rest
  }

  private static func seconds(_ text: Bytes) -> Bytes? {
    let word = text.firstWord
    let parts = word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].count >= 9, parts[1].count >= 3, parts.allSatisfy({ $0.decimal != nil }) else {
      return nil
    }
    return text.dropFirst(word.count)
  }

  /// A stamp as CI systems print it, behind the names of job and step (`gh run view --log`).
  private static func gluedClock(in text: Bytes) -> Bytes? {
    var index = text.startIndex
    while let mark = text[index...].index(of: UInt8(ascii: "T")) {
      index = mark + 1
      // `2026-03-02T`: a time of day with a zone that has a T in it, as in the kernel's banner, is no stamp.
      let hyphen = UInt8(ascii: "-")
      guard mark - text.startIndex > 10, text[mark - 11].isBlank, text[mark - 10].isDigit,
        text[mark - 6] == hyphen, text[mark - 3] == hyphen,
        ClockStamp.rest(after: text[(mark - 10)...].prefix(64)) != nil
      else { continue }
      return text[(mark - 10)...]
    }
    return nil
  }

  /// A stamp behind what a shell or a login prompt left on the line.
  private static func gluedStamp(in text: Bytes) -> Bytes? {
    var index = text.startIndex
    while let open = text[index...].index(of: UInt8(ascii: "[")) {
      index = open + 1
      guard let first = text[index...].first, first.isDigit || first.isBlank,
        let close = text[index...].prefix(24).index(of: UInt8(ascii: "]"))
      else { continue }
      let content = text[index..<close].trimmed
      if content.first?.isDigit == true, isSeconds(content) { return text[open...] }
    }
    return nil
  }

  /// Seconds since boot, since the line before, or both, or a date (`dmesg -T`, `-d`, `-H`).
  ///
  /// Source: `print_time()` of `kernel/printk/printk.c`; sys-utils/dmesg.c of util-linux, whose `%f` follows the
  /// locale; `journalctl -o short-delta`; grabserial.
  private static func isStamp(_ content: Bytes) -> Bool {
    guard let first = content.first else { return false }
    if content.last == UInt8(ascii: ">"), let open = content.index(of: UInt8(ascii: "<")) {
      let before = content[..<open].trimmed
      return isSeconds(content[(open + 1)...].dropLast().trimmed)
        && (before.isEmpty || isSeconds(before) || ClockStamp.isWhole(before))
    }
    if first.isDigit || first == UInt8(ascii: "+") {
      return isSeconds(content)
        || content.split(separator: 0x20).count == 2 && content.split(separator: 0x20).allSatisfy(isSeconds)
    }
    return first.isUpper && ClockStamp.isWhole(content) || isLocalDate(content)
  }

  /// `Mo Mär  2 10:00:01 2026`: `dmesg -T` names days and months in the language of whoever calls it.
  private static func isLocalDate(_ content: Bytes) -> Bool {
    let words = content.split(separator: 0x20)
    guard words.count >= 4, let year = words.last, year.count == 4, year.decimal.map({ $0 > 1969 }) == true else {
      return false
    }
    let time = words[words.count - 2].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    return time.count == 3 && time.allSatisfy { $0.count == 2 && $0.decimal != nil }
  }

  /// `12.000001` and `+0,000123`: at least three digits behind the point.
  private static func isSeconds(_ text: Bytes) -> Bool {
    let number = text.first == UInt8(ascii: "+") ? text.dropFirst() : text
    let whole = number.prefix { $0.isDigit }
    let rest = number.dropFirst(whole.count)
    guard !whole.isEmpty, let mark = rest.first, mark == UInt8(ascii: ".") || mark == UInt8(ascii: ",") else {
      return false
    }
    return rest.count > 3 && rest.dropFirst().allSatisfy(\.isDigit)
  }
}
