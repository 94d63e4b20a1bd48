import Foundation
import Kernels
import Model
import Storage

/// A cache of its own for one test, gone with it.
final class Scratch: Sendable {
  let root = FileManager.default.temporaryDirectory.appending(path: "zlab-kernels-\(UUID().uuidString)")

  var folders: Locations { Locations(cache: root, state: root, runtime: root) }
  var store: KernelStore { KernelStore(folders: folders) }

  deinit { try? FileManager.default.removeItem(at: root) }

  /// Puts a record into the cache without a kernel behind it.
  @discardableResult
  func plant(_ id: String, name: String, age: TimeInterval = 0) throws -> KernelRecord {
    let id = id.padding(toLength: 64, withPad: "0", startingAt: 0)
    let folder = folders.kernels.appending(path: id)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let created = Date(timeIntervalSince1970: 1_700_000_000 - age)
    let record = KernelRecord(id: id, name: name, release: "6.1.0", origin: "a test", created: created)
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    try encoder.encode(record).write(to: folder.appending(path: "kernel.json"))
    try Data().write(to: folder.appending(path: "image"))
    return record
  }

  /// Writes a file below the scratch folder, with the folders above it.
  func write(_ bytes: some Sequence<UInt8>, to path: String) throws -> URL {
    let file = root.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file
  }

  /// The bytes of the smallest file that passes for a kernel.
  static func kernel(release: String) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 0x11000)
    bytes.replaceSubrange(0x10008..<0x1000e, with: Array("S390EP".utf8))
    bytes.replaceSubrange(0x1042d..<0x10430, with: [1, 0x08, 0])
    bytes.replaceSubrange(0x10800..<0x10800 + release.utf8.count, with: Array(release.utf8))
    return bytes
  }
}
