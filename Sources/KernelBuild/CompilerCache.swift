import Checksums
import Folders
import Foundation
import HostTools
import Records

/// What compilers made before, in layers of trust.
///
/// A boxed build may write what the next build would take for its own objects. So each list of patches has a store of
/// its own, and reads those of the lists that it begins with: what came out of a patch only reaches builds that hold
/// the same patch. Sources without patches share one store.
struct CompilerCache {
  /// The folder of all stores.
  let place: URL
  /// The store that this build may write.
  let own: URL
  /// Those that it may only read, the most similar first.
  let shared: [URL]

  /// - Parameter patches: the bytes of each series' changes, in order.
  init(folders: Folders, patches: [String]) async throws {
    place = folders.cache.appending(path: "ccache")
    var names = ["base"]
    for count in patches.indices {
      let all = patches[...count].joined(separator: "\u{0}")
      names.append(String(try await sha256(ofText: all).prefix(32)))
    }
    let stores = names.map { [place] in $0.isEmpty ? place : place.appending(path: $0) }
    for store in stores { try makeFolder(store, advice: "ZLAB_HOME moves the cache elsewhere.") }
    own = stores[stores.count - 1]
    shared = stores.dropLast().reversed()
    // A store that is used is not the oldest when room is made.
    for store in stores { markUsed(store) }
  }

  /// ccache's settings (ccache(1)): `path` says where the build finds a store of this host, `scratch` keeps counters.
  func environment(scratch: String, path: (URL) -> String) -> [String: String] {
    let reading = shared.map { "file:\(path($0))|read-only" }
    return [
      "CCACHE_DIR": scratch, "CCACHE_REMOTE_ONLY": "1", "CCACHE_NOHASHDIR": "1",
      "CCACHE_REMOTE_STORAGE": (["file:\(path(own))"] + reading).joined(separator: " "),
      "CCACHE_CONFIGPATH": "/dev/null", "CCACHE_COMPRESS": "1",
    ]
  }

  /// Reads what `ccache --print-stats` printed.
  static func counts(in text: String) -> (hits: Int, misses: Int) {
    var counters: [Substring: Int] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: "\t")
      if words.count == 2, let number = Int(words[1]) { counters[words[0]] = number }
    }
    let hits = counters["direct_cache_hit", default: 0] + counters["preprocessed_cache_hit", default: 0]
    return (hits, counters["cache_miss", default: 0])
  }
}
