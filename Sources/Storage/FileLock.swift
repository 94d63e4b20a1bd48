import Foundation
package import Model

/// An advisory lock on a file, given back when the value ends or its process dies.
///
/// See flock(2): the lock belongs to the open file, so it survives nothing of a killed process.
package struct FileLock: ~Copyable, Sendable {
  private let descriptor: Int32

  /// Takes the lock, looking every 50 ms while another holds it: flock(2) would block a thread that others need.
  ///
  /// After two seconds, and then more and more rarely, a ``Notice`` says which process is waited for. A holder that
  /// takes no processor time for ten minutes, with all processes below it, is ended, unless a signal has stopped it.
  /// - Parameter noun: what it locks, in words; the file when nil.
  /// - Throws: ``LabError`` when the file cannot be opened; `CancellationError`.
  package static func waiting(for path: String, noun: String? = nil) async throws -> FileLock {
    try await waiting(LockWait(path, noun: noun))
  }

  static func waiting(_ wait: LockWait) async throws -> FileLock {
    var wait = wait
    while true {
      if let lock = try FileLock(ifFree: wait.path) {
        lock.sign()
        return lock
      }
      wait.remind()
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Takes the lock on the calling thread, for at most ten seconds.
  /// - Throws: ``LabError`` when the file cannot be opened, or another holds it for longer.
  package static func blocking(_ path: String) throws(LabError) -> FileLock {
    for _ in 0..<200 {
      if let lock = try FileLock(ifFree: path) {
        lock.sign()
        return lock
      }
      usleep(50_000)
    }
    let holder = LockHolder(ofLockAt: path).map { "process \($0.process) (\($0.command))" } ?? "another process"
    throw LabError("\(holder) holds \(path)", advice: "Try again when it has ended.")
  }

  /// Takes the lock if it is free; nil when another holds it.
  /// - Throws: ``LabError`` when the file cannot be opened.
  package init?(ifFree path: String) throws(LabError) { try self.init(path, LOCK_EX) }

  /// Takes a share of the lock, of which there may be any number, looking every 50 ms while another holds it whole.
  /// - Throws: ``LabError`` when the file cannot be opened; `CancellationError`.
  package static func sharing(_ path: String) async throws -> FileLock {
    var wait = LockWait(path, noun: nil)
    while true {
      if let lock = try FileLock(path, LOCK_SH) { return lock }
      wait.remind()
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private init?(_ path: String, _ kind: Int32) throws(LabError) {
    descriptor = try Self.open(path)
    guard flock(descriptor, kind | LOCK_NB) == 0 else { return nil }
    // Whoever clears away dead locks may have unlinked the file between the two calls: then this one locks nothing.
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else { return nil }
  }

  /// Takes the lock unless another holds it for more than half a second: one who only looks lets go at once.
  /// - Throws: ``LabError`` when the file cannot be opened; `CancellationError`.
  package static func soon(_ path: String) async throws -> FileLock? {
    for _ in 0..<10 {
      if let lock = try FileLock(ifFree: path) {
        lock.sign()
        return lock
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    return nil
  }

  deinit {
    // A process that is being started has all descriptors until it executes its program, and with one of them the lock.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  // For those who wait; a full disk takes nothing from the lock.
  private func sign() {
    let text = Array("\(getpid())\n".utf8)
    if pwrite(descriptor, text, text.count, 0) == text.count { ftruncate(descriptor, off_t(text.count)) }
  }

  private static func open(_ path: String) throws(LabError) -> Int32 {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw LabError("cannot open the lock \(path): \(String(cString: strerror(errno)))") }
    return descriptor
  }
}
