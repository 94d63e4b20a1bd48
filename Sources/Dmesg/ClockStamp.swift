/// A date and time of day at the start of a line, as log daemons, serial loggers and CI systems write it.
///
/// Sources: strftime(3) formats of `dmesg --time-format`, `journalctl -o short*`, RFC 3164 section 4.1.2, RFC 3339,
/// `ts` of moreutils, conserver, tio, GitHub Actions, GitLab, Jenkins, LAVA and logcat.
enum ClockStamp {
  /// No stamp has more words: weekday, month, day, time, zone, year.
  private static let mostWords = 6
  private static let longest = 64

  private static let weekdays: Set<String> = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  private static let months: Set<String> = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  // Any word of capitals would do, but kernels begin lines with such words.
  private static let zones: Set<String> = [
    "UTC", "GMT", "Z", "AM", "PM", "CET", "CEST", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "BST", "IST",
    "JST", "KST", "AEST", "AEDT", "WET", "WEST", "EET", "EEST", "MSK",
  ]

  /// The bytes after the stamp, from the first byte that is not part of it; nil when no time of day stands there.
  static func rest(after text: Bytes) -> Bytes? {
    var rest = text
    var isDated = false
    var end: Bytes?
    for _ in 0..<mostWords {
      let word = rest.prefix(longest).prefix { !$0.isBlank && $0 != UInt8(ascii: "]") }
      guard let kind = kind(of: word, isDated: isDated, isTimed: end != nil) else { break }
      switch kind {
      case .time: end = rest.dropFirst(word.count)
      case .date: isDated = true
      case .zone: end = rest.dropFirst(word.count)
      }
      rest = rest.dropFirst(word.count).trimmedStart
    }
    return end
  }

  /// True if the text is such a stamp and nothing else.
  static func isWhole(_ text: Bytes) -> Bool { rest(after: text)?.isEmpty == true }

  private enum Kind { case date, time, zone }

  private static func kind(of word: Bytes, isDated: Bool, isTimed: Bool) -> Kind? {
    guard let first = word.first else { return nil }
    if first.isUpper {
      let name = word.string
      if isTimed, zones.contains(name) { return .zone }
      let plain = name.hasSuffix(",") ? String(name.dropLast()) : name
      if weekdays.contains(plain) || months.contains(plain) { return .date }
      // `dmesg --reltime` has no blank between month and day.
      return months.contains(String(name.prefix(3))) && word.dropFirst(3).decimal.map { $0 < 32 } == true ? .date : nil
    }
    if isTimed, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
      return word.count <= 6 && word.dropFirst().allSatisfy { $0.isDigit || $0 == UInt8(ascii: ":") } ? .zone : nil
    }
    guard first.isDigit else { return nil }
    if isTime(word, needsSeconds: !isDated) { return .time }
    if let split = word.firstIndex(of: UInt8(ascii: "T")), isDate(word[..<split]) {
      return isTime(word[(split + 1)...], needsSeconds: true) ? .time : nil
    }
    if isDate(word) { return .date }
    guard isDated, word.decimal != nil else { return nil }
    // A day beside a month's name; the year of ctime(3) stands behind the time and ends the stamp.
    if isTimed { return word.count == 4 ? .zone : nil }
    return [1, 2, 4].contains(word.count) ? .date : nil
  }

  /// `10:25:34`, with a fraction and a zone as wanted; `10:25` where a date stands before it.
  private static func isTime(_ word: Bytes, needsSeconds: Bool) -> Bool {
    var rest = word
    var groups = 0
    while groups < 3 {
      let digits = rest.prefix { $0.isDigit }
      guard (groups == 0 ? 1...2 : 2...2).contains(digits.count) else { return false }
      rest = rest.dropFirst(digits.count)
      groups += 1
      guard groups < 3, rest.first == UInt8(ascii: ":") else { break }
      rest = rest.dropFirst()
    }
    guard groups == 3 || groups == 2 && !needsSeconds else { return false }
    if let mark = rest.first, mark == UInt8(ascii: ".") || mark == UInt8(ascii: ",") {
      let digits = rest.dropFirst().prefix { $0.isDigit }
      if !digits.isEmpty { rest = rest.dropFirst(1 + digits.count) }
    }
    if rest.first == UInt8(ascii: "Z") { rest = rest.dropFirst() }
    if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      guard rest.count <= 6 else { return false }
      rest = rest.dropFirst().drop { $0.isDigit || $0 == UInt8(ascii: ":") }
    }
    return rest.isEmpty || rest.count == 1 && ":|>,;".utf8.contains(rest.first ?? 0)
  }

  /// `2026-03-02`, `2026/03/02`, `02.03.2026`, `02/Mar/2026`, `03-02`.
  private static func isDate(_ word: Bytes) -> Bool {
    guard (5...11).contains(word.count),
      let mark = word.first(where: { !$0.isDigit }), "-/.".utf8.contains(mark)
    else { return false }
    let parts = word.split(separator: mark, omittingEmptySubsequences: false)
    switch parts.count {
    case 3:
      let isNumeric = parts.allSatisfy { $0.decimal != nil }
      guard isNumeric || parts[0].decimal != nil && months.contains(parts[1].string) && parts[2].decimal != nil else {
        return false
      }
      return [parts[0].count, parts[2].count].contains(4)
    case 2: return mark == UInt8(ascii: "-") && parts.allSatisfy { $0.count == 2 && $0.decimal != nil }
    default: return false
    }
  }
}
