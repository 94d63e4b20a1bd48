/// The statements of one Kconfig file, without help texts and comments.
struct KconfigLines {
  private var rest: ArraySlice<UInt8>
  /// The column where the help text begins that is being passed over; 0 before its first line.
  private var helpColumn: Int?

  // The longest statement of Linux 6.12 has 600 bytes.
  private static let longest = 16 << 10

  struct Statement {
    /// The first word, cut when it is longer than any that the language has.
    var word: String
    var rest: ArraySlice<UInt8>

    /// The first word of the rest.
    var operand: String? {
      let word = rest.drop(while: \.isBlank).prefix(while: \.isWordPart)
      return word.isEmpty || word.count > 200 ? nil : String(decoding: word, as: UTF8.self)
    }
  }

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// nil at the end.
  mutating func next() -> Statement? {
    while !rest.isEmpty {
      let line = takeLine()
      let body = line.drop(while: \.isBlank)
      guard let first = body.first, !isHelp(line, body), first != UInt8(ascii: "#") else { continue }
      let whole = join(body)
      guard whole.count <= Self.longest else { continue }
      let word = whole.prefix(while: \.isWordPart)
      // The second form went with Linux 4.18.
      if word.elementsEqual("help".utf8) || word.elementsEqual("---help---".utf8) { helpColumn = 0 }
      return Statement(word: String(decoding: word.prefix(20), as: UTF8.self), rest: whole[word.endIndex...])
    }
    return nil
  }

  private mutating func takeLine() -> ArraySlice<UInt8> {
    let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
    defer { rest = end < rest.endIndex ? rest[(end + 1)...] : [] }
    return rest[..<end]
  }

  // A help text ends at the first line that is indented less than its own first line.
  private mutating func isHelp(_ line: ArraySlice<UInt8>, _ body: ArraySlice<UInt8>) -> Bool {
    guard let begin = helpColumn else { return false }
    let column = line[..<body.startIndex].reduce(0) { $1 == UInt8(ascii: "\t") ? ($0 & ~7) + 8 : $0 + 1 }
    if column > 0, column >= begin {
      helpColumn = begin == 0 ? column : begin
      return true
    }
    helpColumn = nil
    return false
  }

  // A backslash at its end continues a line.
  private mutating func join(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard line.last == UInt8(ascii: "\\") else { return line }
    var text = Array(line)
    while text.last == UInt8(ascii: "\\") {
      text.removeLast()
      guard !rest.isEmpty else { break }
      let more = takeLine()
      // A line that is too long is dropped as a whole, so its end does not matter but for the backslash.
      text += text.count <= Self.longest ? more : more.suffix(1)
    }
    return text[...]
  }
}
