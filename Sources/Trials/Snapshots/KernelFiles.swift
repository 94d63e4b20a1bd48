import Foundation
import Guest

/// Functions of a saved guest's kernel with their code, read from the guest once and kept beside it.
package struct KernelFiles: Sendable {
  /// Code of the kernel or of a module.
  package struct Code: Codable, Sendable, Hashable {
    package let address: UInt64
    /// In bytes.
    package let size: Int
  }

  /// Lines `ADDRESS NAME [MODULE]`, functions only; as the guest printed them.
  package let symbols: String
  package let code: [(Code, [UInt8])]
  /// The lowcore of a vCPU that runs its idle task, and what may be that task by the lowcore's pointers to it.
  package let lowcore: [UInt8]
  package let tasks: [UInt64: [UInt8]]
}

extension KernelFiles {
  private struct Index: Codable {
    var code: [Code]
    var lowcore: [UInt8]
    var tasks: [UInt64: [UInt8]]
  }

  private static func folder(of saved: Snapshot) -> URL { URL(fileURLWithPath: saved.folder + "/kernel-2") }

  /// Files that were kept; nil when they were not, or are damaged.
  init?(keptBeside saved: Snapshot) {
    let folder = Self.folder(of: saved)
    guard let data = FileManager.default.contents(atPath: folder.appending(path: "index.json").path),
      let index = try? JSONDecoder().decode(Index.self, from: data),
      let symbols = FileManager.default.contents(atPath: folder.appending(path: "symbols").path),
      let bytes = FileManager.default.contents(atPath: folder.appending(path: "code").path),
      index.code.map(\.size).reduce(0, +) == bytes.count
    else { return nil }
    var start = 0
    code = index.code.map { part in
      defer { start += part.size }
      return (part, [UInt8](bytes[start..<(start + part.size)]))
    }
    (self.symbols, lowcore, tasks) = (String(decoding: symbols, as: UTF8.self), index.lowcore, index.tasks)
  }

  /// Keeps it, whole or not at all.
  func keep(beside saved: Snapshot) throws {
    let (folder, draft) = (Self.folder(of: saved), Self.folder(of: saved).appendingPathExtension("draft"))
    try? FileManager.default.removeItem(at: draft)
    try FileManager.default.createDirectory(at: draft, withIntermediateDirectories: true)
    try Data(symbols.utf8).write(to: draft.appending(path: "symbols"))
    try Data(code.flatMap(\.1)).write(to: draft.appending(path: "code"))
    let index = Index(code: code.map(\.0), lowcore: lowcore, tasks: tasks)
    try JSONEncoder().encode(index).write(to: draft.appending(path: "index.json"))
    try? FileManager.default.removeItem(at: folder)
    try FileManager.default.moveItem(at: draft, to: folder)
  }
}
