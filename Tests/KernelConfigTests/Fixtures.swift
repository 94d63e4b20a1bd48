import Foundation
import KernelConfig

/// The made-up kernel tree, and requests with what Linux 6.1's own `conf` made of them there.
enum Fixtures {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
  static let tree = folder.appending(path: "tree").path

  static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: name))) }

  static func version() throws -> KernelVersion? {
    KernelVersion(makefile: String(decoding: try bytes("tree/Makefile"), as: UTF8.self))
  }

  /// Result of `findLost` for a fragment and a `.config` on the made-up tree.
  static func lost(_ fragment: String, _ config: String, for version: KernelVersion? = nil) throws -> [LostOption] {
    let version = version ?? KernelVersion(major: 6, minor: 1, patch: 192)
    let fragment = try ConfigFragment(parsing: Array(fragment.utf8), name: "a.config")
    let merged = ConfigRequest.merge([fragment], for: version)
    return try findLost(merged, in: FinalConfig(parsing: Array(config.utf8), name: ".config"), tree: tree)
  }
}

/// A folder of its own for each test, gone when the test is.
final class ScratchTree {
  let root: URL

  init(_ files: [String: String]) throws {
    root = FileManager.default.temporaryDirectory.appending(path: "kconfig-\(UUID().uuidString)")
    for (path, text) in files { try write(path, Data(text.utf8)) }
  }

  func write(_ path: String, _ data: Data) throws {
    let file = root.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }

  deinit { try? FileManager.default.removeItem(at: root) }
}
