/// C source text, as far as it must be known to put several files into one.
struct CText {
  let text: String

  init(_ text: String) { self.text = text }

  /// Each identifier outside of strings and comments, with whether it names a member: `.name` and `->name`.
  private func forEachIdentifier(_ body: (Range<Int>, _ isMember: Bool) -> Void) {
    let bytes = Array(text.utf8)
    var (place, isMember) = (0, false)
    func isPair(_ one: Unicode.Scalar, _ other: Unicode.Scalar, at place: Int) -> Bool {
      place + 1 < bytes.count && bytes[place] == UInt8(ascii: one) && bytes[place + 1] == UInt8(ascii: other)
    }
    while place < bytes.count {
      let byte = bytes[place]
      if isPair("/", "/", at: place) {
        place = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      } else if isPair("/", "*", at: place) {
        place += 2
        while place < bytes.count, !isPair("*", "/", at: place) { place += 1 }
        place += 2
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        place += 1
        while place < bytes.count, bytes[place] != byte { place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1 }
        (place, isMember) = (place + 1, false)
      } else if isWordByte(byte) {
        let end = bytes[place...].firstIndex { !isWordByte($0) } ?? bytes.count
        if !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { body(place..<end, isMember) }
        (place, isMember) = (end, false)
      } else {
        let isArrow = isPair("-", ">", at: place)
        if byte > UInt8(ascii: " ") { isMember = isArrow || byte == UInt8(ascii: ".") }
        place += isArrow ? 2 : 1
      }
    }
  }

  /// Identifiers other than names of members.
  var identifiers: Set<String> {
    let bytes = Array(text.utf8)
    var found: Set<String> = []
    forEachIdentifier { if !$1 { found.insert(String(decoding: bytes[$0], as: UTF8.self)) } }
    return found
  }

  /// The text with other names for some identifiers.
  func renaming(_ names: [String: String]) -> String {
    let bytes = Array(text.utf8)
    var (result, done): ([UInt8], Int) = ([], 0)
    forEachIdentifier { range, isMember in
      guard !isMember, let name = names[String(decoding: bytes[range], as: UTF8.self)] else { return }
      result += bytes[done..<range.lowerBound] + Array(name.utf8)
      done = range.upperBound
    }
    return String(decoding: result + bytes[done...], as: UTF8.self)
  }
}

private func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
    true
  default: false
  }
}
