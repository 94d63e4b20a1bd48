package import Foundation
import HostTools
package import Model
import Storage

/// The files that a build left.
package struct BuiltFiles: Sendable {
  /// The bzImage.
  package var image: URL
  package var config: URL
  /// With debug information; nil when there is none.
  package var vmlinux: URL?
  /// A folder `lib/modules/RELEASE`; nil when the kernel has no modules.
  package var modules: URL?
  /// Programs of the kernel's own selftests by the folder, below tools/testing/selftests, that they are from.
  package var kselftests: [String: [URL]]
  /// Log of the build.
  package var log: URL

  package init(image: URL, config: URL, vmlinux: URL?, modules: URL?, kselftests: [String: [URL]] = [:], log: URL) {
    self.image = image
    self.config = config
    self.vmlinux = vmlinux
    self.modules = modules
    self.kselftests = kselftests
    self.log = log
  }
}

extension KernelStore {
  /// The kernel with this id, when it is in the cache and whole.
  package func known(_ id: String) -> KernelRecord? { try? cacheStore.record(id: id) }

  /// The vmlinux of a kernel, with debug information; nil when it came without.
  package func symbols(of kernel: KernelRecord) -> URL? { existing("vmlinux", of: kernel) }

  /// The folder of the kernel's own selftests, with a folder of programs for each collection; nil when it came without.
  package func kselftests(of kernel: KernelRecord) -> URL? { existing("kselftests", of: kernel) }

  /// Log of the build of a kernel; nil when it came built.
  package func log(of kernel: KernelRecord) -> URL? { existing("build.log", of: kernel) }

  /// Gives a cached kernel another name.
  /// - Throws: ``LabError`` when the disk refuses.
  package func rename(_ kernel: KernelRecord, to name: String) throws -> KernelRecord {
    var renamed = kernel
    renamed.name = name
    try cacheStore.update(renamed)
    return renamed
  }

  /// Takes what a build left into the cache.
  /// - Throws: ``LabError`` when the disk refuses or the image is none.
  package func add(_ kernel: KernelRecord, built files: BuiltFiles) async throws -> KernelRecord {
    sweepDrafts(under: folders.kernels)
    do {
      _ = try KernelImage(file: files.image)
    } catch {
      throw LabError("the build of \(kernel.name) left no kernel: \(error.problem)")
    }
    return try await cacheStore.add(id: kernel.id) { draft in
      try await reportingDisk("keep the kernel \(kernel.name)") {
        let disk = FileManager.default
        try disk.moveItem(at: files.image, to: draft.appending(path: "image"))
        try disk.copyItem(at: files.config, to: draft.appending(path: "config"))
        try disk.copyItem(at: files.log, to: draft.appending(path: "build.log"))
        if let vmlinux = files.vmlinux { try disk.moveItem(at: vmlinux, to: draft.appending(path: "vmlinux")) }
        if let modules = files.modules {
          try disk.createDirectory(at: draft.appending(path: "lib/modules"), withIntermediateDirectories: true)
          try disk.moveItem(at: modules, to: draft.appending(path: "lib/modules/\(kernel.release)"))
          try await indexModules(release: kernel.release, in: draft)
        }
        for (collection, programs) in files.kselftests {
          let folder = draft.appending(path: "kselftests/\(collection)")
          try disk.createDirectory(at: folder, withIntermediateDirectories: true)
          for program in programs {
            try disk.moveItem(at: program, to: folder.appending(path: program.lastPathComponent))
          }
        }
        try await recordChecksums(of: ["image"], in: draft)
        return kernel
      }
    }
  }
}
