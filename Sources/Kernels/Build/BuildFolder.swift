import Foundation
import HostTools
import Model
import Storage

/// Directory of one kernel build: ours alone while the value lives, and empty at the start.
final class BuildFolder: Sendable {
  /// Directory that the build may write to.
  let output: URL
  /// Log of the build, out of its reach.
  let log: URL
  private let folder: URL
  private let lock: FileLock
  private let since = Date()

  private init(folder: URL, lock: consuming FileLock) {
    self.folder = folder
    // A new name for each attempt: what is left of a killed build outside of the sandbox must not write into ours.
    let attempt = folder.appending(path: String(UUID().uuidString.prefix(8)))
    output = attempt.appending(path: "out")
    log = attempt.appending(path: "build.log")
    self.lock = lock
  }

  /// Waits until nobody else builds this kernel, and clears away what killed builds left, of any kernel.
  /// - Throws: ``LabError`` when the disk refuses; `CancellationError`.
  static func waiting(
    for id: String, in folders: Locations, onWait: (OtherBuild) -> Void
  ) async throws -> BuildFolder {
    let place = folders.cache.appending(path: "builds")
    try makeFolder(place, advice: "Set ZLAB_HOME to move the cache.")
    let path = place.appending(path: id + ".lock").path
    var waits = 0
    while true {
      if let lock = try FileLock(ifFree: path) {
        let built = BuildFolder(folder: place.appending(path: id), lock: lock)
        built.clear()
        sweep(place, but: id)
        try makeFolder(built.output, advice: "Set ZLAB_HOME to move the cache.")
        built.tell(done: 0, expected: 0)
        return built
      }
      if waits % 5 == 0 { onWait(OtherBuild(FileManager.default.contents(atPath: path) ?? Data())) }
      waits += 1
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  /// Tells those who wait for this build how far it is.
  func tell(done: Int, expected: Int) {
    let descriptor = open(folder.path + ".lock", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array(OtherBuild.text(since: since, done: done, expected: expected).utf8)
    // Only talk: who waits does without when the disk refuses.
    _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  /// Removes everything; a log that someone may want to read is kept beside.
  @discardableResult
  func end(keeping log: URL? = nil) -> URL? {
    defer { clear() }
    guard let log else { return nil }
    let kept = folder.deletingLastPathComponent().appending(path: folder.lastPathComponent.prefix(12) + ".log")
    return rename(log.path, kept.path) == 0 ? kept : nil
  }

  private func clear() { try? FileManager.default.removeItem(at: folder) }

  private static func sweep(_ place: URL, but id: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    where name.count == 64 && name != id {
      let lockPath = place.appending(path: name + ".lock").path
      guard let lock = try? FileLock(ifFree: lockPath) else { continue }
      try? FileManager.default.removeItem(at: place.appending(path: name))
      unlink(lockPath)
      _ = consume lock
    }
  }
}
