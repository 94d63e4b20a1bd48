import Foundation

/// Facts that the first line of a report carries before its text: the kernel's clock, the host's, and names.
struct ReportLine {
  /// The kernel's own clock in microseconds; nil where the line has none.
  var micros: Int64?
  var time: Date?
  var host: String?
  var boot: String?

  /// - Parameters:
  ///   - line: as it stands in the log.
  ///   - before: the lines in front of it, which hold the same fact in records of several lines.
  ///   - reference: a moment after the report, for dates without a year.
  init(_ line: some StringProtocol, before: [Substring] = [], reference: Date) {
    let head = String(line.prefix(400))
    micros = Self.bracketed(head) ?? Self.kmsg(head)
    if head.first == "{" || head.contains("\":") || head.hasPrefix("MESSAGE=") { readRecord(String(line), before) }
    if time == nil { time = Self.isoTime(head) ?? Self.namedTime(head, reference: reference) }
    if host == nil { host = Self.host(head) }
    if let found = time, found > reference + 86_400 { time = nil }
  }

  /// printk's stamp: `[   12.345678]`. Source: `print_time()` of `kernel/printk/printk.c`.
  private static func bracketed(_ text: String) -> Int64? {
    guard let match = text.firstMatch(of: #/\[ *(\d{1,9})\.(\d{6})\]/#) else { return nil }
    return Int64(match.1).flatMap { seconds in Int64(match.2).map { seconds * 1_000_000 + $0 } }
  }

  /// A record of /dev/kmsg: `4,339,5140900,-;text`. Source: `Documentation/ABI/testing/dev-kmsg`.
  private static func kmsg(_ text: String) -> Int64? {
    text.prefixMatch(of: #/\d{1,4},\d{1,12},(\d{1,15}),/#).flatMap { Int64($0.1) }
  }

  private static func isoTime(_ text: String) -> Date? {
    guard
      let match = text.firstMatch(
        of: #/(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?/#)
    else { return nil }
    var zone = match.4.map(String.init) ?? "Z"
    if zone.count == 5 { zone.insert(":", at: zone.index(zone.startIndex, offsetBy: 3)) }
    let whole = try? Date("\(match.1)T\(match.2)\(zone)", strategy: .iso8601)
    return whole.map { $0 + (match.3.flatMap { Double("0.\($0)") } ?? 0) }
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// RFC 3164 and `dmesg -T`: `Mar  2 10:00:00`, `[Mon Mar  2 10:00:00 2026]`.
  private static func namedTime(_ text: String, reference: Date) -> Date? {
    let pattern =
      #/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?: (\d{4})\])?/#
    guard let match = text.firstMatch(of: pattern), let month = months.firstIndex(of: String(match.1)) else {
      return nil
    }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    var parts = DateComponents(
      month: month + 1, day: Int(match.2), hour: Int(match.3), minute: Int(match.4), second: Int(match.5))
    parts.year = match.6.flatMap { Int($0) } ?? calendar.component(.year, from: reference)
    guard let date = calendar.date(from: parts) else { return nil }
    // A log of December that is read in January.
    guard match.6 == nil, date > reference + 86_400 else { return date }
    parts.year = parts.year.map { $0 - 1 }
    return calendar.date(from: parts)
  }

  /// The name behind the time of a syslog line whose program is the kernel.
  private static func host(_ text: String) -> String? {
    if let match = text.firstMatch(
      of: #/\d{2}:\d{2}:\d{2}[^ ]* ([A-Za-z0-9][A-Za-z0-9._-]{0,63}) kernel(?:\[\d+\])?: /#)
    {
      return String(match.1)
    }
    return text.firstMatch(of: #/^<\d+>1 \S+ ([A-Za-z0-9][A-Za-z0-9._-]{0,63}) kernel /#).map { String($0.1) }
  }

  /// JSON records of journalctl and dmesg, in one line or several, and the export format.
  private mutating func readRecord(_ line: String, _ before: [Substring]) {
    let isWhole = line.contains("_SOURCE_MONOTONIC_TIMESTAMP") || line.contains("__REALTIME_TIMESTAMP")
    let record = isWhole ? line : (before.suffix(30) + [line[...]]).joined(separator: "\n")
    func last(_ pattern: Regex<(Substring, Substring)>) -> String? {
      record.matches(of: pattern).last.map { String($0.1) }
    }
    micros =
      micros ?? last(#/_SOURCE_MONOTONIC_TIMESTAMP"?[:=] ?"?(\d{1,15})/#).flatMap { Int64($0) }
      ?? last(#/"time": *(\d{1,9}\.\d{6})/#).flatMap { Double($0) }.map { Int64(($0 * 1_000_000).rounded()) }
    time = last(#/__REALTIME_TIMESTAMP"?[:=] ?"?(\d{1,17})/#).flatMap { Double($0) }
      .map { Date(timeIntervalSince1970: $0 / 1_000_000) }
    host = last(#/_HOSTNAME"?[:=] ?"?([A-Za-z0-9._-]{1,64})/#)
    boot = last(#/_BOOT_ID"?[:=] ?"?([0-9a-f]{32})/#)
  }
}

/// FNV-1a of 128 bits (Fowler, Noll, Vo) in hex.
struct Fingerprint {
  private var value = UInt128(0x6c62_272e_07bb_0142, 0x62b8_2175_6295_c58d)

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    add(0xff)
  }

  private mutating func add(_ byte: UInt8) {
    value ^= UInt128(byte)
    value &*= UInt128(0x0000_0000_0100_0000, 0x0000_0000_0000_013b)
  }

  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }
}

extension UInt128 {
  fileprivate init(_ high: UInt64, _ low: UInt64) { self = UInt128(high) << 64 | UInt128(low) }
}
