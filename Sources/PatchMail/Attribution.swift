/// The line above a quotation that says whose it is, `On 2022-08-31 21:12, A. Writer wrote:`.
struct Attribution {
  private(set) var author: String
  private(set) var date: String?

  /// The one that introduces the quotation with that many marks, nearest above the line; nil when there is none.
  init?(above line: Int, in lines: [Line], depth: Int) {
    guard depth > 0, let end = lines.lastIndex(where: { $0.number < line && Self.ends($0.bytes, depth: depth - 1) })
    else { return nil }
    var text = Self.text(lines[end].bytes, depth: depth - 1)
    // Long ones are broken, mostly before the address.
    if !text.hasPrefix("On "), end > 0, Quoting.depth(lines[end - 1].bytes) == depth - 1 {
      text = Self.text(lines[end - 1].bytes, depth: depth - 1) + " " + text
    }
    self.init(text)
  }

  /// nil when the text does not name anybody.
  init?(_ text: String) {
    guard text.hasSuffix("wrote:") else { return nil }
    let core = text.dropLast(6).split(separator: " ").joined(separator: " ")
    let words = (core.hasPrefix("On ") ? String(core.dropFirst(3)) : core).split(separator: " ")
    // A date ends with its time, half of the day or zone; without any, with its comma.
    let time = words.lastIndex { Self.belongsToTime($0) } ?? words.lastIndex { $0.hasSuffix(",") }
    let name = words[(time.map { $0 + 1 } ?? 0)...].joined(separator: " ")
    guard !name.isEmpty, name.utf8.count < 300 else { return nil }
    author = name
    if let time {
      let date = words[...time].joined(separator: " ")
      self.date = date.hasSuffix(",") ? String(date.dropLast()) : date
    }
  }

  private static func belongsToTime(_ word: Substring) -> Bool {
    let word = word.hasSuffix(",") ? word.dropLast() : word
    if ["AM", "PM"].contains(word.uppercased()) { return true }
    let isZone = word.count == 5 && (word.first == "+" || word.first == "-") && word.dropFirst().allSatisfy(\.isNumber)
    let isTime = word.count >= 4 && word.contains(":") && word.allSatisfy { $0.isNumber || $0 == ":" }
    return isZone || isTime
  }

  private static func ends(_ line: ArraySlice<UInt8>, depth: Int) -> Bool {
    line.count < 500 && line.last == 0x3A && line.suffix(6).elementsEqual("wrote:".utf8)
      && Quoting.depth(line) == depth
  }

  private static func text(_ line: ArraySlice<UInt8>, depth: Int) -> String {
    let rest = Quoting.withoutSpace(Quoting.strip(line, upTo: depth).rest)
    return String(decoding: depth == 0 ? line.trimmedEnd : rest.trimmedEnd, as: UTF8.self)
  }
}
