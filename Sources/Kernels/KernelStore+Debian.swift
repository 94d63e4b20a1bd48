import DebianPackages
import Foundation
import HostTools
package import Model
import Storage

extension KernelStore {
  /// The newest stock kernel of a Debian release that can be had, downloaded unless it is in the cache.
  ///
  /// A version that the archive lists and does not have gives way to the next older one, and then to what the cache
  /// holds of that name; both are said. So are lists that cannot be refreshed.
  /// - Parameters:
  ///   - release: a folder below the mirror's `dists`, such as `bookworm` or `trixie-backports`.
  ///   - version: of the package, for instance `6.12.107-1`, which alone will do; nil for the newest.
  ///   - mirror: the archive's address; nil for the one that the host's own apt uses. The cache stands in for no mirror
  ///     that was asked for.
  /// - Throws: ``RequestError`` for an unknown release or version, ``LabError`` without network, keyring or disk space.
  package func fetchDebian(
    release: String, version: String? = nil, mirror: String? = nil, progress: (String) -> Void = { _ in }
  ) async throws -> KernelRecord {
    sweepDrafts(under: folders.kernels)
    let archive = DebianArchive(release: release, architecture: "s390x", folders: folders, mirror: mirror)
    let fetch = DebianKernelFetch(store: self, archive: archive, version: version, usesCache: mirror == nil)
    return try named(try await fetch.run(progress))
  }

  // The name means what was fetched last, also when that was in the cache.
  private func named(_ kernel: KernelRecord) throws -> KernelRecord {
    guard try find(kernel.name).id != kernel.id else { return kernel }
    var kernel = kernel
    kernel.created = Date()
    try cacheStore.update(kernel)
    return kernel
  }

  /// Publishes a kernel whose packages are at hand.
  func add(_ kernel: DebianKernel, id: String, name: String, from archive: DebianArchive) async throws -> KernelRecord {
    let image = kernel.image
    return try await cacheStore.add(id: id) { draft in
      try await reportingDisk("keep the kernel \(name)") {
        let unpacked = draft.appending(path: "unpacked")
        for package in kernel.packages { try await archive.unpack(package, into: unpacked) }
        let release = try arrange(unpacked, into: draft, of: image)
        try FileManager.default.removeItem(at: unpacked)
        try await indexModules(release: release, in: draft)
        try await recordChecksums(of: ["image"], in: draft)
        let origin = "\(image.name) \(image.version) of Debian \(archive.release)"
        return KernelRecord(
          id: id, name: name, release: release, origin: origin, created: Date(), version: image.version)
      }
    }
  }

  // Moves what is kept to where it is kept; returns the kernel's release.
  private func arrange(_ unpacked: URL, into draft: URL, of package: DebianPackage) throws -> String {
    let files = FileManager.default
    let release = String(package.name.dropFirst("linux-image-".count))
    guard KernelImage.isRelease(release) else {
      throw LabError("cannot use \(package.name) \(package.version): `\(release)` is no kernel release")
    }
    // Since Debian 13 packages name /usr themselves.
    let modules = ["lib/modules", "usr/lib/modules"].map { unpacked.appending(path: $0).appending(path: release) }
    func move(_ names: [URL], to name: String) throws -> Bool {
      guard let file = names.first(where: { files.fileExists(atPath: $0.path) }) else { return false }
      try files.moveItem(at: file, to: draft.appending(path: name))
      return true
    }
    let boot = unpacked.appending(path: "boot")
    let images = [boot.appending(path: "vmlinuz-\(release)")] + modules.map { $0.appending(path: "vmlinuz") }
    guard try move(images, to: "image") else {
      throw LabError(
        "cannot use \(package.name) \(package.version): neither it nor the packages of the same version that it depends "
          + "on have boot/vmlinuz-\(release) or usr/lib/modules/\(release)/vmlinuz")
    }
    _ = try KernelImage(file: draft.appending(path: "image"))
    _ = try move(
      [boot.appending(path: "config-\(release)")] + modules.map { $0.appending(path: "config") }, to: "config")
    try files.createDirectory(at: draft.appending(path: "lib/modules"), withIntermediateDirectories: true)
    _ = try move(modules, to: "lib/modules/\(release)")
    return release
  }
}
