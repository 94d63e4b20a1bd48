import Checksums
import DebianPackages
import Folders
import Foundation
import HostTools
package import Records

extension KernelStore {
  /// The newest stock kernel of a Debian release, downloaded unless it is in the cache.
  ///
  /// When the host's archive cannot be had, the last one that was fetched serves, and that is said.
  /// - Parameters:
  ///   - release: a code name such as `bookworm`.
  ///   - mirror: the archive's address; nil for the one that the host's own apt uses.
  /// - Throws: ``RequestError`` for an unknown release, ``LabError`` without network, keyring or disk space.
  package func fetchDebian(
    release: String, mirror: String? = nil, progress: (String) -> Void = { _ in }
  ) async throws -> KernelRecord {
    sweepDrafts(under: folders.kernels)
    let archive = DebianArchive(release: release, architecture: "s390x", folders: folders, mirror: mirror)
    do { try await archive.refresh(progress: progress) } catch let error as LabError {
      guard mirror == nil, let last = list().first(where: { $0.name == "debian:\(release)" }) else { throw error }
      let day = last.created.formatted(.iso8601.year().month().day())
      progress("\(error.problem.split(separator: "\n")[0]); taking the kernel that was fetched on \(day)")
      return last
    }
    let wanted = try await newestKernel(in: archive)
    let id = try await sha256(ofText: "zlab.kernel/1\ndebian:\(release)\n\(wanted.sha256)\n")
    if let known = try? shelf.record(id: id) { return known }
    guard let package = try await archive.download([wanted.name], progress: progress).first,
      package.sha256 == wanted.sha256
    else {
      throw LabError("cannot fetch \(wanted.name): the archive changed meanwhile", advice: "Try again.")
    }
    progress("unpacking \(package.name) \(package.version)")
    let origin = "\(package.name) \(package.version) of Debian \(release)"
    return try await shelf.add(id: id) { draft in
      try await reportingDisk("keep the kernel debian:\(release)") {
        let unpacked = draft.appending(path: "unpacked")
        try await archive.unpack(package, into: unpacked)
        let kernelRelease = try arrange(unpacked, into: draft, of: package)
        try FileManager.default.removeItem(at: unpacked)
        try await indexModules(release: kernelRelease, in: draft)
        return KernelRecord(
          id: id, name: "debian:\(release)", release: kernelRelease, origin: origin, created: Date())
      }
    }
  }

  // The release's default kernel is what its metapackage depends on; that a release also has others, such as one of a
  // newer Debian, must not change what `debian:RELEASE` means.
  private func newestKernel(in archive: DebianArchive) async throws -> DebianPackage {
    let names = try await archive.packageNames(beginningWith: "linux-image-").filter { $0.hasSuffix("-s390x") }
    let metapackage = "linux-image-s390x"
    if names.contains(metapackage),
      let chosen = try await archive.candidates([metapackage]).first?.depends.first(where: names.contains)
    {
      return try await only(chosen, in: archive)
    }
    let packages = try await archive.candidates(names.filter { $0 != metapackage })
    guard var newest = packages.first else {
      throw RequestError("Debian \(archive.release) has no kernel for s390x")
    }
    for package in packages.dropFirst() where try await isNewer(package.version, than: newest.version) {
      newest = package
    }
    return newest
  }

  private func only(_ name: String, in archive: DebianArchive) async throws -> DebianPackage {
    guard let package = try await archive.candidates([name]).first else {
      throw RequestError("Debian \(archive.release) has no package \(name)")
    }
    return package
  }

  private func isNewer(_ one: String, than other: String) async throws -> Bool {
    try await HostTool("dpkg", ["--compare-versions", one, "gt", other], to: "compare versions").result().code == 0
  }

  // Moves what is kept to where it is kept; returns the kernel's release.
  private func arrange(_ unpacked: URL, into draft: URL, of package: DebianPackage) throws -> String {
    let files = FileManager.default
    let boot = unpacked.appending(path: "boot")
    let names = (try? files.contentsOfDirectory(atPath: boot.path)) ?? []
    guard let image = names.first(where: { $0.hasPrefix("vmlinuz-") }) else {
      throw LabError("cannot use \(package.name) \(package.version): it has no boot/vmlinuz-*")
    }
    let release = String(image.dropFirst("vmlinuz-".count))
    guard KernelImage.isRelease(release) else {
      throw LabError("cannot use \(package.name) \(package.version): `\(release)` is no kernel release")
    }
    _ = try KernelImage(file: boot.appending(path: image))
    try files.moveItem(at: boot.appending(path: image), to: draft.appending(path: "image"))
    try? files.moveItem(at: boot.appending(path: "config-\(release)"), to: draft.appending(path: "config"))
    try files.createDirectory(at: draft.appending(path: "lib/modules"), withIntermediateDirectories: true)
    // Since Debian 13 packages name /usr themselves.
    for place in ["lib/modules", "usr/lib/modules"] {
      let modules = unpacked.appending(path: place).appending(path: release)
      guard files.fileExists(atPath: modules.path) else { continue }
      try files.moveItem(at: modules, to: draft.appending(path: "lib/modules/\(release)"))
      break
    }
    return release
  }
}
