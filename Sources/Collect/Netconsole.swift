import Foundation
import Glibc
package import Model

/// Receiver of netconsole, plain and extended: Documentation/networking/netconsole.rst.
///
/// To be used by one thread at a time, which ``Collector`` sees to.
package final class NetconsoleListener: @unchecked Sendable {
  /// Machines that are listened to at a time; of more, the one that has been silent longest is given up.
  private static let mostSenders = 256
  private static let window = 64 << 10
  /// After this time without a line an open report is taken for complete.
  private static let quiet: Duration = .seconds(2)

  private struct Sender {
    var scanner: ReportScanner
    var last: ContinuousClock.Instant
    var isSettled = true
    var bytes = 0
  }

  private let descriptor: Int32
  private var senders: [String: Sender] = [:]
  /// Port that it listens on.
  package let port: UInt16

  /// - Parameter address: `udp:PORT` for loopback, or `udp:ADDRESS:PORT`; port 0 is any that is free.
  /// - Throws: `RequestError` for what is no such address, `LabError` when it is taken.
  package init(_ address: String) throws {
    let parts = address.split(separator: ":").map(String.init)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    guard parts.first == "udp", 2...3 ~= parts.count, let port = parts.last.flatMap({ UInt16($0) }),
      inet_pton(AF_INET, parts.count == 3 ? parts[1] : "127.0.0.1", &place.sin_addr) == 1
    else {
      throw RequestError(
        "'\(address)' is no address to listen on", advice: "For instance udp:6666 or udp:192.0.2.1:6666.")
    }
    place.sin_port = port.bigEndian
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isBound = withUnsafeMutablePointer(to: &place) { place in
      place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw LabError("cannot listen on \(address): \(reason)")
    }
    self.port = UInt16(bigEndian: place.sin_port)
  }

  deinit { close(descriptor) }

  /// Waits for messages for at most a tenth of a second and returns the sightings that became complete.
  package func poll() -> SourceResult {
    var result = SourceResult("netconsole")
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    if Glibc.poll(&wait, 1, 100) > 0 {
      withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
        // So many at a time: another thread writes them meanwhile to the socket's buffer.
        for _ in 0..<1000 {
          guard let (count, host, port) = receive(buffer) else { return }
          result.bytes += count
          take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), from: host, port)
        }
      }
    }
    settle(&result)
    return result
  }

  private func receive(_ buffer: UnsafeMutableRawBufferPointer) -> (Int, String, UInt16)? {
    var from = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let count = withUnsafeMutablePointer(to: &from) { from in
      from.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        recvfrom(descriptor, buffer.baseAddress, buffer.count, 0, $0, &length)
      }
    }
    guard count > 0 else { return nil }
    var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
    inet_ntop(AF_INET, &from.sin_addr, &text, socklen_t(text.count))
    let host = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (count, host, UInt16(bigEndian: from.sin_port))
  }

  private func take(_ bytes: UnsafeRawBufferPointer, from host: String, _ port: UInt16) {
    // Machines behind one address, such as QEMU's guests, differ by the port.
    let name = "\(host):\(port)"
    if senders[name] == nil {
      if senders.count >= Self.mostSenders, let oldest = senders.min(by: { $0.value.last < $1.value.last })?.key {
        senders[oldest] = nil
      }
      senders[name] = Sender(scanner: scanner(host), last: .now)
    }
    // The parser counts lines and keeps boots for ever; a new one begins when no report is open.
    if let sender = senders[name], sender.isSettled, sender.bytes > 16 << 20 {
      senders[name] = Sender(scanner: scanner(host), last: .now)
    }
    senders[name]?.scanner.feed(text: String(decoding: bytes, as: UTF8.self))
    senders[name]?.last = .now
    senders[name]?.isSettled = false
    senders[name]?.bytes += bytes.count
  }

  private func scanner(_ host: String) -> ReportScanner {
    var context = LogContext(origin: "netconsole:\(host)", time: Date())
    context.host = host
    return ReportScanner(context, window: Self.window)
  }

  private func settle(_ result: inout SourceResult) {
    for (name, sender) in senders {
      if !sender.isSettled, sender.last.duration(to: .now) > Self.quiet {
        sender.scanner.settle()
        senders[name]?.isSettled = true
      }
      for var sighting in sender.scanner.takeSightings() {
        sighting.seen = Date()
        result.sightings.append(sighting)
      }
    }
  }

  /// Ends all open reports.
  package func finish() -> [FieldSighting] {
    senders.values.flatMap { sender in
      sender.scanner.finish()
      return sender.scanner.takeSightings()
    }
  }
}
