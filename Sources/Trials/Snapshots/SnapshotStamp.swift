import Foundation
import Guest
import HostTools
import Model

/// Stamp of the files of a saved guest when it was saved.
///
/// A file that was cut, written to or copied is another one, and so is one whose bytes changed by themselves.
struct SnapshotStamp: Codable, Hashable {
  private struct File: Codable, Hashable {
    var size: Int64
    var seconds: Int
    var nanoseconds: Int
  }

  private var memory: File
  private var state: File
  // nil for a guest without a disk.
  private var disk: File?
  // Over memory and state. A disk image is a layer above one that is checked by itself.
  private var sum: String?

  /// True if the files of a saved guest are there and as they were.
  static func fits(_ saved: Snapshot) async -> Bool {
    guard let data = FileManager.default.contents(atPath: place(saved)), data.count < 4096,
      var stamp = try? JSONDecoder().decode(SnapshotStamp.self, from: data), let sum = stamp.sum
    else { return false }
    stamp.sum = nil
    // The bytes last: they take longest.
    guard stamp == SnapshotStamp(of: saved), let now = try? await Self.sum(of: saved) else { return false }
    return sum == now
  }

  private static func sum(of saved: Snapshot) async throws -> String {
    let names = [saved.memory, saved.state].map { URL(fileURLWithPath: $0).lastPathComponent }
    return try await sha256(ofSparseFiles: names, in: URL(fileURLWithPath: saved.folder))
  }

  /// Writes down how the files are, after the disk has them: a crash of the host must not leave half of one.
  /// - Throws: `LabError` when the disk refuses.
  static func put(on saved: Snapshot) async throws {
    for file in [saved.memory, saved.state] { try flush(file) }
    if look(at: saved.disk) != nil { try flush(saved.disk) }
    guard var stamp = SnapshotStamp(of: saved) else {
      throw LabError("cannot look at the saved guest in \(saved.folder): \(String(cString: strerror(errno)))")
    }
    stamp.sum = try await sum(of: saved)
    try JSONEncoder().encode(stamp).write(to: URL(fileURLWithPath: place(saved)))
  }

  private init?(of saved: Snapshot) {
    guard let memory = Self.look(at: saved.memory), let state = Self.look(at: saved.state) else { return nil }
    (self.memory, self.state, disk) = (memory, state, Self.look(at: saved.disk))
  }

  private static func place(_ saved: Snapshot) -> String { saved.folder + "/stamp.json" }

  private static func look(at path: String) -> File? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return File(size: Int64(status.st_size), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
  }
}
