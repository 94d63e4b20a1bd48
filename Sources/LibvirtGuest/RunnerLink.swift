import CLinux
import Foundation
import Guest
import Model
import Synchronization

/// The socket between this process and the runner in a guest.
///
/// What comes out of it is hostile: lines are capped, what the runner would not send is dropped, and a guest that sends
/// more than any trial needs is no longer listened to. So all that waits to be read is bounded too.
final class RunnerLink: Sendable {
  /// Ends when QEMU does, or with ``GuestEvent/cutOff(reason:)``.
  let events: AsyncStream<GuestEvent>
  private let descriptor: Int32
  // Closed by the reading thread only, so that its number never means another file while it is in use.
  private let isOpen = Mutex(true)

  /// Connects to the socket that QEMU listens on.
  /// - Throws: `LabError` when there is none.
  init(path: String) throws(LabError) {
    let descriptor = zlab_unix_connect(path)
    guard descriptor >= 0 else {
      throw LabError("cannot connect to the guest's runner at \(path): \(String(cString: strerror(errno)))")
    }
    self.descriptor = descriptor
    let (events, continuation) = AsyncStream.makeStream(of: GuestEvent.self)
    self.events = events
    let thread = Thread { [weak self] in
      read(descriptor) { continuation.yield($0) }
      continuation.finish()
      self?.isOpen.withLock { $0 = false }
      close(descriptor)
    }
    thread.name = "runner"
    thread.start()
  }

  /// Sends one line; one that does not get through says nothing that the guest's end will not say.
  func send(_ line: String) {
    isOpen.withLock { isOpen in
      guard isOpen else { return }
      let bytes = Array((line + "\n").utf8)
      // Never waits: the guest may have stopped reading for ever.
      _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }
  }

  /// Makes the reading thread end.
  func hangUp() { isOpen.withLock { if $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } } }
}

// Two captures of 64 KiB, each byte as three at worst.
private let longestLine = 512 << 10

private func read(_ descriptor: Int32, onEvent: (GuestEvent) -> Void) {
  var allowance = RunnerAllowance()
  var pending: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 64 << 10)
  while true {
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return }
    pending += buffer[..<count]
    var start = 0
    while let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if let message = RunnerMessage(line: pending[start..<end]) {
        switch allowance.take(message, bytes: end - start) {
        case .passedOn: onEvent(.said(message))
        case .dropped: break
        case .exceeded: return onEvent(.cutOff(reason: RunnerAllowance.reason))
        }
      }
      start = end + 1
    }
    pending.removeFirst(start)
    if pending.count > longestLine { pending = [] }
  }
}
