import Foundation
import Model
package import Reports
package import Storage

extension BisectFolder {
  private var lockPath: String { folder.path + "/lock" }

  /// Keeps others from carrying it on, and tells them who does.
  /// - Throws: ``RequestError`` when another process does so now, ``LabError`` when the disk refuses.
  package func lock() async throws -> FileLock {
    guard let lock = try await FileLock.soon(lockPath) else {
      throw RequestError(
        "bisection '\(name)' is in use by another zlab process",
        advice: "`zlab bisect status` shows the process.")
    }
    // The lock is on this very file, so it must not be replaced by another.
    try? Data("\(getpid())\n".utf8).write(to: URL(fileURLWithPath: lockPath))
    return lock
  }

  /// The living process that carries it on now; nil when none does.
  package var worker: BisectReport.Worker? {
    guard access(lockPath, F_OK) == 0 else { return nil }
    if let lock = try? FileLock(ifFree: lockPath) {
      _ = consume lock
      return nil
    }
    let words = (try? String(contentsOfFile: lockPath, encoding: .utf8)) ?? ""
    let written = (try? FileManager.default.attributesOfItem(atPath: lockPath)[.modificationDate]) as? Date
    return BisectReport.Worker(
      process: Int(words.prefix { $0.isNumber }), since: written ?? Date())
  }
}
