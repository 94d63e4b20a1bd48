import Foundation
import HostTools
import Model

/// The modules in a folder, found by the names that a kernel has for them.
final class ModuleFiles: Sendable {
  /// Files by module, the best one first.
  private let files: [String: [String]]
  let folder: String
  /// For what had to be unpacked.
  private let scratch: URL

  /// Entries of a folder that are looked at; a distribution's kernel has 10,000.
  private static let most = 1_000_000
  private static let longest = 512 << 20

  /// - Throws: ``RequestError`` when there is no such folder.
  init(_ folder: String) throws(RequestError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw RequestError("cannot look for modules in \(folder): there is no such folder")
    }
    self.folder = URL(fileURLWithPath: folder).standardizedFileURL.path
    files = Self.search(self.folder)
    scratch = FileManager.default.temporaryDirectory.appending(path: "zlab-modules-\(UUID().uuidString)")
  }

  deinit { try? FileManager.default.removeItem(at: scratch) }

  /// The module with source lines; nil when the folder has none.
  ///
  /// - Parameter release: of the kernel, whose modules are taken where the folder has those of several.
  /// - Throws: ``LabError`` when it cannot be unpacked, `CancellationError`.
  func file(of module: String, release: String?) async throws -> ELFFile? {
    let all = files[Self.plain(module), default: []]
    let own = release.map { release in all.filter { $0.contains("/\(release)/") } } ?? []
    for path in (own.isEmpty ? all : own).prefix(4) {
      let readable = try await unpacked(path)
      if let file = try? ELFFile(readable), file.isRelocatable, file.hasLines { return file }
    }
    return nil
  }

  /// Walks the folder; links are not followed.
  private static func search(_ folder: String) -> [String: [String]] {
    var found: [String: [String]] = [:]
    guard let walk = FileManager.default.enumerator(atPath: folder) else { return found }
    var count = 0
    for case let path as String in walk {
      count += 1
      guard count <= most else { break }
      let name = path.split(separator: "/").last ?? ""
      guard let end = name.range(of: ".ko"), endings.contains(String(name[end.upperBound...])) else { continue }
      found[plain(name[..<end.lowerBound]), default: []].append("\(folder)/\(path)")
    }
    return found.mapValues { $0.sorted { (rank($0), $0) < (rank($1), $1) } }
  }

  /// Separate debug files first, packed ones last.
  private static let endings = [".debug", "", ".zst", ".xz", ".gz"]

  private static func rank(_ path: String) -> Int {
    endings.firstIndex { path.hasSuffix(".ko" + $0) } ?? endings.count
  }

  /// Files have dashes where the kernel has underscores.
  private static func plain(_ name: some StringProtocol) -> String {
    String(name.map { $0 == "-" ? "_" : $0 })
  }

  private func unpacked(_ path: String) async throws -> String {
    let tools = [".zst": "zstd", ".xz": "xz", ".gz": "gzip"]
    guard let tool = tools.first(where: { path.hasSuffix($0.key) })?.value else { return path }
    var call = HostTool(tool, ["-dc", "--", path], to: "unpack the module \(path)")
    call.outputLimit = Self.longest
    let bytes = try await call.run().output
    let file = scratch.appending(path: UUID().uuidString)
    do {
      try FileManager.default.createDirectory(
        at: scratch, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      try Data(bytes).write(to: file)
    } catch {
      throw LabError("cannot unpack the module \(path) to \(file.path): \(error.localizedDescription)")
    }
    return file.path
  }
}
