import CLinux
import Foundation
import Model
import Synchronization

/// Writes a guest's console to its file on a thread of its own, and knows whether all of it got there.
///
/// QEMU's own `file` backend drops what the disk refuses, without a word (chardev/char-fd.c, `fd_chr_write`). So QEMU
/// writes to a socket; what the disk refuses is kept in memory, and tried again until the guest has ended.
final class ConsoleRecorder: Sendable {
  private struct State {
    // nil when they are closed, so that a number never means another file while it is in use.
    var listener: Int32?
    var connection: Int32?
    var loss: String?
  }

  private let state: Mutex<State>
  private let done: AsyncStream<Void>

  /// Listens, and makes the file or empties it.
  ///
  /// - Parameters:
  ///   - socket: a free path at which QEMU is to connect, once.
  ///   - file: takes every byte from the first.
  ///   - isShared: whether QEMU runs as another user.
  /// - Throws: `LabError` when the disk refuses.
  init(socket: String, file: String, isShared: Bool) throws(LabError) {
    let output = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard output >= 0 else { throw LabError("cannot create the console's file \(file): \(errorText())") }
    let listener = zlab_unix_listen(socket)
    guard listener >= 0 else {
      let problem = errorText()
      close(output)
      throw LabError("cannot listen for the guest's console at \(socket): \(problem)")
    }
    if isShared { chmod(socket, 0o666) }
    let (done, continuation) = AsyncStream.makeStream(of: Void.self)
    self.done = done
    state = Mutex(State(listener: listener))
    let thread = Thread { [self] in
      if let connection = accept() { record(from: connection, to: output) }
      close(output)
      continuation.finish()
    }
    thread.name = "console"
    thread.start()
  }

  /// Waits until everything that the guest printed is in the file; to be called when QEMU has ended.
  /// - Returns: why something is missing there; nil when nothing is.
  func finish() async -> String? {
    hangUp(\.listener)
    // A QEMU that a daemon could not end would keep it open for ever.
    let clock = Task {
      try await Task.sleep(for: .seconds(20))
      hangUp(\.connection)
    }
    for await _ in done {}
    clock.cancel()
    return state.withLock { $0.loss }
  }

  private func hangUp(_ socket: KeyPath<State, Int32?>) {
    state.withLock { if let descriptor = $0[keyPath: socket] { shutdown(descriptor, Int32(SHUT_RDWR)) } }
  }

  private func accept() -> Int32? {
    guard let listener = state.withLock({ $0.listener }) else { return nil }
    let connection = zlab_accept(listener)
    state.withLock { state in
      state.listener = nil
      close(listener)
      state.connection = connection >= 0 ? connection : nil
    }
    return connection >= 0 ? connection : nil
  }

  private func record(from connection: Int32, to output: Int32) {
    var backlog = ConsoleBacklog(output: output)
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      var ready = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
      guard poll(&ready, 1, backlog.isEmpty ? -1 : 100) > 0 else {
        backlog.write()
        continue
      }
      let count = read(connection, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      backlog.add(buffer[..<count])
    }
    backlog.writeForAWhile()
    let loss = backlog.loss
    state.withLock { state in
      state.connection = nil
      state.loss = loss
      close(connection)
    }
  }
}

/// Console bytes on their way to the disk.
private struct ConsoleBacklog {
  // Twice what the console of a trial may have (TrialLimits.consoleBytes).
  private static let most = 32 << 20

  private let output: Int32
  private var bytes: [UInt8] = []
  private var problem = ""
  private var isCut = false

  init(output: Int32) { self.output = output }

  var isEmpty: Bool { bytes.isEmpty }

  /// Reason why bytes are not in the file; nil when all are.
  var loss: String? { isCut || !isEmpty ? "the console could not be written: \(problem)" : nil }

  mutating func add(_ more: ArraySlice<UInt8>) {
    bytes += more
    write()
    guard bytes.count > Self.most else { return }
    (isCut, bytes) = (true, [])
  }

  /// Writes what the disk takes now.
  mutating func write() {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(output, $0.baseAddress! + written, $0.count - written) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        problem = errorText()
        break
      }
      written += count
    }
    bytes.removeFirst(written)
  }

  /// Writes the rest; a disk that is full now may have room in a moment.
  mutating func writeForAWhile() {
    for _ in 0..<50 where !isEmpty {
      write()
      if !isEmpty { usleep(100_000) }
    }
  }
}

private func errorText() -> String { String(cString: strerror(errno)) }
