package import Foundation
import HostTools
package import Model
package import Storage

/// The cached images: one folder each, named by a content hash.
package struct ImageStore: Sendable {
  let folders: Locations
  let recipes: URL
  let cacheStore: CacheStore<ImageRecord>

  /// The images below `folders`.
  /// - Parameter recipes: a folder with one folder per recipe, and the actors' sources in `actors`.
  package init(folders: Locations, recipes: URL) {
    self.folders = folders
    self.recipes = recipes
    cacheStore = CacheStore(folders.images, noun: "image") { image, folder in
      let file = folder.appending(path: "initramfs").path
      let size = (try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? Int
      return size == image.size ? nil : "its initramfs is missing or truncated"
    }
  }

  /// Every usable image, newest first.
  package func list() -> [ImageRecord] { contents().records }

  /// Every image, with what is wrong about those that cannot be used.
  package func contents() -> CacheContents<ImageRecord> { cacheStore.contents() }

  /// The file that a guest boots beside its kernel.
  package func initramfs(of image: ImageRecord) -> URL { cacheStore.folder(image.id).appending(path: "initramfs") }

  /// The disk whose overlays guests get; nil for an image that is an initramfs alone. It must never be written to.
  package func disk(of image: ImageRecord) -> URL? {
    image.disk.map { DiskStore(folders: folders, recipes: recipes).file(id: $0) }
  }

  /// Compares what guests boot of an image, its disk included, with the checksums that were recorded when it entered the
  /// cache; of one that an earlier version put there, they are recorded now.
  /// - Returns: the files that have changed; none when the image is whole.
  /// - Throws: ``LabError`` when one cannot be read.
  package func damage(of image: ImageRecord) async throws -> [URL] {
    var damaged: [URL] = []
    for file in [initramfs(of: image)] + [disk(of: image)].compactMap(\.self) {
      let folder = file.deletingLastPathComponent()
      if let names = try await damagedFiles(in: folder) {
        damaged += names.map { folder.appending(path: $0) }
      } else {
        try await reportingDisk("record a checksum") {
          try await recordChecksums(of: [file.lastPathComponent], in: folder)
        }
      }
    }
    return damaged
  }

  /// Takes an image out of the cache.
  /// - Throws: ``LabError`` when the disk refuses.
  package func remove(_ image: ImageRecord) throws(LabError) { try cacheStore.remove(image) }
}
