import Dashboard
import Foundation
import Model
import Nightly
import ResultStore
import Storage
import Testing

/// Pages of collected logs, whose hosts and titles are hostile, and the token for other machines.
@Suite struct FieldPagesTests {
  private static let evil = "<script>alert(1)</script>"
  private let fixture: PageFixture
  private let pages: Pages

  init() throws {
    fixture = try PageFixture()
    let store = fixture.store
    pages = try Pages(store, fixture.folders, report: { try nightReport($0, store: store) })
    let sightings = (0..<40).map { number in
      FieldSighting(
        key: String(format: "%032x", number),
        finding: Finding(
          kind: .warning, title: "WARNING in field_\(number % 4) \(Self.evil)", message: "m", firstLine: 1, lastLine: 2,
          signature: "f00000000000000\(number % 4)"),
        host: number % 2 == 0 ? "lpar1" : "a/b \(Self.evil)", kernel: "6.1.\(number % 3)", boot: "", seen: Date(),
        origin: "/logs/\(Self.evil)", excerpt: "excerpt \(Self.evil)")
    }
    _ = try store.add(sightings)
  }

  private func words(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }

  @Test func `field, host and signature pages hold what was collected, and no markup of it`() {
    for path in [
      "/field", "/host/lpar1", "/host/" + words("a/b \(Self.evil)"), "/signature/f000000000000001", "/signatures",
    ] {
      let reply = pages.reply(to: path)
      #expect(reply.status == 200 && reply.body.contains("field_"), "\(path)")
      let hasMarkup = reply.body.contains("<script>")
      #expect(!hasMarkup, "\(path)")
    }
    #expect(pages.reply(to: "/field").body.contains("/host/lpar1"))
    #expect(pages.reply(to: "/field", query: ["q": "field_3"]).body.contains("1 signature<"))
    #expect(pages.reply(to: "/host/nobody").status == 404)
    #expect(pages.reply(to: "/sighting/1").type == "text/plain; charset=utf-8")
    #expect(pages.reply(to: "/sighting/99999").status == 404 && pages.reply(to: "/sighting/x").status == 404)
  }

  @Test func `heat maps have a date for each row, and numbers that a list of links explains`() {
    let body = pages.reply(to: "/field").body
    let day = String(Date().formatted(.iso8601).prefix(10))
    #expect(body.components(separatedBy: ">\(day)</text>").count - 1 == 2 + 3)
    #expect(body.contains(">4</text>") && !body.contains(">5</text>"))
    let list = body.components(separatedBy: "<ol class=\"columns\">").last ?? ""
    #expect(list.components(separatedBy: "<li>").count - 1 == 4)
    #expect(body.contains("href=\"/host/" + words("a/b \(Self.evil)") + "\""))
  }

  @Test func `pages are JSON where that is asked for`() throws {
    for path in ["/field", "/signatures", "/signature/f000000000000001", "/host/lpar1", "/night/b0000090"] {
      let reply = pages.reply(to: path, query: ["format": "json"])
      #expect(reply.type == "application/json", "\(path)")
      #expect(try JSONSerialization.jsonObject(with: Data(reply.body.utf8)) is [String: Any], "\(path)")
    }
  }

  @Test func `a token is asked for, made once, and refused where others could read it`() async throws {
    let file = fixture.folders.state.appending(path: "token").path
    let token = try AccessToken(file: file)
    #expect(try AccessToken(file: file) == token && token.text.count == 32)
    let server = try DashboardServer(pages, port: 0, token: token)
    let (addresses, ready) = AsyncStream<String>.makeStream()
    let task = Task { try await server.run { ready.yield($0) } }
    defer { task.cancel() }
    for await address in addresses {
      func answer(_ path: String, _ field: String = "") throws -> String {
        let client = try #require(RawClient(address))
        client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(field)\r\n")
        return client.answer()
      }
      #expect(try status(answer("/field")) == 401)
      #expect(try status(answer("/field?token=wrong")) == 401)
      let signed = try answer("/field?token=\(token.text)")
      #expect(status(signed) == 303 && signed.contains("HttpOnly") && signed.contains("Location: /field\r\n"))
      #expect(try status(answer("/field", "Cookie: a=b; zlab-token=\(token.text)\r\n")) == 200)
      #expect(try status(answer("/field", "Authorization: Bearer \(token.text)\r\n")) == 200)
      #expect(try status(answer("/events", "Cookie: zlab-token=\r\n")) == 401)
      break
    }
    chmod(file, 0o644)
    #expect(throws: RequestError.self) { try AccessToken(file: file) }
  }
}
