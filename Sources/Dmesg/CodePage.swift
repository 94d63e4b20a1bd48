/// Brackets back in lines that a 3270 console showed in another code page than they were written in.
///
/// `[` is `4A` in IBM-500 and `AD` in IBM-1047, which IBM-037 shows as `¢` and as `Ý`; `]` is `5A` and `BD`, shown as
/// `!` and as `¨`; IBM-500's `!` is shown as `|`. What is copied from such a console has often lost the `Ý`.
enum CodePage {
  /// Rewrites a line of UTF-8 that shows the damage, and leaves every other line alone.
  static func restoreBrackets(_ bytes: inout [UInt8]) {
    let changed: [UInt8]? = bytes.withBytes { line in
      if isFrom1047(line) { return replaced(line, [("Ý", "["), ("¨", "]")]) }
      return isFrom500(line) ? replaced(line, [("¢", "["), ("!", "]"), ("|", "!")]) : nil
    }
    guard let changed else { return }
    bytes = changed
    insertLostBrackets(&bytes)
  }

  /// `¨` behind a stamp, an address, the number of an oops, or anywhere behind a `Ý`.
  private static func isFrom1047(_ line: Bytes) -> Bool {
    let open = line.firstIndex(of: "Ý") ?? line.endIndex
    var rest = line
    while let close = rest.firstIndex(of: "¨") {
      if open < close { return true }
      if let before = line[..<close].last, before == UInt8(ascii: ">") || before.hexDigit != nil { return true }
      rest = rest[(close + 2)...]
    }
    return false
  }

  /// `¢` before a stamp, an address or a mark, and its `!` behind it.
  private static func isFrom500(_ line: Bytes) -> Bool {
    guard let rest = line.after("¢"), let next = rest.first else { return false }
    return (next.isBlank || next.isDigit || "<#".utf8.contains(next)) && rest.index(of: UInt8(ascii: "!")) != nil
  }

  private static func replaced(_ line: Bytes, _ characters: [(shown: StaticString, meant: Character)]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(line.count)
    var rest = line
    while let first = rest.first {
      if let (shown, meant) = characters.first(where: { rest.hasPrefix($0.shown) }) {
        result += meant.utf8
        rest = rest.dropFirst(shown.utf8CodeUnitCount)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// `12.000001] `, `<000003ff801e99c4>] ` and ` name]` without what stood before them.
  private static func insertLostBrackets(_ bytes: inout [UInt8]) {
    let places: [Int] = bytes.withBytes { line in
      var places: [Int] = []
      var start = line.drop { $0 == UInt8(ascii: ">") || $0.isBlank }
      if let first = start.first, first.isDigit, let close = start.index(of: UInt8(ascii: "]")),
        start[..<close].allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") })
      {
        places.append(start.startIndex)
        start = start[close...]
      }
      if let open = start.index(of: UInt8(ascii: "<")), open == line.startIndex || line[open - 1] != UInt8(ascii: "["),
        start[open...].prefix(20).firstIndex(of: ">]") != nil
      {
        places.append(open)
      }
      let word = (line.trimmedEnd.lastIndex(of: 0x20).map { line.trimmedEnd[($0 + 1)...] } ?? Bytes())
      if word.last == UInt8(ascii: "]"), word.first?.isLetter == true, word.index(of: UInt8(ascii: "[")) == nil {
        places.append(word.startIndex)
      }
      return places.map { $0 - line.startIndex }
    }
    for place in places.reversed() { bytes.insert(UInt8(ascii: "["), at: place) }
  }
}
