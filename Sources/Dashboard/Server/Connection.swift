import Foundation

/// One client: what it has asked, and what it is still to get.
struct Connection {
  enum Phase {
    case reading(RequestReader)
    /// A worker makes the page.
    case answering
    case writing
    /// It hears how far what runs has come, so many times more.
    case listening(left: Int)
    /// All is said: what still comes is read away, or the client would lose the answer (RFC 9112, section 9.6).
    case closing
  }

  let descriptor: Int32
  let accepted: ContinuousClock.Instant
  var phase = Phase.reading(RequestReader())
  /// Time at which it is given up.
  var deadline: ContinuousClock.Instant
  /// The client sends no more.
  var isAtEnd = false
  private(set) var unsent: ArraySlice<UInt8> = []
  /// Bytes that came after the head.
  private var surplus = 0

  /// Bytes that are read away after an answer, and those that may wait for one who listens.
  private static let mostSurplus = 256 << 10
  static let headTime = Duration.seconds(10)
  static let answerTime = Duration.seconds(60)
  /// Without a byte that the client takes.
  static let writeTime = Duration.seconds(20)
  static let closingTime = Duration.seconds(2)

  init(_ descriptor: Int32, _ now: ContinuousClock.Instant) {
    (self.descriptor, accepted, deadline) = (descriptor, now, now + Self.headTime)
  }

  /// Events to wait for, as of poll(2).
  var events: Int16 {
    Int16((isAtEnd ? 0 : POLLIN) | (unsent.isEmpty ? 0 : POLLOUT))
  }

  /// Begins to send, after which the connection ends.
  mutating func answer(_ bytes: [UInt8], _ now: ContinuousClock.Instant) {
    (phase, unsent, deadline) = (.writing, bytes[...], now + Self.writeTime)
  }

  /// Begins a stream of events.
  mutating func listen(_ head: [UInt8], _ now: ContinuousClock.Instant) {
    // A reader who is still there asks anew.
    (phase, unsent, deadline) = (.listening(left: 150), head[...], now + Self.writeTime)
  }

  /// Sends one event.
  /// - Returns: false when it is over.
  mutating func tell(_ bytes: [UInt8], _ now: ContinuousClock.Instant) -> Bool {
    guard case .listening(let left) = phase, left > 0, unsent.count < Self.mostSurplus else { return false }
    if unsent.isEmpty { deadline = now + Self.writeTime }
    phase = .listening(left: left - 1)
    unsent += bytes
    return true
  }

  /// Writes what the client takes now.
  /// - Returns: false when it is gone.
  mutating func send(_ now: ContinuousClock.Instant) -> Bool {
    while !unsent.isEmpty {
      let count = unsent.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return true }
      guard count > 0 else { return false }
      unsent = unsent.dropFirst(count)
      deadline = now + Self.writeTime
    }
    if case .writing = phase {
      shutdown(descriptor, Int32(SHUT_WR))
      (phase, deadline) = (.closing, now + Self.closingTime)
    }
    return true
  }

  /// Reads what has come.
  /// - Returns: a head that is whole now.
  /// - Throws: `Left` when the client is gone, `RequestHead.Refusal` for what is no request.
  mutating func receive(_ buffer: UnsafeMutableRawBufferPointer) throws -> RequestHead? {
    let count = read(descriptor, buffer.baseAddress, buffer.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return nil }
    guard count > 0 else {
      // One who has asked may still listen.
      if count == 0, case .answering = phase {
        isAtEnd = true
      } else if count == 0, case .writing = phase {
        isAtEnd = true
      } else {
        throw Left()
      }
      return nil
    }
    guard case .reading(var reader) = phase else {
      surplus += count
      guard surplus <= Self.mostSurplus else { throw Left() }
      return nil
    }
    let head = try reader.take(buffer[..<count])
    phase = .reading(reader)
    return head
  }

  struct Left: Error {}
}
