import FlyingFox
import FlyingSocks
import Foundation
package import Records

/// The pages over HTTP, read-only, on one address.
package struct DashboardServer: Sendable {
  private let server: HTTPServer
  private let address: String

  /// - Parameters:
  ///   - host: an IPv4 address; all but loopback lets others in.
  ///   - port: 0 for any that is free.
  /// - Throws: `RequestError` for an address that is none.
  package init(_ pages: Pages, host: String = "127.0.0.1", port: UInt16 = 8080) throws(RequestError) {
    let handler = PageHandler(pages: pages, host: host)
    do {
      let place: sockaddr_in = try .inet(ip4: host, port: port)
      server = HTTPServer(address: place, timeout: 30, logger: .disabled, handler: handler)
    } catch {
      throw RequestError("'\(host)' is no IPv4 address")
    }
    address = host
  }

  /// Answers until the task is cancelled.
  /// - Parameter onReady: gets the address of the first page.
  /// - Throws: `LabError` when the address is taken.
  package func run(onReady: @escaping @Sendable (String) -> Void) async throws {
    let server = server
    let ready = Task {
      try await server.waitUntilListening(timeout: 60)
      if case .ip4(_, let port) = await server.listeningAddress { onReady("http://\(address):\(port)/") }
    }
    defer { ready.cancel() }
    do {
      try await server.run()
    } catch {
      try Task.checkCancellation()
      throw LabError(
        "cannot answer on \(address): \(error.localizedDescription)", advice: "Choose another one with --port.")
    }
  }
}

private struct PageHandler: HTTPHandler {
  let pages: Pages
  let host: String

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard request.method == .GET || request.method == HTTPMethod("HEAD") else {
      return response(Reply(status: 405, type: "text/plain", body: "Read-only.\n"), request)
    }
    guard isOurs(request.headers[HTTPHeader("Host")] ?? "") else {
      return response(Reply(status: 421, type: "text/plain", body: "Not this host.\n"), request)
    }
    if request.path == "/events" { return events(request) }
    let query = Dictionary(request.query.map { ($0.name, $0.value) }) { first, _ in first }
    return response(pages.reply(to: request.path, query: query), request)
  }

  /// A page from elsewhere may make its own name resolve to our address; it cannot change the field that says so.
  private func isOurs(_ field: String) -> Bool {
    let name = field.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init) ?? ""
    return name == host || name == "localhost" || (host == "0.0.0.0" && !name.isEmpty)
  }

  private func response(_ reply: Reply, _ request: HTTPRequest) -> HTTPResponse {
    HTTPResponse(
      statusCode: HTTPStatusCode(reply.status, phrase: reply.status == 200 ? "OK" : "No"),
      headers: headers(reply.type), body: request.method == .GET ? Data(reply.body.utf8) : Data())
  }

  private func events(_ request: HTTPRequest) -> HTTPResponse {
    HTTPResponse(
      statusCode: .ok, headers: headers("text/event-stream"), body: HTTPBodySequence(from: LiveEvents(pages: pages)))
  }

  private func headers(_ type: String) -> HTTPHeaders {
    var headers: HTTPHeaders = [.contentType: type]
    for (name, value) in Reply.fields { headers[HTTPHeader(name)] = value }
    return headers
  }
}

/// Server-sent events (HTML Living Standard, section 9.2): how far what runs has come, every two seconds.
private struct LiveEvents: AsyncBufferedSequence {
  typealias Element = UInt8
  let pages: Pages

  struct Iterator: AsyncBufferedIteratorProtocol {
    let pages: Pages
    /// A reader who is still there asks anew.
    var left = 150

    mutating func next() async throws -> UInt8? { throw CancellationError() }

    mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
      guard left > 0 else { return nil }
      if left < 150 { try await Task.sleep(for: .seconds(2)) }
      left -= 1
      return Array("data: \(try pages.progress())\n".utf8)
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(pages: pages) }
}
