/// The order of a log that pstore kept in pieces.
///
/// A crash is written from its end, in pieces of the backend's size; each begins with a line such as `Panic#1 Part3`,
/// and part 1 holds the last lines. Source: `pstore_dump()` of `fs/pstore/platform.c`.
enum PstoreOrder {
  private static let reasons = [
    "Panic", "Oops", "Emergency", "Shutdown", "Restart", "Halt", "Poweroff", "Unknown",
  ].map { Array($0.utf8) }

  /// True if the text begins with such a line.
  static func begins(_ bytes: [UInt8]) -> Bool { head(bytes.prefix(64)[...]) != nil }

  /// The pieces of each crash in the order in which they were printed, the crashes in theirs.
  static func sorted(_ bytes: [UInt8]) -> [UInt8] {
    var pieces: [(crash: Int, part: Int, text: ArraySlice<UInt8>)] = []
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes[start...].firstIndex(of: 0x0a).map { $0 + 1 } ?? bytes.endIndex
      if let head = head(bytes[start..<end]) {
        pieces.append((head.crash, head.part, bytes[end..<end]))
      } else if let last = pieces.indices.last {
        pieces[last].text = bytes[pieces[last].text.startIndex..<end]
      }
      start = end
    }
    let order = pieces.enumerated().sorted {
      ($0.element.crash, -$0.element.part, $0.offset) < ($1.element.crash, -$1.element.part, $1.offset)
    }
    return order.flatMap { $0.element.text.last == 0x0a ? Array($0.element.text) : Array($0.element.text) + [0x0a] }
  }

  private static func head(_ line: ArraySlice<UInt8>) -> (crash: Int, part: Int)? {
    guard let reason = reasons.first(where: { line.starts(with: $0) }) else { return nil }
    var rest = line.dropFirst(reason.count)
    guard rest.popFirst() == UInt8(ascii: "#"), let crash = number(&rest), rest.starts(with: " Part".utf8) else {
      return nil
    }
    rest = rest.dropFirst(5)
    guard let part = number(&rest), rest.allSatisfy({ $0 == 0x0a || $0 == 0x0d }) || rest.first == 0x0a else {
      return nil
    }
    return (crash, part)
  }

  private static func number(_ text: inout ArraySlice<UInt8>) -> Int? {
    let digits = text.prefix { (0x30...0x39).contains($0) }.prefix(10)
    text = text.dropFirst(digits.count)
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
