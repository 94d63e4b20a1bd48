/// Brackets back in lines that a 3270 console showed in another code page than they were written in.
///
/// `[` is `4A` in IBM-500 and `AD` in IBM-1047, which IBM-037 shows as `¢` and as `Ý`; `]` is `5A` and `BD`, shown as
/// `!` and as `¨`; IBM-500's `!` is shown as `|`. What is copied from such a console has often lost the `Ý`.
enum CodePage {
  private static let cent: [UInt8] = [0xc2, 0xa2]
  private static let acute: [UInt8] = [0xc3, 0x9d]
  private static let dieresis: [UInt8] = [0xc2, 0xa8]

  /// Rewrites a line of UTF-8 that shows the damage, and leaves every other line alone.
  static func restoreBrackets(_ bytes: inout [UInt8]) {
    let changed: [UInt8]? = bytes.withBytes { line in
      if isFrom1047(line) { return replaced(line, acute, dieresis) }
      return isFrom500(line) ? replaced(line, cent, nil) : nil
    }
    guard let changed else { return }
    bytes = changed
    insertLostBrackets(&bytes)
  }

  /// `¨` behind a stamp, an address or the number of an oops.
  private static func isFrom1047(_ line: Bytes) -> Bool {
    var from = line.startIndex
    while let close = index(of: dieresis, in: line[from...]) {
      from = close + dieresis.count
      guard let before = line[..<close].last else { continue }
      if before == UInt8(ascii: ">") || before.hexDigit != nil { return true }
      if index(of: acute, in: line[..<close]) != nil { return true }
    }
    return false
  }

  /// `¢` before a stamp, an address or a mark, and its `!` behind it.
  private static func isFrom500(_ line: Bytes) -> Bool {
    guard let open = index(of: cent, in: line), let next = line[(open + cent.count)...].first else { return false }
    guard next.isBlank || next.isDigit || next == UInt8(ascii: "<") || next == UInt8(ascii: "#") else { return false }
    return line[open...].index(of: UInt8(ascii: "!")) != nil
  }

  private static func replaced(_ line: Bytes, _ open: [UInt8], _ close: [UInt8]?) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(line.count)
    var rest = line
    while let first = rest.first {
      if rest.starts(with: open) {
        result.append(UInt8(ascii: "["))
        rest = rest.dropFirst(open.count)
        continue
      }
      if let close, rest.starts(with: close) {
        result.append(UInt8(ascii: "]"))
        rest = rest.dropFirst(close.count)
        continue
      }
      switch first {
      case UInt8(ascii: "!") where close == nil: result.append(UInt8(ascii: "]"))
      case UInt8(ascii: "|") where close == nil: result.append(UInt8(ascii: "!"))
      default: result.append(first)
      }
      rest = rest.dropFirst()
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

  private static func index(of character: [UInt8], in line: Bytes) -> Int? {
    var from = line.startIndex
    while let found = line[from...].index(of: character[0]) {
      if line[found...].starts(with: character) { return found }
      from = found + 1
    }
    return nil
  }
}
