/// Content type of a MIME part (RFC 2045 section 5, RFC 2183 for the file's name).
struct ContentType {
  /// For instance `text/plain`, in lower case.
  var type = "text/plain"
  var charset: String?
  var boundary: String?
  var fileName: String?
  var isFlowed = false
  /// A flowed line's last blank is none of the text's, so that words were broken too (RFC 3676, `delsp=yes`).
  var breaksWords = false
  /// The transfer encoding, in lower case.
  var encoding = ""

  init(_ headers: MailHeaders) {
    let parts = Self.parts(headers.raw("content-type") ?? "")
    if !parts.value.isEmpty { type = parts.value.lowercased() }
    charset = parts.parameters["charset"]
    boundary = parts.parameters["boundary"]
    isFlowed = parts.parameters["format"]?.lowercased() == "flowed"
    breaksWords = isFlowed && parts.parameters["delsp"]?.lowercased() == "yes"
    let disposition = Self.parts(headers.raw("content-disposition") ?? "")
    fileName = disposition.parameters["filename"] ?? parts.parameters["name"]
    encoding = (headers.raw("content-transfer-encoding") ?? "").lowercased()
  }

  /// True if the type or the file's name says that the part is a patch.
  var isPatch: Bool {
    let name = fileName?.lowercased() ?? ""
    return ["text/x-patch", "text/x-diff", "application/x-patch", "text/x-patch-file"].contains(type)
      || name.hasSuffix(".patch") || name.hasSuffix(".diff") || name.hasSuffix(".mbox")
  }

  private static func parts(_ field: String) -> (value: String, parameters: [String: String]) {
    var pieces: [String] = [""]
    var isQuoted = false
    var isEscaped = false
    for character in field {
      if isEscaped {
        pieces[pieces.count - 1].append(character)
        isEscaped = false
      } else if character == "\\", isQuoted {
        isEscaped = true
      } else if character == "\"" {
        isQuoted.toggle()
      } else if character == ";", !isQuoted {
        pieces.append("")
      } else {
        pieces[pieces.count - 1].append(character)
      }
    }
    var parameters: [String: String] = [:]
    for piece in pieces.dropFirst() {
      guard let equals = piece.firstIndex(of: "=") else { continue }
      let name = trimmed(piece[..<equals]).lowercased()
      parameters[name] = parameters[name] ?? trimmed(piece[piece.index(after: equals)...])
    }
    return (trimmed(pieces[0][...]), parameters)
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
