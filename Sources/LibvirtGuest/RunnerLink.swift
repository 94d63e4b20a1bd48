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
    // The guest's end is a console, of which QEMU drops what the socket has no room for (hw/char/virtio-console.c,
    // flush_buf()): one thread does nothing but empty it, another one reads what came.
    let arrived = ByteQueue()
    let receiver = Thread { [weak self] in
      receive(descriptor) { arrived.put($0) }
      arrived.end()
      self?.isOpen.withLock { $0 = false }
      close(descriptor)
    }
    receiver.name = "runner"
    receiver.start()
    let reader = Thread {
      read(arrived) { continuation.yield($0) }
      continuation.finish()
      // Nobody reads on: what comes is thrown away, so that the other thread sees the end.
      while arrived.take() != nil {}
    }
    reader.name = "runner-lines"
    reader.start()
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

private func receive(_ descriptor: Int32, _ put: (ArraySlice<UInt8>) -> Void) {
  var buffer = [UInt8](repeating: 0, count: 64 << 10)
  while true {
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return }
    put(buffer[..<count])
  }
}

private func read(_ arrived: ByteQueue, onEvent: (GuestEvent) -> Void) {
  var allowance = RunnerAllowance()
  var pending: [UInt8] = []
  while let bytes = arrived.take() {
    pending += bytes
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

/// Bytes that one thread has received and another one has not read yet.
private final class ByteQueue: @unchecked Sendable {
  // A guest that sends faster than it is read has had its allowance long before.
  private static let most = 48 << 20

  private let condition = NSCondition()
  private var bytes: [UInt8] = []
  private var isEnded = false

  /// Waits while the queue is full.
  func put(_ more: ArraySlice<UInt8>) {
    condition.lock()
    while bytes.count > Self.most { condition.wait() }
    bytes += more
    condition.broadcast()
    condition.unlock()
  }

  func end() {
    condition.lock()
    isEnded = true
    condition.broadcast()
    condition.unlock()
  }

  /// Everything that has come since the last call; waits for something, nil at the end.
  func take() -> [UInt8]? {
    condition.lock()
    defer { condition.unlock() }
    while bytes.isEmpty, !isEnded { condition.wait() }
    guard !bytes.isEmpty else { return nil }
    let taken = bytes
    bytes = []
    condition.broadcast()
    return taken
  }
}
