import Guest

/// Remaining allowance of the runner in one guest.
struct RunnerAllowance {
  enum Answer: Sendable { case passedOn, dropped, exceeded }

  /// Error text for a guest that exceeded its allowance.
  static let reason = "the guest's runner sent more than it may: \(mostMessages) messages, \(mostBytes >> 20) MiB"

  // 32 programs with two captures of 64 KiB each, every byte as three, and requests (HotplugRequestHandler.most).
  private static let mostBytes = 32 << 20
  private static let mostMessages = 20_000

  private var bytes = 0
  private var messages = 0
  private var lastAlive: ContinuousClock.Instant?

  /// True if a message is passed on. Of `alive`, which an idle guest under `icount` sends thousands of times in a
  /// second, one in 0.1 s is.
  mutating func take(_ message: RunnerMessage, bytes: Int, at now: ContinuousClock.Instant = .now) -> Answer {
    if message == .alive {
      if let lastAlive, now - lastAlive < .milliseconds(100) { return .dropped }
      lastAlive = now
      return .passedOn
    }
    self.bytes += bytes
    messages += 1
    return self.bytes > Self.mostBytes || messages > Self.mostMessages ? .exceeded : .passedOn
  }
}
