import Foundation
package import Storage

extension SourceStore {
  /// Takes a checked-out source away, unless somebody uses it by now.
  /// - Throws: what Foundation throws when the disk refuses.
  package func remove(_ item: CacheItem) throws {
    guard let lock = try FileLock(ifFree: item.path + ".lock") else { return }
    try removeAtOnce(item.path)
    _ = consume lock
  }

  /// Checked-out sources that nobody uses now.
  package func cacheItems() -> [CacheItem] {
    let trees = place.appending(path: "trees")
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: trees.path)) ?? []).filter { Int($0) != nil }
    return names.compactMap { name in
      guard let lock = try? FileLock(ifFree: trees.appending(path: name + ".lock").path) else { return nil }
      _ = consume lock
      let family = (try? String(contentsOf: trees.appending(path: name + ".family"), encoding: .utf8)) ?? name
      return CacheItem(kind: "source", name: family, place: trees.appending(path: name))
    }
  }
}
