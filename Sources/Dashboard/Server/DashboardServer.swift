import Foundation
import HostTools
package import Model

/// The pages over HTTP, read-only, on one address.
///
/// A head is bounded in bytes, lines and time before anything of it is parsed, every answer ends its connection, and
/// nothing that a request carries beside its head is read.
package struct DashboardServer: Sendable {
  private let handler: PageHandler
  private let port: UInt16

  /// - Parameters:
  ///   - host: an IPv4 address; all but loopback lets others in.
  ///   - port: 0 for any that is free.
  ///   - token: asked of each request; nil for none.
  /// - Throws: `RequestError` for an address that is none.
  package init(
    _ pages: Pages, host: String = "127.0.0.1", port: UInt16 = 8080, token: AccessToken? = nil
  ) throws(RequestError) {
    var address = in_addr()
    guard inet_pton(AF_INET, host, &address) == 1 else { throw RequestError("'\(host)' is no IPv4 address") }
    handler = PageHandler(pages: pages, host: host, token: token)
    self.port = port
  }

  /// Answers until the task is cancelled.
  /// - Parameter onReady: gets the address of the first page.
  /// - Throws: `LabError` when the address is taken; `CancellationError`.
  package func run(onReady: @escaping @Sendable (String) -> Void) async throws {
    guard let waker = Waker() else {
      throw LabError("cannot wait for connections: \(String(cString: strerror(errno)))")
    }
    let (listener, taken) = try listen()
    defer { close(listener) }
    onReady("http://\(handler.host):\(taken)/")
    let thread = BlockingThread(name: "zlab-serve")
    await withTaskCancellationHandler {
      await thread.run { [handler] in ServerLoop(listener, handler, waker).run() }
    } onCancel: {
      waker.stop()
    }
    try Task.checkCancellation()
  }

  private func listen() throws(LabError) -> (socket: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var (one, address, length) = (Int32(1), sockaddr_in(), socklen_t(MemoryLayout<sockaddr_in>.size))
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, handler.host, &address.sin_addr)
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    let isReady = withUnsafeMutablePointer(to: &address) { place in
      place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
        bind(descriptor, place, length) == 0 && Glibc.listen(descriptor, 1024) == 0
          && getsockname(descriptor, place, &length) == 0
      }
    }
    guard isReady else {
      let problem = "cannot answer on \(handler.host):\(port): \(String(cString: strerror(errno)))"
      close(descriptor)
      throw LabError(problem, advice: "Choose another one with --port.")
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }
}
