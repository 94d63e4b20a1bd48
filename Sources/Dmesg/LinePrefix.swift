/// Takes off what stands before the kernel's text: quote marks, levels, time stamps, callers, log daemons, z/VM.
struct LinePrefix {
  private(set) var rest: Bytes
  private(set) var isStamped = false
  private(set) var caller: Caller?
  /// A second line that another CPU printed into this one.
  private(set) var next: Bytes?

  private static let bracket = [UInt8(ascii: "]")]

  init(_ line: Bytes) {
    rest = line
    strip()
    if let glued = Self.gluedStamp(in: rest) {
      if isStamped { next = glued } else { rest = glued }
      if next == nil { strip() } else { rest = rest[..<glued.startIndex] }
    }
    rest = rest.trimmed
  }

  /// Every log has its own order and number of prefixes, so each is tried until none fits.
  private mutating func strip() {
    while true {
      rest = rest.trimmedStart
      guard let first = rest.first else { return }
      let before = rest.count
      switch first {
      case UInt8(ascii: ">"), UInt8(ascii: "|"): rest = rest.dropFirst()
      case UInt8(ascii: "<"): stripLevel()
      case UInt8(ascii: "["): stripBracket(from: rest.dropFirst(), closing: Self.bracket)
      case UInt8(ascii: "c"), 0xc3, 0xef: stripDamagedBracket()
      default: stripConsoleOrDaemon(first)
      }
      if rest.count == before { return }
    }
  }

  /// `<4>`, from /proc/kmsg or a serial capture of it.
  private mutating func stripLevel() {
    let body = rest.dropFirst()
    let digits = body.prefix { $0.isDigit }
    guard (1...3).contains(digits.count), body.dropFirst(digits.count).first == UInt8(ascii: ">") else { return }
    rest = body.dropFirst(digits.count + 1)
  }

  private mutating func stripBracket(from body: Bytes, closing: [UInt8]) {
    // Most often the address of a trace's line.
    guard body.first != UInt8(ascii: "<"), let end = body.prefix(40).index(of: closing[0]),
      closing.count == 1 || body[end...].starts(with: closing)
    else { return }
    let content = body[..<end].trimmed
    if Self.isStamp(content) {
      isStamped = true
    } else if isStamped, let caller = Self.caller(content) {
      self.caller = caller
    } else {
      return
    }
    rest = body[(end + closing.count)...]
  }

  /// Code pages of 3270 consoles turn `[` and `]` into other characters, for instance `c` and `!`.
  private mutating func stripDamagedBracket() {
    for (open, close) in [("c", "!"), ("\u{fffd}", "\u{fffd}"), ("\u{dd}", "\u{a8}")] {
      guard rest.starts(with: open.utf8) else { continue }
      let before = rest.count
      stripBracket(from: rest.dropFirst(open.utf8.count), closing: Array(close.utf8))
      if rest.count != before { return rest = Self.restoreBrackets(rest, open: open, close: close) }
    }
  }

  /// Turns `c<000003ff80>! foo cmod!` back into what was printed; only the two places where brackets matter.
  private static func restoreBrackets(_ text: Bytes, open: String, close: String) -> Bytes {
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
    return result[...]
  }

  private mutating func stripConsoleOrDaemon(_ first: UInt8) {
    // z/VM puts the number of the virtual CPU before each line.
    if !isStamped, rest.count > 4, rest.prefix(2).allSatisfy({ $0.hexDigit != nil }), rest.dropFirst(2).hasPrefix(": ")
    {
      rest = rest.dropFirst(4)
    } else if !isStamped, let prompt = Self.loginPrompt(rest) {
      rest = prompt
    } else if let daemon = Self.daemonPrefix(of: rest, isStamped: isStamped) {
      rest = daemon
      isStamped = true
    }
  }

  /// What getty left on the console: `host login: `.
  private static func loginPrompt(_ text: Bytes) -> Bytes? {
    text.prefix(40).firstIndex(of: " login: ").map { text[($0 + 8)...] }
  }

  /// `Sep  9 10:25:34 host kernel: ` of syslog, ISO dates, and the `host kernel: ` that journald puts after a stamp.
  private static func daemonPrefix(of text: Bytes, isStamped: Bool) -> Bytes? {
    guard let first = text.first else { return nil }
    if isStamped { return text.dropFirst(text.firstWord.count).dropping(" kernel: ") }
    guard first.isDigit || first.isUpper else { return nil }
    guard let mark = text.prefix(100).firstIndex(of: " kernel: ") else { return isoStamp(text) }
    let words = text[..<mark].split(separator: 0x20)
    let isDated = first.isDigit || words.count > 2 && words[0].count == 3
    return isDated && (2...5).contains(words.count) ? text[(mark + 9)...] : nil
  }

  /// `2025-09-09T10:25:34,123456+02:00 `, from `dmesg --time-format iso`.
  private static func isoStamp(_ text: Bytes) -> Bytes? {
    let word = text.firstWord
    if word.count == 10, word.split(separator: UInt8(ascii: "/")).map(\.count) == [4, 2, 2] {
      let time = text.dropFirst(word.count).trimmedStart
      return time.firstWord.split(separator: UInt8(ascii: ":")).count == 3 ? time.dropFirst(time.firstWord.count) : nil
    }
    guard word.count > 18, word.contains(UInt8(ascii: "T")),
      word.allSatisfy({ $0.isDigit || "-T:,.+Z".utf8.contains($0) })
    else { return nil }
    return text.dropFirst(word.count)
  }

  /// A stamp behind what a shell or a login prompt left on the line.
  private static func gluedStamp(in text: Bytes) -> Bytes? {
    let head = text.prefix(256)
    var index = head.startIndex
    while let open = head[index...].index(of: UInt8(ascii: "[")) {
      index = open + 1
      guard let first = head[index...].first, first.isDigit || first.isBlank,
        let close = head[index...].prefix(24).index(of: UInt8(ascii: "]"))
      else { continue }
      let content = head[index..<close].trimmed
      if isStamp(content), content.first?.isDigit == true, content.contains(UInt8(ascii: ".")) { return text[open...] }
    }
    return nil
  }

  /// Seconds since boot or since the line before, or a date (`dmesg -T`, `dmesg -H`).
  private static func isStamp(_ content: Bytes) -> Bool {
    guard let first = content.first, let last = content.last, last.isDigit else { return false }
    if first.isDigit || first == UInt8(ascii: "+") {
      let point = content.lastIndex(of: UInt8(ascii: "."))
      return content.dropFirst().allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") }
        && point.map { content.endIndex - $0 > 3 } ?? false
    }
    return first.isUpper && content.contains(UInt8(ascii: ":"))
      && content.allSatisfy { $0.isDigit || $0.isLetter || $0 == 0x20 || $0 == UInt8(ascii: ":") }
  }

  private static func caller(_ content: Bytes) -> Caller? {
    guard let first = content.first, first == UInt8(ascii: "T") || first == UInt8(ascii: "C"),
      let number = content.dropFirst().decimal
    else { return nil }
    return Caller(isTask: first == UInt8(ascii: "T"), number: number)
  }
}
