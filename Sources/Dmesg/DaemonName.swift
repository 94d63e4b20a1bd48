/// The names that log daemons and container runtimes put before a kernel's line.
enum DaemonName {
  /// Behind this many bytes no daemon's name begins.
  private static let reach = 100

  /// The bytes after `host kernel: ` and its variants; nil when nothing of that kind stands there.
  ///
  /// - Parameter isStamped: a time stood before it, without which fewer forms are believed.
  ///
  /// Sources: RFC 3164 section 4.1; journald's short forms; busybox syslogd, which adds `kern.warn`; `dmesg --decode`;
  /// logcat of the kernel's buffer; docker compose.
  static func rest(after text: Bytes, isStamped: Bool) -> Bytes? {
    if let decoded = decoded(text) { return decoded }
    if isStamped { return tagged(text) ?? logcat(text) }
    return text.dropping("kernel: ") ?? container(text)
  }

  /// The bytes after `host kernel: `, which journald's monotonic forms put behind a stamp that looks like printk's own.
  static func rest(afterHostIn text: Bytes) -> Bytes? {
    text.dropFirst(text.firstWord.count).dropping(" kernel: ") ?? text.dropping("kernel: ")
  }

  private static func tagged(_ text: Bytes) -> Bytes? {
    let head = text.prefix(reach)
    guard let start = head.hasPrefix("kernel") ? head.startIndex : head.firstIndex(of: " kernel").map({ $0 + 1 }),
      text[..<start].split(separator: 0x20).count <= 3
    else { return nil }
    var rest = text[start...].dropFirst("kernel".utf8.count)
    if rest.first == UInt8(ascii: "["), let close = rest.prefix(12).index(of: UInt8(ascii: "]")) {
      rest = rest[(close + 1)...]
    }
    // Text that a kernel prints can have the word in it, but not behind a host's name only.
    guard rest.hasPrefix(": "), text[..<start].allSatisfy({ $0 != UInt8(ascii: ":") }) else { return nil }
    return rest.dropFirst(2)
  }

  private static let facilities: Set<String> = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "res0",
    "res1",
    "res2", "res3", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
  ]
  private static let levels: Set<String> = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"]

  /// `kern  :warn  : `.
  private static func decoded(_ text: Bytes) -> Bytes? {
    guard let first = text.first, first.isLetter, !first.isUpper,
      let colon = text.prefix(9).index(of: UInt8(ascii: ":")),
      facilities.contains(text[..<colon].trimmed.string)
    else { return nil }
    let second = text[(colon + 1)...]
    guard let end = second.prefix(9).index(of: UInt8(ascii: ":")), levels.contains(second[..<end].trimmed.string) else {
      return nil
    }
    return second[(end + 1)...].dropFirst()
  }

  /// `    0     0 W         : `: process, thread, level and an empty tag.
  private static func logcat(_ text: Bytes) -> Bytes? {
    let words = text.split(separator: 0x20, maxSplits: 4)
    guard words.count == 5, words[0].decimal != nil, words[1].decimal != nil, words[2].count == 1,
      words[2].first?.isUpper == true, words[3].elementsEqual(":".utf8)
    else { return nil }
    return words[4]
  }

  /// `guest-1  | `.
  private static func container(_ text: Bytes) -> Bytes? {
    let name = text.prefix(64).firstWord
    guard name.count > 1, name.count < 64, name.first?.isLetter == true,
      name.allSatisfy({ $0.isLetter || $0.isDigit || "-_.".utf8.contains($0) })
    else { return nil }
    return text.dropFirst(name.count).trimmedStart.dropping("| ")
  }
}
