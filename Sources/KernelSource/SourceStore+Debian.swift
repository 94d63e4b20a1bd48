import DebianPackages
import Foundation
import HostTools
import Model
import Storage

extension SourceStore {
  /// The newest source package that can be had of what the name says: a kernel's version such as `6.1`, in the oldest
  /// suite that has it, or the default kernel of a suite.
  func debianTree(_ name: DebianName, _ progress: (String) -> Void) async throws -> SourceTree {
    let isVersion = name.release.first?.isNumber == true
    var refused: [DebianPackage] = []
    var seen: [String] = []
    for suite in isVersion ? Self.suites : [name.release] {
      let archive = DebianArchive(release: suite, architecture: "s390x", folders: folders, mirror: mirror)
      guard try await refreshed(archive, isOptional: isVersion, progress) else { continue }
      let listed = try await packages(isVersion ? "linux-source-\(name.release)" : nil, in: archive)
      seen += listed.map { "\($0.name) \($0.version) (\(suite))" }
      let wanted = listed.filter { name.version == nil || $0.version == name.version }
      for package in wanted where !refused.contains(package) {
        if let tree = try await tree(of: package, archive, refusing: &refused, progress) { return tree }
      }
    }
    if let first = refused.first {
      throw LabError(
        "cannot fetch \(first.name) \(first.version): the Debian mirror lists it and does not have it",
        advice: "Try again later, or name another mirror with --mirror.")
    }
    let known = seen.isEmpty ? "" : ": there are \(Set(seen).sorted().joined(separator: ", "))"
    throw RequestError(
      "no source package of Debian's kernel is `\(name)`\(known)",
      advice: "debian:6.1, debian:trixie or debian:6.12=6.12.107-1 is meant; a suite of its name may have more.")
  }

  /// Places to look for a version, the oldest first: whichever has it.
  private static let suites = [
    "bookworm", "trixie", "bookworm-backports", "trixie-backports", "testing", "sid",
  ]

  // False when a suite that is only one of several is not there.
  private func refreshed(
    _ archive: DebianArchive, isOptional: Bool, _ progress: (String) -> Void
  ) async throws -> Bool {
    do {
      try await archive.refresh(olderThan: 24 * 3600, progress: progress)
    } catch let error as LabError {
      // What is at hand may be enough; if it is not, the next step says so.
      progress("going on with the package lists at hand: \(error.problem.split(separator: "\n")[0])")
    } catch let error as RequestError {
      guard isOptional else { throw error }
      return false
    }
    return true
  }

  // The newest first. Without a name, of what the metapackage linux-source depends on.
  private func packages(_ name: String?, in archive: DebianArchive) async throws -> [DebianPackage] {
    var name = name
    if name == nil {
      name = try await archive.versions(of: ["linux-source"]).first?.depends.first { $0.hasPrefix("linux-source-") }
    }
    return try await archive.versions(of: [name].compactMap(\.self))
  }

  // Nil when the archive does not have it; it is then among `refused`.
  private func tree(
    of package: DebianPackage, _ archive: DebianArchive, refusing refused: inout [DebianPackage],
    _ progress: (String) -> Void
  ) async throws -> SourceTree? {
    let origin = "\(package.name) \(package.version) of Debian \(archive.release)"
    if let known = try await knownTree(package.sha256, origin) { return known }
    let missing = try await archive.fetch([package], progress: progress)
    guard missing.isEmpty else {
      progress("\(archive.lacking(missing)); looking for another version")
      refused += missing
      return nil
    }
    return try await imported(package.sha256, origin) { draft in
      progress("unpacking \(package.name) \(package.version)")
      try await archive.unpack(package, into: draft)
      return draft.appending(path: "usr/src/\(package.name).tar.xz")
    }
  }
}
