import Foundation
import HostTools
import Model
package import Storage

/// QEMU for s390x guests from a Debian release other than the host's, beside the system's own.
package struct EmulatorFetch: Sendable {
  private static let packages = ["qemu-system-s390x", "qemu-system-common", "qemu-system-data"]

  private let folders: Locations
  private let mirror: String?

  /// - Parameter mirror: as of ``DebianArchive``.
  package init(folders: Locations, mirror: String?) { (self.folders, self.mirror) = (folders, mirror) }

  /// Fetches and unpacks the newest QEMU of a release, unless it is in the cache.
  /// - Throws: ``RequestError`` for a release without the package; ``LabError`` when it cannot be fetched, or lacks
  ///   libraries on this host.
  package func fetch(release: String, progress: (String) -> Void) async throws -> UnpackedEmulator {
    let host = HostTool("dpkg", ["--print-architecture"], to: "ask for the host's architecture")
    let architecture = try await host.run().text.trimmingCharacters(in: .whitespacesAndNewlines)
    let archive = DebianArchive(release: release, architecture: architecture, folders: folders, mirror: mirror)
    try await archive.refresh(progress: progress)
    // QEMU takes a module that it does not find beside it from the system's QEMU, and ends because that is another one.
    let modules = try await archive.packageNames(beginningWith: "qemu-system-modules-")
    let packages = try await archive.download(Self.packages + modules, progress: progress)
    // What comes after the epoch: a colon separates folders to QEMU.
    let version = packages[0].version.split(separator: ":").last ?? ""
    let folder = folders.emulators.appending(path: "\(release)-\(version)")
    if !FileManager.default.fileExists(atPath: folder.path) {
      try await createDirectoryAtomically(folder) { draft in
        for package in packages {
          progress("unpacking \(package.name) \(package.version)")
          try await archive.unpack(package, into: draft)
        }
        try await Self.checkLibraries(draft.path + "/usr/bin/qemu-system-s390x", release)
      }
    }
    guard let emulator = UnpackedEmulator(folder.path + "/usr/bin/qemu-system-s390x") else {
      throw LabError("the packages of QEMU from Debian \(release) are incomplete in \(folder.path)")
    }
    return emulator
  }

  /// The emulators in the cache, sorted by path.
  package var cached: [UnpackedEmulator] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folders.emulators.path)) ?? []
    return names.sorted().filter { !$0.hasPrefix(".") }
      .compactMap { UnpackedEmulator(folders.emulators.path + "/\($0)/usr/bin/qemu-system-s390x") }
  }

  private static func checkLibraries(_ binary: String, _ release: String) async throws {
    let output = try await HostTool("ldd", [binary], to: "look for the libraries of \(binary)").result()
    let lines = (output.text + output.stderr).split(separator: "\n").filter { $0.contains("not found") }
    guard let first = lines.first else { return }
    let words = first.split(separator: " ").joined(separator: " ")
    throw LabError(
      "QEMU of Debian \(release) does not run here: \(lines.count) libraries are missing or too old, first: \(words)",
      advice: words.contains("GLIBC")
        ? "It was built for a newer Debian; take the backports of this one, for instance debian:bookworm-backports."
        : "Install the packages that hold them; apt-file finds them.")
  }
}
