package import Foundation
import Model

/// One thing in the cache that can be made again.
package struct CacheItem: Codable, Sendable, Hashable {
  /// Kind of the item: `kernel`, `image`, `ccache`, `source`.
  package let kind: String
  /// Name for users.
  package let name: String
  /// Location of the item.
  package let path: String
  /// Bytes on the disk.
  package let size: Int
  /// Time at which it was made, or used last.
  package let used: Date

  package init(kind: String, name: String, place: URL) {
    self.kind = kind
    self.name = name
    path = place.path
    size = sizeOnDisk(place)
    used = (try? FileManager.default.attributesOfItem(atPath: place.path))?[.modificationDate] as? Date ?? .distantPast
  }

  init(kind: String, name: String, path: String, size: Int, used: Date) {
    (self.kind, self.name, self.path, self.size, self.used) = (kind, name, path, size, used)
  }
}

/// Items to remove so that none is older than `age` and all together are at most `size`: the longest unused go first.
///
/// - Parameters:
///   - age: in seconds; nil keeps things of any age.
///   - size: in bytes; nil keeps any amount.
///   - spared: in seconds: what was used within this time stays whatever its size, because it may be in use.
package func itemsToPrune(
  _ items: [CacheItem], olderThan age: TimeInterval?, largerThan size: Int?, now: Date = Date(),
  spared: TimeInterval = 6 * 3600
) -> [CacheItem] {
  var total = items.map(\.size).reduce(0, +)
  return items.sorted { ($0.used, $0.path) < ($1.used, $1.path) }.filter { item in
    let idle = now.timeIntervalSince(item.used)
    guard idle >= spared else { return false }
    guard age.map({ idle > $0 }) == true || size.map({ total > $0 }) == true else { return false }
    total -= item.size
    return true
  }
}

/// Marks a thing in the cache as used now, so that it is not the first to go.
package func markUsed(_ place: URL) { utimes(place.path, nil) }

/// Takes a folder away: gone at once for others, who find all of it or nothing.
/// - Throws: what Foundation throws when the disk refuses; a folder that is gone already is none of its concern.
package func removeAtOnce(_ path: String) throws {
  let place = URL(fileURLWithPath: path)
  guard FileManager.default.fileExists(atPath: path) else { return }
  let draft = place.deletingLastPathComponent().appending(path: ".draft-pruned-\(UUID().uuidString)")
  try FileManager.default.moveItem(at: place, to: draft)
  try FileManager.default.removeItem(at: draft)
}

// Blocks, not lengths: what a disk gives back.
package func sizeOnDisk(_ place: URL) -> Int {
  guard let walk = FileManager.default.enumerator(atPath: place.path) else { return 0 }
  var total = 0
  for case let name as String in walk {
    var status = stat()
    if lstat(place.path + "/" + name, &status) == 0 { total += Int(status.st_blocks) * 512 }
  }
  return total
}
