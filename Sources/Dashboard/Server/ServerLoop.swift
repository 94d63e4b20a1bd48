import Foundation
import Synchronization

/// Serves all connections on one thread: no client makes another one wait.
///
/// A slow or silent client holds a place and nothing else. When all places are taken, the one that has been
/// reading longest without a whole request gives its place to who comes.
final class ServerLoop {
  static let mostConnections = 128
  private static let mostListeners = 32
  /// Bytes of pages that wait for their clients, of all together.
  private static let mostUnsent = 64 << 20
  private static let tick = Duration.seconds(2)

  private let listener: Int32
  private let waker: Waker
  private let workers: PageWorkers
  private var connections: [Int: Connection] = [:]
  private var count = 0
  private var nextTick = ContinuousClock.now
  private var isAsking = false
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 16)

  /// - Parameter listener: a socket that listens and does not block; stays the caller's.
  init(_ listener: Int32, _ handler: PageHandler, _ waker: Waker) {
    (self.listener, self.waker) = (listener, waker)
    workers = PageWorkers(handler) { waker.wake() }
  }

  deinit { buffer.deallocate() }

  /// Answers until the waker says stop.
  func run() {
    defer {
      for connection in connections.values { close(connection.descriptor) }
      workers.stop()
    }
    while !waker.isStopped {
      let ids = Array(connections.keys)
      var polled = [pollfd(fd: waker.reader, events: Int16(POLLIN), revents: 0)]
      polled.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0))
      polled += ids.map { id in
        pollfd(fd: connections[id]?.descriptor ?? -1, events: connections[id]?.events ?? 0, revents: 0)
      }
      poll(&polled, nfds_t(polled.count), timeout())
      let now = ContinuousClock.now
      if polled[0].revents != 0 { waker.drain() }
      for result in workers.results() { take(result, now) }
      for (id, entry) in zip(ids, polled.dropFirst(2)) where entry.revents != 0 { serve(id, Int32(entry.revents), now) }
      if polled[1].revents != 0 { accept(now) }
      expire(now)
      if nextTick <= now { askForProgress(now) }
    }
  }

  /// Milliseconds until something is due.
  private func timeout() -> Int32 {
    let now = ContinuousClock.now
    var due = connections.values.map(\.deadline).min() ?? now + .seconds(60)
    if hasListeners { due = min(due, nextTick) }
    return Int32(max(0, min(60_000, (now.duration(to: due) / .milliseconds(1)).rounded(.up))))
  }

  private var hasListeners: Bool {
    connections.values.contains { if case .listening = $0.phase { true } else { false } }
  }

  private func drop(_ id: Int) { if let gone = connections.removeValue(forKey: id) { close(gone.descriptor) } }

  private func accept(_ now: ContinuousClock.Instant) {
    // Who was accepted before is read from before more come.
    for _ in 0..<32 {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else {
        if errno == EMFILE || errno == ENFILE { giveUpOldest() }
        return
      }
      if connections.count >= Self.mostConnections { giveUpOldest() }
      guard connections.count < Self.mostConnections else {
        close(descriptor)
        continue
      }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      count += 1
      connections[count] = Connection(descriptor, now)
      // What it asks is mostly here already.
      serve(count, POLLIN, now)
    }
  }

  /// Makes a place: who has not asked yet goes before who does not take an answer.
  private func giveUpOldest() {
    func rank(_ connection: Connection) -> Int {
      switch connection.phase {
      case .closing: 0
      case .reading: 1
      case .listening: 2
      case .writing: 3
      case .answering: 4
      }
    }
    let oldest = connections.min { (rank($0.value), $0.key) < (rank($1.value), $1.key) }
    if let oldest, rank(oldest.value) < 4 { drop(oldest.key) }
  }

  private func serve(_ id: Int, _ events: Int32, _ now: ContinuousClock.Instant) {
    guard var connection = connections[id] else { return }
    if events & (POLLERR | POLLNVAL) != 0 { return drop(id) }
    if events & (POLLIN | POLLHUP) != 0, !connection.isAtEnd {
      do {
        if let head = try connection.receive(buffer) {
          (connection.phase, connection.deadline) = (.answering, now + Connection.answerTime)
          workers.add(.page(connection: id, head))
        }
      } catch let refusal as RequestHead.Refusal {
        connection.answer(refused(refusal.status, refusal.reason), now)
      } catch {
        return drop(id)
      }
    } else if events & POLLHUP != 0 {
      return drop(id)
    }
    guard connection.unsent.isEmpty || connection.send(now) else { return drop(id) }
    connections[id] = connection
  }

  private func refused(_ status: Int, _ reason: String) -> [UInt8] {
    Reply(status: status, type: "text/plain", body: reason + "\n").bytes()
  }

  private func take(_ result: PageWorkers.Result, _ now: ContinuousClock.Instant) {
    switch result {
    case .page(let id, let reply?, let isHead):
      connections[id]?.answer(reply.bytes(isHead: isHead), now)
      push(id, now)
    case .page(let id, nil, _):
      connections[id]?.listen(Reply(status: 200, type: "text/event-stream", body: "").head(), now)
      push(id, now)
      let listeners = connections.filter { if case .listening = $0.value.phase { true } else { false } }
      if listeners.count > Self.mostListeners, let oldest = listeners.keys.min() { drop(oldest) }
      // The first news come at once.
      nextTick = now
    case .progress(let text):
      isAsking = false
      for id in connections.keys.sorted() {
        guard case .listening = connections[id]?.phase else { continue }
        guard connections[id]?.tell(Array("data: \(text)\n\n".utf8), now) == true else {
          drop(id)
          continue
        }
        push(id, now)
      }
    }
  }

  /// Sends what a connection has got now, and keeps all together in bounds.
  private func push(_ id: Int, _ now: ContinuousClock.Instant) {
    guard var connection = connections[id] else { return }
    guard connection.send(now) else { return drop(id) }
    connections[id] = connection
    while connections.values.map(\.unsent.count).reduce(0, +) > Self.mostUnsent {
      guard let oldest = connections.filter({ !$0.value.unsent.isEmpty }).keys.min() else { return }
      drop(oldest)
    }
  }

  private func expire(_ now: ContinuousClock.Instant) {
    for (id, connection) in connections where connection.deadline <= now {
      switch connection.phase {
      case .reading:
        connections[id]?.answer(refused(408, "the request did not come to its end"), now)
        push(id, now)
      // Nothing waits for it.
      case .listening where connection.unsent.isEmpty: connections[id]?.deadline = now + Connection.writeTime
      case .listening, .answering, .writing, .closing: drop(id)
      }
    }
  }

  private func askForProgress(_ now: ContinuousClock.Instant) {
    nextTick = now + Self.tick
    guard hasListeners, !isAsking else { return }
    isAsking = true
    workers.add(.progress)
  }
}

/// Wakes a loop that sleeps in poll(2), from any thread.
final class Waker: Sendable {
  let reader: Int32
  private let writer: Int32
  private let stopped = Atomic(false)

  /// nil when the system has no descriptor left; errno says why.
  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (reader, writer) = (ends[0], ends[1])
  }

  deinit {
    close(reader)
    close(writer)
  }

  // A full pipe wakes as well.
  func wake() { _ = write(writer, [1], 1) }

  func drain() {
    var bytes = [UInt8](repeating: 0, count: 512)
    while read(reader, &bytes, bytes.count) == bytes.count {}
  }

  func stop() {
    stopped.store(true, ordering: .releasing)
    wake()
  }

  var isStopped: Bool { stopped.load(ordering: .acquiring) }
}
