import Foundation

/// The head of an HTTP/1 request (RFC 9112, sections 3 and 5), as far as the pages need it.
struct RequestHead: Sendable, Hashable {
  let method: String
  /// Still percent-encoded.
  let path: String
  /// Decoded; of fields with one name the first. `format` also follows from an `Accept` field.
  let query: [String: String]
  /// The `Host` field; nil when there is none.
  let host: String?
  /// Token of the `Authorization` field (RFC 6750) or of zlab's cookie; nil when there is none.
  let token: String?
  /// A page of another site asks for it, and not because a person followed a link (Fetch Metadata, W3C).
  let isCrossSite: Bool

  /// - Throws: `Refusal` for what is no request, with the status that it is answered with.
  init(_ lines: [Substring]) throws(Refusal) {
    let words = (lines.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy({ $0.isASCII && $0.isLetter }) else {
      throw Refusal(400, "no request line of HTTP/1.1")
    }
    guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else { throw Refusal(505, "the version is not HTTP/1.1") }
    guard words[1].hasPrefix("/"), let target = URLComponents(string: String(words[1])) else {
      throw Refusal(400, "the target is no path")
    }
    method = String(words[0])
    path = target.percentEncodedPath
    var query = Dictionary((target.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { first, _ in first }
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), line.first != " ", line.first != "\t" else {
        throw Refusal(400, "a line of the head is no field")
      }
      let name = line[..<colon].lowercased()
      // Two of them, and what is in front may have looked at the other one (RFC 9112, section 3.2).
      if name == "host", fields[name] != nil { throw Refusal(400, "two Host fields") }
      fields[name] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    // JSON named first asks for a page's JSON form (RFC 9110, section 12.5.1).
    if query["format"] == nil, fields["accept"]?.hasPrefix("application/json") == true { query["format"] = "json" }
    self.query = query
    host = fields["host"]
    let bearer = fields["authorization"].flatMap { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : nil }
    let cookies = (fields["cookie"] ?? "").split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
    let name = AccessToken.cookie + "="
    token = bearer ?? cookies.first { $0.hasPrefix(name) }.map { String($0.dropFirst(name.count)) }
    let site = fields["sec-fetch-site"] ?? "none"
    isCrossSite = site != "none" && site != "same-origin" && fields["sec-fetch-mode"] != "navigate"
  }

  /// Reason why a request is not looked at.
  struct Refusal: Error, Hashable {
    let status: Int
    let reason: String

    init(_ status: Int, _ reason: String) { (self.status, self.reason) = (status, reason) }
  }
}

/// Takes the bytes of a head as they arrive, each looked at once, and refuses one that is too large before it is parsed.
struct RequestReader {
  /// Bytes of a line: twice what browsers send at most.
  static let longestLine = 16 << 10
  /// Bytes of a head: cookies of other servers on this machine come along.
  static let largestHead = 64 << 10
  static let mostLines = 100

  private var line: [UInt8] = []
  private var lines: [Substring] = []
  private var size = 0

  /// - Returns: the head once it is whole; nil while more is to come.
  /// - Throws: `RequestHead.Refusal`.
  mutating func take(_ bytes: some Collection<UInt8>) throws(RequestHead.Refusal) -> RequestHead? {
    for byte in bytes {
      size += 1
      guard size <= Self.largestHead else { throw RequestHead.Refusal(431, "the head is too large") }
      guard byte == UInt8(ascii: "\n") else {
        guard line.count < Self.longestLine else {
          throw lines.isEmpty
            ? RequestHead.Refusal(414, "the request line is too long") : RequestHead.Refusal(431, "a field is too long")
        }
        line.append(byte)
        continue
      }
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      if line.isEmpty {
        // Before a request line one is allowed (RFC 9112, section 2.2).
        if lines.isEmpty { continue }
        return try RequestHead(lines)
      }
      try endLine()
    }
    return nil
  }

  private mutating func endLine() throws(RequestHead.Refusal) {
    guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == UInt8(ascii: "\t") }) else {
      throw RequestHead.Refusal(400, "a control character in the head")
    }
    guard lines.count < Self.mostLines else { throw RequestHead.Refusal(431, "too many fields") }
    lines.append(Substring(String(decoding: line, as: UTF8.self)))
    line.removeAll(keepingCapacity: true)
    // What is no request is not read to its end.
    if lines.count == 1 { _ = try RequestHead(lines) }
  }
}
