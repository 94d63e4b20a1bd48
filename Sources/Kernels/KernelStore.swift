package import Foundation
import HostTools
package import Model
package import Storage

/// The cached kernels: one folder each, named by a content hash.
package struct KernelStore: Sendable {
  let folders: Locations
  let cacheStore: CacheStore<KernelRecord>

  /// The kernels below `folders`; the folder is made with the first of them.
  package init(folders: Locations) {
    self.folders = folders
    cacheStore = CacheStore(folders.kernels, noun: "kernel") { kernel, folder in
      // It becomes part of a path.
      guard KernelImage.isRelease(kernel.release) else { return "its release is none" }
      let image = folder.appending(path: "image").path
      return FileManager.default.fileExists(atPath: image) ? nil : "its image is missing"
    }
  }

  /// Every usable kernel, newest first.
  package func list() -> [KernelRecord] { contents().records }

  /// Every kernel, with what is wrong about those that cannot be used.
  package func contents() -> CacheContents<KernelRecord> { cacheStore.contents() }

  /// The bootable file of a kernel.
  package func image(of kernel: KernelRecord) -> URL { cacheStore.folder(kernel.id).appending(path: "image") }

  /// The build configuration of a kernel; nil when it came without.
  package func config(of kernel: KernelRecord) -> URL? { existing("config", of: kernel) }

  /// The modules of a kernel, the folder with `modules.dep` in it; nil when it came without.
  package func modules(of kernel: KernelRecord) -> URL? { existing("lib/modules/\(kernel.release)", of: kernel) }

  /// Compares the file that guests boot with the checksum that was recorded when the kernel entered the cache; of one
  /// that an earlier version put there, the checksum is recorded now.
  /// - Throws: ``LabError`` when it has changed or cannot be read.
  package func verify(_ kernel: KernelRecord) async throws {
    let folder = cacheStore.folder(kernel.id)
    guard let damaged = try await damagedFiles(in: folder) else {
      try await reportingDisk("record a checksum") { try await recordChecksums(of: ["image"], in: folder) }
      return
    }
    guard damaged.isEmpty else {
      throw LabError(
        "cannot boot the kernel \(kernel.name) (\(kernel.id.prefix(12))): its file \(image(of: kernel).path) is not "
          + "the one that was put into the cache",
        advice: "`zlab kernel remove \(kernel.id.prefix(12))` removes it; then fetch, build or add it again.")
    }
  }

  /// Takes a kernel out of the cache.
  /// - Throws: ``LabError`` when the disk refuses.
  package func remove(_ kernel: KernelRecord) throws(LabError) { try cacheStore.remove(kernel) }

  func existing(_ path: String, of kernel: KernelRecord) -> URL? {
    let file = cacheStore.folder(kernel.id).appending(path: path)
    return FileManager.default.fileExists(atPath: file.path) ? file : nil
  }
}
