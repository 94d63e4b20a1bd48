/// Decoded text of mails, for those who look for something else than patches.
package enum MailText {
  // Deeper nesting than a forwarded forward's is made to exhaust its reader.
  private static let depthCap = 12
  private static let partCap = 4096
  private static let headCap = 64 << 10

  /// True if the bytes begin as a mail or a mailbox does; they may end anywhere.
  package static func mayBeMail(_ start: [UInt8]) -> Bool {
    let isMarked = start.starts(with: [0xEF, 0xBB, 0xBF])
    var lines = Line.split(start.prefix(headCap).dropFirst(isMarked ? 3 : 0))
    // The last line may be cut.
    if lines.count > 1 { lines.removeLast() }
    guard let first = lines.firstIndex(where: { !$0.isBlank }) else { return false }
    if Mailbox.isSeparator(lines[first].bytes) { return true }
    return MailHeaders.read(lines[...]) != nil
  }

  /// The readable parts of all mails, in order, decoded; attached files are theirs, byte by byte.
  ///
  /// nil when no part is encoded in any way, so that the bytes can be read as they stand, or there is no mail.
  package static func parts(of bytes: [UInt8]) -> [[UInt8]]? {
    let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let lines = Line.split(bytes.dropFirst(isMarked ? 3 : 0))
    guard lines.count <= PatchMail.lineCap else { return nil }
    var reader = PartReader()
    for mail in Mailbox.split(lines[...]) {
      guard let (headers, body) = MailHeaders.read(mail) else { continue }
      reader.read(ContentType(headers), body, depth: 0)
    }
    return reader.isEncoded ? reader.parts : nil
  }

  private struct PartReader {
    var parts: [[UInt8]] = []
    var isEncoded = false

    mutating func read(_ type: ContentType, _ lines: ArraySlice<Line>, depth: Int) {
      guard depth <= depthCap, parts.count < partCap else { return }
      if type.type.hasPrefix("multipart/"), let boundary = type.boundary, !boundary.isEmpty {
        readParts(type, MailParts.split(lines, at: boundary), depth: depth)
      } else if type.type == "message/rfc822", type.encoding != "base64", type.encoding != "quoted-printable" {
        guard let (headers, body) = MailHeaders.read(lines) else { return }
        read(ContentType(headers), body, depth: depth + 1)
      } else if isReadable(type) {
        take(type, lines)
      }
    }

    private mutating func readParts(_ type: ContentType, _ parts: [ArraySlice<Line>], depth: Int) {
      let all = parts.compactMap { MailHeaders.read($0, isPart: true) }.map { (ContentType($0.headers), $0.body) }
      // The same text in several forms: the first plain one.
      if type.type == "multipart/alternative", let plain = all.first(where: { $0.0.type == "text/plain" }) {
        return read(plain.0, plain.1, depth: depth + 1)
      }
      for (type, body) in all { read(type, body, depth: depth + 1) }
    }

    private func isReadable(_ type: ContentType) -> Bool {
      let kind = type.type.prefix { $0 != "/" }
      return !["image", "audio", "video", "font", "multipart"].contains(kind)
        && !["application/pgp-signature", "application/pkcs7-signature", "application/pdf"].contains(type.type)
    }

    private mutating func take(_ type: ContentType, _ lines: ArraySlice<Line>) {
      var bytes: [UInt8]
      switch type.encoding {
      case "base64":
        isEncoded = true
        bytes = TransferDecoding.base64(lines.flatMap(\.bytes))
      case "quoted-printable":
        isEncoded = true
        bytes = Self.joined(TransferDecoding.quotedPrintable(lines))
      default: bytes = Self.joined(Array(lines))
      }
      if type.type.hasPrefix("text/"), let charset = type.charset,
        let text = CharacterConverter(charset)?.utf8(bytes[...])
      {
        isEncoded = true
        bytes = Array(text)
      }
      if type.breaksWords {
        isEncoded = true
        bytes = Self.unflowed(bytes)
      }
      parts.append(type.type == "text/html" ? MarkupText.plain(bytes) : bytes)
      if type.type == "text/html" { isEncoded = true }
    }

    /// Lines that end in a blank go on in the next one of the same depth of quoting: RFC 3676, section 4.
    private static func unflowed(_ bytes: [UInt8]) -> [UInt8] {
      var output: [UInt8] = []
      output.reserveCapacity(bytes.count)
      var depth: Int?
      for line in bytes.split(separator: .lineFeed, omittingEmptySubsequences: false) {
        let text = line.last == .carriageReturn ? line.dropLast() : line
        let quotes = text.prefix { $0 == .quoteMark }
        if depth == quotes.count {
          output.removeLast(2)
          output += text.dropFirst(quotes.count)
        } else {
          output += text
        }
        depth = text.last == .space && !text.elementsEqual("-- ".utf8) ? quotes.count : nil
        output.append(.lineFeed)
      }
      return output
    }

    private static func joined(_ lines: [Line]) -> [UInt8] {
      var bytes: [UInt8] = []
      for line in lines {
        bytes += line.bytes
        bytes.append(.lineFeed)
      }
      return bytes
    }
  }
}

/// HTML of mails as text: enough to find lines of a log in it, and no more.
enum MarkupText {
  private static let breaks: Set<String> = ["br", "p", "div", "tr", "pre", "li", "/p", "/div", "/tr", "/pre", "/li"]
  private static let entities: [String: UInt8] = [
    "lt": 0x3C, "gt": 0x3E, "amp": 0x26, "quot": 0x22, "apos": 0x27, "nbsp": 0x20, "#39": 0x27, "#160": 0x20,
  ]

  static func plain(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      // A tag has no other tag's start in it.
      if byte == 0x3C, let end = bytes[(index + 1)...].prefix(4096).firstIndex(where: { $0 == 0x3E || $0 == 0x3C }),
        bytes[end] == 0x3E
      {
        let name = bytes[(index + 1)..<end].prefix { $0 != .space && $0 != 0x3E }.prefix(8)
        let tag = String(decoding: name.last == 0x2F ? name.dropLast() : name, as: UTF8.self).lowercased()
        if breaks.contains(tag) { output.append(.lineFeed) }
        index = end + 1
      } else if byte == 0x26, let end = bytes[index...].prefix(10).firstIndex(of: 0x3B),
        let character = entities[String(decoding: bytes[(index + 1)..<end], as: UTF8.self)]
      {
        output.append(character)
        index = end + 1
      } else {
        output.append(byte)
        index += 1
      }
    }
    return output
  }
}
