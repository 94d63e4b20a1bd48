import Foundation

/// Decides which requests are answered, and with which page.
struct PageHandler: Sendable {
  let pages: Pages
  /// The address that it answers on.
  let host: String
  /// Asked of each request; nil where only this machine can reach it.
  var token: AccessToken?

  /// The answer to a request; nil for one that wants events instead.
  func reply(to request: RequestHead) -> Reply? {
    guard request.method == "GET" || request.method == "HEAD" else { return text(405, "Read-only.") }
    guard isOurs(request.host ?? "") else { return text(421, "Not this host.") }
    guard !request.isCrossSite else { return text(403, "Not for pages of other sites.") }
    if let token {
      let given = request.query["token"]
      guard token.isRight(given ?? request.token ?? "") else {
        return text(
          401, "A token is required: add ?token=TOKEN to the address. zlab serve names the file that holds it.")
      }
      if given != nil {
        // The address with the token must not stay in the history and in links.
        var reply = text(303, "Signed in.")
        (reply.cookie, reply.location) = (token.text, request.path.hasPrefix("//") ? "/" : request.path)
        return reply
      }
    }
    if request.path == "/events", request.method == "GET" { return nil }
    return pages.reply(to: request.path, query: request.query)
  }

  func text(_ status: Int, _ words: String) -> Reply { Reply(status: status, type: "text/plain", body: words + "\n") }

  /// A page from elsewhere may make its own name resolve to our address; it cannot change the field that says so.
  private func isOurs(_ field: String) -> Bool {
    let name = field.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init) ?? ""
    return name == host || name == "localhost" || (host == "0.0.0.0" && !name.isEmpty)
  }
}

extension Reply {
  /// The bytes of an answer after which the connection is closed.
  /// - Parameter isHead: only its head was asked for.
  func bytes(isHead: Bool = false) -> [UInt8] {
    let content = data ?? Array(body.utf8)
    return head([("Content-Length", String(content.count))]) + (isHead ? [] : content)
  }

  /// The head alone, of an answer whose length nobody knows.
  func head(_ more: [(String, String)] = []) -> [UInt8] {
    var fields = [("Content-Type", type), ("Connection", "close")] + more + Self.fields
    if let cookie {
      fields.append(
        ("Set-Cookie", "\(AccessToken.cookie)=\(cookie); HttpOnly; SameSite=Strict; Path=/; Max-Age=2592000"))
    }
    if let location { fields.append(("Location", location)) }
    let lines = ["HTTP/1.1 \(status) \(Self.phrase(status))"] + fields.map { "\($0): \($1)" }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  private static func phrase(_ status: Int) -> String {
    [
      200: "OK", 303: "See Other", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
      405: "Method Not Allowed",
      408: "Request Timeout", 414: "URI Too Long", 421: "Misdirected Request", 431: "Request Header Fields Too Large",
      500: "Internal Server Error", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
    ][status] ?? "Other"
  }
}
