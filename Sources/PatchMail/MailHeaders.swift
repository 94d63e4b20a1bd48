/// The head of a mail (RFC 5322 section 2.2), unfolded.
struct MailHeaders {
  private var fields: [String: [UInt8]] = [:]

  /// The first field of that name, undecoded; names are lower case.
  func raw(_ name: String) -> String? { fields[name].map { String(decoding: $0, as: UTF8.self) } }

  /// The first field of that name as a person reads it.
  func text(_ name: String) -> String? {
    guard let raw = raw(name) else { return nil }
    let text = EncodedWords.decode(String(raw.prefix(4096))).withoutControls
    return text.isEmpty ? nil : text
  }

  /// The ids in a field such as `References`, without angle brackets.
  func identifiers(_ name: String) -> [String] {
    guard let value = raw(name) else { return [] }
    var found: [String] = []
    for piece in value.split(separator: "<").dropFirst(value.hasPrefix("<") ? 0 : 1) {
      if let end = piece.firstIndex(of: ">") { found.append(String(piece[..<end])) }
    }
    return found
  }

  /// The head and what follows it; nil when the text does not begin with the head of a mail or of a MIME part.
  static func read(_ text: ArraySlice<Line>, isPart: Bool = false) -> (headers: Self, body: ArraySlice<Line>)? {
    var headers = Self()
    var current: String?
    var index = text.startIndex
    if !isPart { while index < text.endIndex, text[index].isBlank { index += 1 } }
    while index < text.endIndex, !text[index].bytes.isEmpty {
      let line = text[index].bytes
      if line.first == .space || line.first == .tab {
        guard let current else { return nil }
        headers.append(line, to: current)
      } else {
        guard let colon = line.prefix(80).firstIndex(of: 0x3A), colon > line.startIndex,
          line[..<colon].allSatisfy({ 0x21...0x7E ~= $0 })
        else { return nil }
        current = headers.begin(String(decoding: line[..<colon], as: UTF8.self).lowercased(), line[(colon + 1)...])
      }
      index += 1
    }
    guard isPart || !headers.fields.keys.allSatisfy({ !telling.contains($0) }) else { return nil }
    return (headers, text[min(index + 1, text.endIndex)...])
  }

  // Without one of these a text of the form `word: ...` is no mail's head.
  private static let telling: Set<String> = ["subject", "message-id", "mime-version", "content-type"]
  // No field that is read here is longer, and a hostile one must not be carried along.
  private static let cap = 64 << 10

  private mutating func begin(_ name: String, _ value: ArraySlice<UInt8>) -> String? {
    guard fields[name] == nil, fields.count < 1000 else { return "" }
    fields[name] = []
    append(value, to: name)
    return name
  }

  private mutating func append(_ piece: ArraySlice<UInt8>, to name: String) {
    guard let count = fields[name]?.count, count < Self.cap else { return }
    if count > 0 { fields[name]?.append(.space) }
    fields[name]? += piece.drop(while: \.isBlank).trimmedEnd.prefix(Self.cap)
  }
}

extension String {
  /// The text with a space for each control character but the tab: what strangers wrote may reach a terminal.
  var withoutControls: String {
    guard unicodeScalars.contains(where: { $0 != "\t" && $0.properties.generalCategory == .control }) else {
      return self
    }
    var text = UnicodeScalarView()
    for scalar in unicodeScalars {
      text.append(scalar != "\t" && scalar.properties.generalCategory == .control ? " " : scalar)
    }
    return String(text)
  }
}
