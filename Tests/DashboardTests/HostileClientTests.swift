import Foundation
import HostTools
import Synchronization
import Testing

/// Clients that mean harm, or are merely broken, and one beside them that asks for a page.
@Suite struct HostileClientTests {
  /// Sends a request on a thread of its own and gives the whole answer.
  private func answer(_ address: String, _ request: String) async throws -> String {
    try #require(
      await BlockingThread(name: "client").run {
        let client = RawClient(address)
        client?.send(request)
        return client?.answer()
      })
  }

  private static let ask = "GET /signatures HTTP/1.1\r\nHost: localhost\r\n\r\n"

  @Test(
    .timeLimit(.minutes(5)),
    arguments: [
      ("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + String(repeating: "x", count: 250_000), 431),
      ("GET /" + String(repeating: "x", count: 250_000), 414),
      ("GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 100_000), 431),
      (
        "GET / HTTP/1.1\r\nHost: localhost\r\n"
          + String(repeating: "C: \(String(repeating: "z", count: 9000))\r\n", count: 9), 431
      ),
      ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example.org\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\nHost: localhost\r\nX: a\u{0}b\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\nHost: localhost\r\n folded\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\nno field\r\n\r\n", 400),
      ("GET http://elsewhere.example.org/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
      ("GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
      ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\n", 400), ("nonsense\n", 400),
      ("GET / HTTP/1.1\r\n\r\n", 421),
      (
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + String(repeating: "x", count: 100_000),
        405
      ),
      ("GET / HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n\r\n", 403),
      ("GET / HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n\r\n", 200),
      ("\r\nGET /style.css?a=%ff&a HTTP/1.0\nHost: localhost\n\n", 200),
    ])
  func `what is too large or no request gets its status, and the next client its page`(request: String, expected: Int)
    async throws
  {
    try await withServer { address in
      let answer = try await answer(address, request)
      #expect(status(answer) == expected, "\(answer.prefix(200))")
      let next = status(try await self.answer(address, Self.ask))
      #expect(next == 200)
    }
  }

  @Test(.timeLimit(.minutes(5))) func `clients that never come to an end make nobody else wait`() async throws {
    try await withServer { address in
      // More than there are places for: half a request, one byte of it, and none.
      let silent = (0..<160).compactMap { number in
        let client = RawClient(address)
        client?.send(["GET / HTTP/1.1\r\nHost: localhost\r\nX: y", "G", ""][number % 3])
        return client
      }
      #expect(silent.count == 160)
      for _ in 0..<5 {
        let code = status(try await answer(address, Self.ask))
        #expect(code == 200)
      }
      withExtendedLifetime(silent) {}
    }
  }

  @Test(.timeLimit(.minutes(5))) func `a client that reads nothing and one that leaves make nobody else wait`()
    async throws
  {
    try await withServer { address in
      let deaf = (0..<140).compactMap { number in
        let client = RawClient(address)
        client?.send("GET /\(number % 2 == 0 ? "" : "events") HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return client
      }
      for _ in 0..<100 { RawClient(address)?.send(Self.ask) }
      for _ in 0..<5 {
        let answer = try await answer(address, Self.ask)
        // Pages that wait for their turn are bounded too: then whoever asks is told at once.
        #expect([200, 503].contains(status(answer)), "\(answer.prefix(200))")
      }
      withExtendedLifetime(deaf) {}
    }
  }

  @Test(.timeLimit(.minutes(5))) func `a client is answered while heads without end come in`() async throws {
    try await withServer { address in
      let over = Flag()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for seed in 0..<4 {
          group.addTask {
            await BlockingThread(name: "flood").run {
              let piece = [UInt8](repeating: UInt8(ascii: "a") + UInt8(seed), count: 200_000)
              while !over.isSet {
                let client = RawClient(address)
                client?.send("GET / HTTP/1.1\r\nX: ")
                while client?.send(piece) == true {}
              }
            }
          }
        }
        for _ in 0..<50 {
          let code = status(try await answer(address, Self.ask))
          #expect(code == 200)
        }
        over.set()
        try await group.waitForAll()
      }
    }
  }
}

private final class Flag: Sendable {
  private let flag = Mutex(false)
  var isSet: Bool { flag.withLock { $0 } }
  func set() { flag.withLock { $0 = true } }
}
