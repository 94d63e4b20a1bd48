import Foundation
import HostTools
import Model
package import Storage

/// The packages of one Debian release for one architecture, through an apt root of zlab's own.
///
/// The host's apt is asked for its mirror and its proxy and is otherwise left alone: own sources, lists, cache and
/// configuration, no root. Signatures are checked against the host's Debian keyring.
package struct DebianArchive: Sendable {
  /// A folder below the mirror's `dists`: a release's code name such as `bookworm`, a suite such as `testing` or
  /// `trixie-backports`.
  package let release: String
  /// In Debian's words, such as `s390x`.
  package let architecture: String
  let folders: Locations
  let mirror: String?
  /// The file with the keys that sign the archive.
  let keyring: String

  /// Describes the archive; nothing is fetched or written yet.
  /// - Parameters:
  ///   - release: a folder below the mirror's `dists`, such as `bookworm`.
  ///   - architecture: in Debian's words, such as `s390x`.
  ///   - mirror: the main archive's address; nil for the one that the host's own apt uses.
  ///   - keyring: a file with the keys that sign the archive.
  package init(
    release: String, architecture: String, folders: Locations, mirror: String?, keyring: String = Self.hostKeyring
  ) {
    self.keyring = keyring
    self.release = release
    self.architecture = architecture
    self.folders = folders
    self.mirror = mirror
  }

  // apt's configuration names it, so it is the place itself: a link that leads there may go.
  var root: URL {
    let packages = folders.packages.path
    let place = realpath(packages, nil).map { path in
      defer { free(path) }
      return String(cString: path)
    }
    return URL(fileURLWithPath: place ?? packages).appending(path: "apt/\(release)-\(architecture)")
  }
  var pool: URL { folders.packages.appending(path: "pool") }

  /// Runs `body` while no other zlab uses this apt root.
  func locked<Result>(_ body: () async throws -> Result) async throws -> Result {
    try checkNames()
    try createFolder(root.deletingLastPathComponent())
    let lock = try await FileLock.waiting(for: root.path + ".lock", noun: "the package cache")
    for name in ["lists/partial", "cache/archives/partial", "etc/preferences.d"] {
      try createFolder(root.appending(path: name))
    }
    let result = try await body()
    _ = consume lock
    return result
  }

  private func createFolder(_ folder: URL) throws(LabError) {
    try makeFolder(folder, advice: "Set ZLAB_HOME to move the cache.")
  }

  private func checkNames() throws(RequestError) {
    guard isPackageName(release) else {
      throw RequestError(
        "`\(release)` is no name of a Debian release", advice: Self.releaseAdvice(release))
    }
    guard isPackageName(architecture) else {
      throw RequestError("`\(architecture)` is no name of a Debian architecture")
    }
    if root.path.contains(where: { $0 == "\"" || $0.isNewline }) {
      throw RequestError("apt cannot use the folder \(root.path): its name has a quote or a line break")
    }
    if let mirror { try DebianMirror.check(mirror) }
  }
}
