import Foundation
import Model
package import Storage

/// Keeps a second night from beginning while one goes on: they would share the processors and both be wrong.
package struct NightLock: ~Copyable, Sendable {
  private let lock: FileLock

  /// - Parameter what: the night that begins, in words.
  /// - Throws: `RequestError` that says which night goes on and in which process, `LabError` when the disk refuses.
  package init(_ folders: Locations, for what: String) async throws {
    try makeFolder(folders.state)
    let path = folders.state.appending(path: "nightly.lock").path
    guard let lock = try await FileLock.soon(path) else {
      let words = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      let holder = words.split(separator: "\n").first.map { ": \($0.prefix(200))" } ?? ""
      throw RequestError(
        "a night goes on already\(holder)", advice: "Wait for it, or end it with `kill` and that process number.")
    }
    // The lock is on this very file, so it must not be replaced by another.
    try? Data("\(what), process \(getpid())\n".utf8).write(to: URL(fileURLWithPath: path))
    self.lock = lock
  }
}

extension NightLock {
  /// True if some process carries out a night on this database.
  /// - Parameter database: its path, beside which the lock lies.
  static func isHeld(besides database: String) -> Bool {
    let path = URL(fileURLWithPath: database).deletingLastPathComponent().appending(path: "nightly.lock").path
    guard access(path, F_OK) == 0 else { return false }
    guard let lock = try? FileLock(ifFree: path) else { return true }
    _ = consume lock
    return false
  }
}
