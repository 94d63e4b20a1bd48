import Model

/// The readable parts of one mail, decoded.
struct MailParts {
  /// One part's text.
  struct Text {
    var lines: [Line]
    /// True if the line numbers count the decoded text, not the mail.
    var isDecoded = false
    var isFlowed = false
    var remark: String?
  }

  /// Text of the mail itself.
  private(set) var body: [Text] = []
  /// Attached patches.
  private(set) var patches: [Text] = []
  /// Attached whole mails.
  private(set) var mails: [Text] = []
  /// True if text was there as HTML only.
  private(set) var hasMarkup = false

  private let name: String
  // Deeper nesting than a forwarded forward's is made to exhaust its reader.
  private static let depthCap = 12

  init(_ headers: MailHeaders, _ lines: ArraySlice<Line>, name: String) throws(RequestError) {
    self.name = name
    try read(ContentType(headers), lines, depth: 0)
  }

  private mutating func read(_ type: ContentType, _ lines: ArraySlice<Line>, depth: Int) throws(RequestError) {
    guard depth <= Self.depthCap else {
      throw RequestError("the MIME parts of \(name) are nested more than \(Self.depthCap) deep")
    }
    if type.type.hasPrefix("multipart/"), let boundary = type.boundary, !boundary.isEmpty {
      for part in Self.split(lines, at: boundary) {
        guard let (headers, body) = MailHeaders.read(part, isPart: true) else { continue }
        try read(ContentType(headers), body, depth: depth + 1)
      }
    } else if type.isPatch {
      patches.append(Self.decode(type, lines))
    } else if type.type == "message/rfc822" {
      mails.append(Self.decode(type, lines))
    } else if type.type == "text/html" {
      hasMarkup = true
    } else if type.type.hasPrefix("text/") {
      body.append(Self.decode(type, lines))
    }
  }

  static func split(_ lines: ArraySlice<Line>, at boundary: String) -> [ArraySlice<Line>] {
    let mark = Array("--\(boundary)".utf8)
    var parts: [ArraySlice<Line>] = []
    var start: Int?
    for index in lines.indices where lines[index].bytes.first == .minus && lines[index].bytes.starts(with: mark) {
      let rest = lines[index].bytes.dropFirst(mark.count).trimmedEnd
      guard rest.isEmpty || rest.elementsEqual([.minus, .minus]) else { continue }
      if let start { parts.append(lines[start..<index]) }
      start = rest.isEmpty ? index + 1 : nil
    }
    // A mail that was cut has no closing boundary.
    if let start { parts.append(lines[start...]) }
    return parts
  }

  private static func decode(_ type: ContentType, _ lines: ArraySlice<Line>) -> Text {
    var text: Text
    switch type.encoding {
    case "base64":
      let bytes = TransferDecoding.base64(lines.flatMap(\.bytes))
      text = Text(lines: Line.split(bytes[...]), isDecoded: true)
    case "quoted-printable":
      text = Text(lines: Line.withoutTransportEnds(TransferDecoding.quotedPrintable(lines), isLastCut: true))
    default:
      text = Text(lines: Array(lines))
    }
    (text.lines, text.remark) = CharacterSets.utf8(text.lines, from: type.charset)
    text.isFlowed = type.isFlowed
    return text
  }
}
