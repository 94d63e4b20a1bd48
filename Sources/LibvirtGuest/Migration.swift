import CLinux
import Foundation
import Guest
import Libvirt
import Model

/// The state of a guest's devices on its way out of a QEMU or into one, without the memory.
///
/// QEMU leaves memory that is a shared file out of the stream when `x-ignore-shared` is set; a guest that then maps the
/// file privately has it all (docs/system/vm-templating.rst). Blocking: for a `BlockingThread`.
struct Migration {
  let domain: Domain
  /// Path of a socket that is free to be made.
  let socket: String

  // What comes out for a small guest is 40 KB; more than this is not a guest without PCI functions.
  private static let largest = 64 << 20

  /// Stops the guest and writes its state.
  func save(to file: String) throws {
    try domain.suspend()
    try prepare()
    let listener = try checked(zlab_unix_listen(socket), "listen at \(socket)")
    defer { close(listener) }
    try domain.ask("migrate", ["uri": .text("unix:\(socket)")], to: "save the guest \(domain.name)")
    let bytes = try readAll(from: listener)
    try waitForEnd()
    guard FileManager.default.createFile(atPath: file, contents: Data(bytes)) else {
      throw LabError("cannot write \(file): \(String(cString: strerror(errno)))")
    }
  }

  /// Gives a waiting guest its state.
  func restore(from file: String) throws {
    guard let bytes = FileManager.default.contents(atPath: file), !bytes.isEmpty, bytes.count <= Self.largest else {
      throw LabError("cannot read the saved guest's state \(file)")
    }
    try prepare()
    try domain.ask("migrate-incoming", ["uri": .text("unix:\(socket)")], to: "restore the guest \(domain.name)")
    let descriptor = try checked(zlab_unix_connect(socket), "connect to \(socket)")
    defer { close(descriptor) }
    try setTimeLimit(of: descriptor, SO_SNDTIMEO)
    try writeAll(bytes, to: descriptor)
    shutdown(descriptor, Int32(SHUT_WR))
    try waitForEnd()
  }

  private func prepare() throws {
    unlink(socket)
    let ignoresMemory: [String: MonitorValue] = ["capability": .text("x-ignore-shared"), "state": .flag(true)]
    try domain.ask(
      "migrate-set-capabilities", ["capabilities": .list([.object(ignoresMemory)])], to: "prepare the saved state")
  }

  private func waitForEnd() throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while .now < deadline {
      let answer = try domain.ask("query-migrate", to: "say how the saved state goes on")
      let status = try? JSONDecoder().decode(Status.self, from: Data(answer.utf8)).value
      switch status?.status {
      case "completed": return
      case "failed", "cancelled":
        throw LabError("QEMU cannot move the saved state: \(status?.reason ?? "it gives no reason")")
      default: usleep(1000)
      }
    }
    throw LabError("QEMU did not finish with the saved state within 20 s")
  }

  private func readAll(from listener: Int32) throws -> [UInt8] {
    var ready = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    guard poll(&ready, 1, 20_000) > 0 else { throw LabError("QEMU did not begin to save the guest within 20 s") }
    let descriptor = try checked(zlab_accept(listener), "accept QEMU's connection")
    defer { close(descriptor) }
    try setTimeLimit(of: descriptor, SO_RCVTIMEO)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0, bytes.count <= Self.largest else { throw LabError("cannot read the guest's state from QEMU") }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  private func writeAll(_ data: Data, to descriptor: Int32) throws {
    var rest = Array(data)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw LabError("QEMU does not take the saved state: \(String(cString: strerror(errno)))") }
      rest = rest.dropFirst(count)
    }
  }

  private func setTimeLimit(of descriptor: Int32, _ option: Int32) throws {
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    _ = try checked(setsockopt(descriptor, SOL_SOCKET, option, &limit, size), "limit the time of a socket")
  }

  private func checked(_ result: Int32, _ what: String) throws -> Int32 {
    guard result >= 0 else { throw LabError("cannot \(what): \(String(cString: strerror(errno)))") }
    return result
  }
}

private struct Status: Decodable {
  struct Value: Decodable {
    let status: String?
    let reason: String?
    enum CodingKeys: String, CodingKey {
      case status
      case reason = "error-desc"
    }
  }
  let value: Value
  enum CodingKeys: String, CodingKey { case value = "return" }
}
