import Foundation
import FoundationNetworking
import Synchronization
import Testing

@Suite struct ServerTests {
  private func answer(_ address: String, method: String = "GET", host: String? = nil, accept: String? = nil)
    async throws -> (
      status: Int, fields: [String: String], body: String
    )
  {
    let url = try #require(URL(string: address))
    var request = URLRequest(url: url)
    // The default of a minute is short on a busy machine; the time limit of the test is what ends a server that hangs.
    request.timeoutInterval = 900
    request.httpMethod = method
    if let host { request.setValue(host, forHTTPHeaderField: "Host") }
    if let accept { request.setValue(accept, forHTTPHeaderField: "Accept") }
    let (data, response) = try await URLSession.shared.data(for: request)
    let http = try #require(response as? HTTPURLResponse)
    let fields = http.allHeaderFields.map { ("\($0.key)".lowercased(), "\($0.value)") }
    return (http.statusCode, Dictionary(fields) { first, _ in first }, String(decoding: data, as: UTF8.self))
  }

  @Test(.timeLimit(.minutes(15))) func `pages are answered with a policy that lets nothing run or load`() async throws {
    try await withServer { address in
      let page = try await answer(address + "scenario/vfio-detach-race")
      #expect(page.status == 200 && page.body.contains("<svg"))
      let policy = try #require(page.fields["content-security-policy"])
      #expect(
        policy.hasPrefix("default-src 'none'; style-src 'self'; script-src 'self';") && !policy.contains("unsafe"))
      #expect(page.fields["x-content-type-options"] == "nosniff")
      #expect(try await answer(address, accept: "application/json").fields["content-type"] == "application/json")
      #expect(try await answer(address, accept: "text/html,*/*").body.hasPrefix("<!DOCTYPE"))
      #expect(try await answer(address + "style.css").body.contains("prefers-color-scheme: dark"))
      #expect(try await answer(address + "run/../../../../etc/passwd").status == 404)
      #expect(try await answer(address + "run/%2e%2e%2f%2e%2e%2fetc%2fpasswd").status == 404)
      #expect(try await answer(address, method: "POST").status == 405)
      #expect(try await answer(address, method: "DELETE").status == 405)
    }
  }

  @Test(.timeLimit(.minutes(15))) func `a name that is not ours is not answered`() async throws {
    try await withServer { address in
      let (strange, ours) = (
        try await answer(address, host: "evil.example.org"), try await answer(address, host: "localhost:8080")
      )
      #expect(strange.status == 421 && ours.status == 200)
    }
  }

  @Test(.timeLimit(.minutes(15))) func `what runs is sent as events`() async throws {
    try await withServer { address in
      let url = try #require(URL(string: address + "events"))
      let (data, response) = try await firstBytes(url)
      #expect((response as? HTTPURLResponse)?.value(forHTTPHeaderField: "Content-Type") == "text/event-stream")
      #expect(data.hasPrefix("data: [{") && data.contains(#""id":"a00000b1""#) && data.hasSuffix("\n\n"))
    }
  }

  private func firstBytes(_ url: URL) async throws -> (String, URLResponse?) {
    let listener = Listener()
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = 900
    let session = URLSession(configuration: configuration, delegate: listener, delegateQueue: nil)
    let task = session.dataTask(with: url)
    task.resume()
    defer { session.invalidateAndCancel() }
    for await data in listener.pieces { return (String(decoding: data, as: UTF8.self), task.response) }
    return ("", nil)
  }

  private final class Listener: NSObject, URLSessionDataDelegate, Sendable {
    let pieces: AsyncStream<Data>
    private let pipe: AsyncStream<Data>.Continuation

    override init() { (pieces, pipe) = AsyncStream.makeStream() }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) { pipe.yield(data) }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
      pipe.finish()
    }
  }

  private static let chromium = ["chromium-headless-shell", "chromium", "chromium-browser"].map { "/usr/bin/" + $0 }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(.enabled(if: ServerTests.chromium != nil, "scripts/setup --tests brings a browser"), .timeLimit(.minutes(15)))
  func `in a browser a hostile log does nothing, and the pages have something to see`() async throws {
    try await withServer { address in
      let log = try browse(["--dump-dom", address + "run/\(PageFixture.run)/trial/3#L123"])
      #expect(log.contains("<title>Trial 3 of vfio-detach-race on debian:bookworm - zlab</title>"))
      #expect(log.contains("&lt;script&gt;document.title") && log.contains(#"<span id="L123" class="hit">"#))
      let picture = FileManager.default.temporaryDirectory.appending(path: "zlab-\(UUID().uuidString).png")
      defer { try? FileManager.default.removeItem(at: picture) }
      _ = try browse(["--screenshot=\(picture.path)", "--window-size=390,844", address + "scenario/vfio-detach-race"])
      // An empty page of this size takes some 5 kB.
      let size = try Data(contentsOf: picture).count
      #expect(size > 12_000)
    }
  }

  private func browse(_ words: [String]) throws -> String {
    let profile = FileManager.default.temporaryDirectory.appending(path: "zlab-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: profile) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.chromium))
    process.arguments =
      ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000", "--user-data-dir=\(profile.path)"]
      + words
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: said, as: UTF8.self)
  }
}
