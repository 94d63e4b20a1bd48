import DebianPackages
package import Foundation
import Model

/// A kernel that a Debian archive lists, or that is in the cache although no archive lists it.
package struct AvailableKernel: Codable, Sendable, Hashable {
  /// Argument that fetches this version, for instance `debian:trixie=6.12.107-1`.
  package let name: String
  /// `uname -r` of the kernel.
  package let release: String
  /// Of the package.
  package let version: String
  /// Of all packages that the kernel is made of, in bytes; null for one that is only in the cache.
  package let size: Int?
  /// Build time of the package; null when that is not known.
  package let date: Date?
  /// True if the mirror has its files; null when it cannot be asked.
  package let available: Bool?
  /// True if it is what `debian:RELEASE` means: the newest of its line that the mirror has.
  package let isDefault: Bool
  /// The id of the kernel in the cache; null when it is not there.
  package let cached: String?
}

extension KernelStore {
  /// The kernels of a Debian release, the newest first: those that its lists name, then those of that name in the cache.
  /// - Throws: ``RequestError`` for an unknown release, ``LabError`` without lists.
  package func available(
    release: String, mirror: String? = nil, progress: (String) -> Void = { _ in }
  ) async throws -> [AvailableKernel] {
    let archive = DebianArchive(release: release, architecture: "s390x", folders: folders, mirror: mirror)
    return try await available(in: archive, progress: progress)
  }

  func available(in archive: DebianArchive, progress: (String) -> Void) async throws -> [AvailableKernel] {
    try await archive.refresh(progress: progress)
    let kernels = try await archive.kernels()
    let files = try await archive.status(of: kernels.flatMap(\.packages))
    if files.isEmpty, !kernels.isEmpty { progress("whether the mirror has them is not known: it takes curl to ask") }
    let preferred = try await archive.defaultKernels().first { kernel in
      !kernel.packages.contains { files[$0]?.exists == false }
    }
    let name = "debian:\(archive.release)"
    let own = list().filter { $0.version != nil && ($0.name == name || $0.name == "\(name)=\($0.version ?? "")") }
    let listed = kernels.map { kernel in
      let states = kernel.packages.map { files[$0] }
      let missing = states.contains { $0?.exists == false }
      return AvailableKernel(
        name: "\(name)=\(kernel.version)", release: kernel.release, version: kernel.version,
        size: kernel.packages.map(\.size).reduce(0, +), date: states[0]?.built,
        available: missing ? false : states.contains { $0 == nil } ? nil : true,
        isDefault: kernel.image == preferred?.image,
        cached: own.first { $0.version == kernel.version && $0.release == kernel.release }?.id)
    }
    let rest = own.filter { kernel in !listed.contains { $0.version == kernel.version } }.map { kernel in
      AvailableKernel(
        name: "\(name)=\(kernel.version ?? "")", release: kernel.release, version: kernel.version ?? "", size: nil,
        date: nil, available: false, isDefault: false, cached: kernel.id)
    }
    return listed + rest
  }
}
