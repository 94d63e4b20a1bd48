import Checksums
import Folders
package import Foundation
import HostTools
import Records

extension DebianArchive {
  /// The newest version of each package, as a verified file in the cache.
  ///
  /// When the mirror has replaced a version that the lists still name, the lists are refreshed once.
  /// - Throws: ``RequestError`` for an unknown package, ``LabError`` when it cannot be fetched.
  package func download(_ names: [String], progress: (String) -> Void = { _ in }) async throws -> [DebianPackage] {
    try await withLists {
      sweepDrafts(under: pool)
      let packages = try await candidatesUnlocked(names)
      do {
        return try await fetch(packages, progress: progress)
      } catch let failure as LabError {
        try? await refreshUnlocked(olderThan: 60, progress: progress)
        let newer = try await candidatesUnlocked(names)
        guard newer != packages else { throw failure }
        return try await fetch(newer, progress: progress)
      }
    }
  }

  private func fetch(_ packages: [DebianPackage], progress: (String) -> Void) async throws -> [DebianPackage] {
    let missing = packages.filter { !FileManager.default.fileExists(atPath: $0.file.path) }
    // One call for many: most of a small package's time is apt's own.
    if missing.count > 4 { try await fetchTogether(missing, progress: progress) }
    for package in packages { try await fetch(package, progress: progress) }
    return packages
  }

  private func fetchTogether(_ packages: [DebianPackage], progress: (String) -> Void) async throws {
    progress("fetching \(packages.count) packages of Debian \(release)")
    let draft = pool.appending(path: ".draft-\(UUID().uuidString)")
    try makeFolder(draft)
    defer { try? FileManager.default.removeItem(at: draft) }
    let wanted = packages.map { "\($0.name)=\($0.version)" }
    var download = apt("apt-get", ["download", "-q", "--"] + wanted, to: "fetch packages of Debian \(release)")
    download.directory = draft.path
    try await download.run()
    let files = try FileManager.default.contentsOfDirectory(atPath: draft.path).map { draft.appending(path: $0) }
    let sums = try await sha256(ofFiles: files)
    for package in packages {
      guard let index = sums.firstIndex(of: package.sha256) else { continue }
      try await publish(package.file.deletingLastPathComponent()) { folder in
        try await reportingDisk("keep \(package.name)") {
          try FileManager.default.moveItem(
            at: files[index], to: folder.appending(path: package.file.lastPathComponent))
        }
      }
    }
  }

  private func fetch(_ package: DebianPackage, progress: (String) -> Void) async throws {
    guard !FileManager.default.fileExists(atPath: package.file.path) else { return }
    progress("fetching \(package.name) \(package.version)")
    try await publish(package.file.deletingLastPathComponent()) { draft in
      try await reportingDisk("keep \(package.name)") { try await fetch(package, into: draft) }
    }
  }

  private func fetch(_ package: DebianPackage, into draft: URL) async throws {
    let files = FileManager.default
    let wanted = "\(package.name)=\(package.version)"
    var download = apt("apt-get", ["download", "-q", "--", wanted], to: "fetch \(wanted) of Debian \(release)")
    download.directory = draft.path
    try await download.run()
    let names = try files.contentsOfDirectory(atPath: draft.path)
    guard names.count == 1, let name = names.first else {
      throw LabError("cannot fetch \(wanted): apt-get download left \(names.count) files")
    }
    let file = draft.appending(path: name)
    guard try await sha256(ofFile: file) == package.sha256 else {
      throw LabError("cannot use \(wanted): its checksum is not the one in Debian's signed list", advice: "Try again.")
    }
    try files.moveItem(at: file, to: draft.appending(path: package.file.lastPathComponent))
  }

  /// Unpacks a package's files below `folder`; none of its scripts is run.
  /// - Throws: ``LabError`` when the disk is full or the file is damaged.
  package func unpack(_ package: DebianPackage, into folder: URL) async throws {
    let tool = HostTool("dpkg-deb", ["--extract", package.file.path, folder.path], to: "unpack \(package.name)")
    do {
      try await tool.run()
    } catch let error as LabError {
      throw LabError(
        error.problem, advice: error.advice ?? "If the disk is full, ZLAB_HOME moves the cache to another one.")
    }
  }
}
