package import Foundation
import Model
package import Storage

/// The record of a disk in the cache: a root file system for guests with any kernel.
package struct DiskRecord: CachedRecord {
  package var id: String
  /// The recipe's name, for instance `debian`.
  package var name: String
  /// In bytes, on the host.
  package var size: Int
  package var created: Date
  /// `debian` release and what was unpacked, `bash 5.2.37-2`, sorted.
  package var release: String
  package var packages: [String]
  /// The recipe of the initramfs that mounts it.
  package var boot: String
  package var modules: [WantedModule]
}

/// The cached disks: one folder each, named by a content hash.
package struct DiskStore: Sendable {
  let folders: Locations
  let recipes: URL
  let cacheStore: CacheStore<DiskRecord>

  /// - Parameter recipes: a folder with one folder per recipe.
  package init(folders: Locations, recipes: URL) {
    self.folders = folders
    self.recipes = recipes
    cacheStore = CacheStore(folders.cache.appending(path: "disks"), noun: "disk") { disk, folder in
      let file = folder.appending(path: "disk.qcow2").path
      let size = (try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? Int
      return size == disk.size ? nil : "its image is missing or truncated"
    }
  }

  /// Every usable disk, newest first.
  package func list() -> [DiskRecord] { cacheStore.contents().records }

  /// The qcow2 file, which is only to be read.
  package func file(of disk: DiskRecord) -> URL { file(id: disk.id) }

  func file(id: String) -> URL { cacheStore.folder(id).appending(path: "disk.qcow2") }

  /// The disk with an id that begins so, of at least 4 digits; nil when there is none.
  /// - Throws: ``RequestError`` when several match.
  func find(id text: String) throws(RequestError) -> DiskRecord? {
    guard text.count >= 4, text.allSatisfy(\.isHexDigit) else { return nil }
    let matches = list().filter { $0.id.hasPrefix(text.lowercased()) }
    guard matches.count <= 1 else { throw RequestError("the disk `\(text)` is ambiguous", advice: "Give more digits.") }
    return matches.first
  }
}
