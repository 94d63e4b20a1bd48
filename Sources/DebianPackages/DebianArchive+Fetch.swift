package import Foundation
import HostTools
import Model
import Storage

extension DebianArchive {
  /// Fetches these very versions into the cache, unless they are there.
  /// - Returns: those that the archive lists and does not have, or whose file is not the one that is listed.
  /// - Throws: ``LabError`` when the archive cannot be reached or the disk refuses.
  package func fetch(_ packages: [DebianPackage], progress: (String) -> Void) async throws -> [DebianPackage] {
    try await withLists { try await fetchUnlocked(packages, progress) }
  }

  func fetchUnlocked(_ packages: [DebianPackage], _ progress: (String) -> Void) async throws -> [DebianPackage] {
    sweepDrafts(under: pool)
    // One call for many: most of a small package's time is apt's own.
    let recent = recentlyMissing()
    var missing = packages.filter { !isAtHand($0) && recent.contains($0.sha256) }
    let absent = packages.filter { !isAtHand($0) && !recent.contains($0.sha256) }
    if absent.count > 4 {
      progress("fetching \(absent.count) packages of Debian \(release)")
      _ = try await fetchTogether(absent)
    }
    var tried: [DebianPackage] = []
    for package in absent where !isAtHand(package) {
      progress("fetching \(package.name) \(package.version)")
      let output = try await fetchTogether([package])
      if isAtHand(package) { continue }
      if tried.isEmpty { try await checkArchive(package, output) }
      tried.append(package)
    }
    try rememberMissing(tried)
    missing += tried
    return missing
  }

  private func isAtHand(_ package: DebianPackage) -> Bool { FileManager.default.fileExists(atPath: package.file.path) }

  /// Keeps each file that came and has a checksum of Debian's signed list; what apt said about the others is returned.
  private func fetchTogether(_ packages: [DebianPackage]) async throws -> ToolOutput {
    let draft = pool.appending(path: ".draft-\(UUID().uuidString)")
    try makeFolder(draft, advice: "Set ZLAB_HOME to move the cache.")
    defer { try? FileManager.default.removeItem(at: draft) }
    let wanted = packages.map { "\($0.name)=\($0.version)" }
    let purpose = wanted.count == 1 ? "\(wanted[0]) of Debian \(release)" : "packages of Debian \(release)"
    var download = apt("apt-get", ["download", "-q", "--"] + wanted, to: "fetch \(purpose)")
    download.directory = draft.path
    let output = try await download.result()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: draft.path)) ?? []
    let files = names.filter { $0.hasSuffix(".deb") }.map { draft.appending(path: $0) }
    for (file, sum) in zip(files, try await sha256(ofFiles: files)) {
      guard let package = packages.first(where: { $0.sha256 == sum }) else { continue }
      try await createDirectoryAtomically(package.file.deletingLastPathComponent()) { folder in
        try await reportingDisk("keep \(package.name)") {
          try FileManager.default.moveItem(at: file, to: folder.appending(path: package.file.lastPathComponent))
        }
      }
    }
    return output
  }

  // A full disk and a dead network look like a missing file to apt.
  private func checkArchive(_ package: DebianPackage, _ output: ToolOutput) async throws {
    if let free = freeSpace(at: pool.path), free < package.size + 16 << 20 {
      throw LabError(
        "cannot keep \(package.name): \(pool.path) has \(free >> 20) MB left",
        advice: "Set ZLAB_HOME to move the cache to another disk.")
    }
    let mirror = try await findMirror()
    guard try await releaseFile(of: sources(of: mirror)[0]) == nil else { return }
    throw unreachable(mirror, output)
  }

  /// Unpacks a package's files below `folder`; none of its scripts is run.
  /// - Throws: ``LabError`` when the disk is full or the file is damaged.
  package func unpack(_ package: DebianPackage, into folder: URL) async throws {
    let tool = HostTool("dpkg-deb", ["--extract", package.file.path, folder.path], to: "unpack \(package.name)")
    do {
      try await tool.run()
    } catch let error as LabError {
      throw LabError(
        error.problem, advice: error.advice ?? "If the disk is full, set ZLAB_HOME to move the cache to another disk.")
    }
  }
}
