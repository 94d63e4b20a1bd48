import Foundation
import Synchronization
import Testing

@testable import Storage

/// What waits for another process's lock says so, and does not wait for one that hangs.
@Suite(.serialized, .timeLimit(.minutes(10))) final class LockWaitTests {
  let path = FileManager.default.temporaryDirectory.appending(path: "zlab-lock-\(UUID().uuidString)").path

  deinit { unlink(path) }

  /// A process that takes the lock, says so in its file as zlab does, and then does `work`.
  private func holder(_ work: String) async throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/perl")
    process.arguments = [
      "-e", "open F, '+>', shift or die; flock F, 2 or die; syswrite F, \"$$\\n\"; \(work)", path,
    ]
    try process.run()
    while LockHolder(ofLockAt: path)?.process != process.processIdentifier {
      try #require(process.isRunning)
      try await Task.sleep(for: .milliseconds(10))
    }
    return process
  }

  private func end(_ process: Process) {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  /// What is said when a wait is reminded.
  private func sentence(of wait: inout LockWait) -> String {
    let said = Mutex<[String]>([])
    Notice.deliver { text in said.withLock { $0.append(text) } }
    defer { Notice.deliver { _ in } }
    wait.remind()
    // Tests beside this one may say something, too.
    return said.withLock { $0.first { $0.contains("the thing") } } ?? ""
  }

  @Test func `a lock ends with its value, also while a process that is being started has its descriptor`() throws {
    var copy: Int32 = -1
    defer { close(copy) }
    do {
      guard let lock = try FileLock(ifFree: path) else {
        Issue.record("another holds a file of this test alone")
        return
      }
      // What fork() gives a child until it executes a program.
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }.first {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
      }
      copy = dup(try #require(open))
      _ = consume lock
    }
    guard let again = try FileLock(ifFree: path) else {
      Issue.record("the copy of the descriptor still has the lock")
      return
    }
    _ = consume again
  }

  @Test func `a wait names the holder, its command and whether it is stopped`() async throws {
    let process = try await holder("sleep 1000")
    defer { end(process) }
    let number = process.processIdentifier
    var wait = LockWait(path, noun: "the thing", first: .zero)
    let sentence = sentence(of: &wait)
    #expect(sentence.hasPrefix("waiting for the thing, which process \(number) (perl -e open F,"), "\(sentence)")
    #expect(sentence.contains(" has held for "), "\(sentence)")
    kill(number, SIGSTOP)
    while LockHolder(ofLockAt: path)?.state != "T" { try await Task.sleep(for: .milliseconds(10)) }
    var second = LockWait(path, noun: "the thing", first: .zero)
    #expect(self.sentence(of: &second).hasSuffix("`kill -KILL \(number)` ends it"))
  }

  @Test func `a holder that does nothing loses the lock`() async throws {
    let process = try await holder("sleep 1000")
    defer { end(process) }
    let lock = try await FileLock.waiting(LockWait(path, noun: nil, patience: .milliseconds(300)))
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(LockHolder(ofLockAt: path)?.process == getpid())
    _ = consume lock
  }

  @Test func `one that does nothing about being asked is killed`() async throws {
    let process = try await holder("$SIG{TERM} = 'IGNORE'; sleep 1000")
    defer { end(process) }
    let lock = try await FileLock.waiting(LockWait(path, noun: nil, patience: .milliseconds(300)))
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL)
    _ = consume lock
  }

  @Test func `one that was stopped keeps it, and so does one that only names itself in the file`() async throws {
    let process = try await holder("sleep 1000")
    defer { end(process) }
    kill(process.processIdentifier, SIGSTOP)
    while LockHolder(ofLockAt: path)?.state != "T" { try await Task.sleep(for: .milliseconds(10)) }
    var wait = LockWait(path, noun: nil, patience: .milliseconds(60))
    for _ in 0..<50 {
      wait.remind()
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(process.isRunning)
    end(process)
    let innocent = Process()
    innocent.executableURL = URL(fileURLWithPath: "/bin/sleep")
    innocent.arguments = ["1000"]
    try innocent.run()
    defer { end(innocent) }
    guard let lock = try FileLock(ifFree: path) else {
      Issue.record("nobody else holds the lock")
      return
    }
    try Data("\(innocent.processIdentifier)\n".utf8).write(to: URL(fileURLWithPath: path))
    for _ in 0..<50 {
      wait.remind()
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(innocent.isRunning)
    _ = consume lock
  }

  @Test func `work of processes below a holder counts as its own`() async throws {
    let process = try await holder("system 'while :; do :; done'")
    defer {
      for child in ProcessStatus.all() where child.parent == process.processIdentifier { kill(child.process, SIGKILL) }
      end(process)
    }
    let before = try #require(LockHolder(ofLockAt: path)).work
    while try #require(LockHolder(ofLockAt: path)).work < before + 3 { try await Task.sleep(for: .milliseconds(20)) }
  }
}
