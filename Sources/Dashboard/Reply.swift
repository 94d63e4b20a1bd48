/// Reply of a page's handler.
package struct Reply: Sendable, Hashable {
  package var status: Int
  package var type: String
  package var body: String
  /// Content that is no text, in place of ``body``.
  package var data: [UInt8]?
  /// Value of zlab's cookie that it sets.
  var cookie: String?
  /// Path to go to.
  var location: String?

  package init(status: Int, type: String, body: String) { (self.status, self.type, self.body) = (status, type, body) }

  static func page(_ html: String, status: Int = 200) -> Reply {
    Reply(status: status, type: "text/html; charset=utf-8", body: html)
  }

  /// Fields that every answer has: nothing runs, loads, frames or sends anything but what is ours.
  package static let fields: [(String, String)] = [
    (
      "Content-Security-Policy",
      "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'"
    ),
    ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Resource-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
  ]
}

/// Of a page: its values by the names that the templates know.
typealias Values = [String: Any]
