import Foundation

/// Symbolizes logs without a kernel: each traced function gets a place and, some of them, inlined functions.
enum SymbolizedLog {
  /// As syzbot's mails have it: a line is repeated for each inlined function, innermost first, with `FILE:LINE [inline]` for
  /// the offset, and the line itself gets its place.
  static func repeating(_ log: String) -> String {
    log.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line -> [String] in
      guard let parts = Symbol(in: line) else { return [String(line)] }
      return parts.inlined.map { "\(parts.before)\($0.name) \($0.place) [inline]\(parts.after)" }
        + ["\(parts.before)\(parts.name)\(parts.offset) \(parts.place)\(parts.after)"]
    }.joined(separator: "\n")
  }

  /// As `scripts/decode_stacktrace.sh` of the kernel has it: the places of all functions stand in parentheses instead of the
  /// offset, and lines that go on behind the symbol stay.
  static func decoded(_ log: String) -> String {
    log.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
      guard let parts = Symbol(in: line) else { return String(line) }
      let tail = parts.after.drop { $0 == " " }
      guard tail.isEmpty || tail == ")" || tail.first == "[" && tail.last == "]" else { return String(line) }
      let places = (parts.inlined.map(\.place) + [parts.place]).joined(separator: " ")
      let end = tail.first == "[" ? " " + tail.dropFirst().dropLast() : String(tail)
      return "\(withoutAddress(parts.before))\(parts.name) (\(places))\(end)"
    }.joined(separator: "\n")
  }

  private static func withoutAddress(_ before: Substring) -> Substring {
    guard before.hasSuffix("] "), let open = before.range(of: "[<", options: .backwards) else { return before }
    return before[..<open.lowerBound]
  }

  /// `NAME+0x1/0x2` in a line; what is inlined there depends on the name alone.
  private struct Symbol {
    let before: Substring
    let name: Substring
    let offset: Substring
    let after: Substring

    init?(in line: Substring) {
      guard let plus = line.range(of: "+0x"), let slash = line[plus.upperBound...].range(of: "/0x") else { return nil }
      let isDigit: (Character) -> Bool = { $0.isHexDigit }
      guard line[plus.upperBound..<slash.lowerBound].allSatisfy(isDigit) else { return nil }
      let end = line[slash.upperBound...].firstIndex { !$0.isHexDigit } ?? line.endIndex
      let start = line[..<plus.lowerBound].lastIndex {
        !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "." && $0 != "$"
      }
      let begin = start.map { line.index(after: $0) } ?? line.startIndex
      guard begin < plus.lowerBound, slash.upperBound < end else { return nil }
      before = line[..<begin]
      name = line[begin..<plus.lowerBound]
      offset = line[plus.lowerBound..<end]
      after = line[end...]
    }

    private var number: Int { name.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff } }
    var place: String { "net/core/\(name.prefix { $0 != "." }).c:\(number % 999 + 1)" }

    var inlined: [(name: String, place: String)] {
      let all = [
        ("arch_atomic_read", "include/linux/atomic.h:23"), ("do_inlined", "kernel/inlined.c:345"),
        ("spin_lock", "include/linux/spinlock.h:351"), ("widget_helper", "drivers/widget/helper.c:12"),
      ]
      return (0..<number % 4).map { all[(number + $0) % all.count] }
    }
  }
}
