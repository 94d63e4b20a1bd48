import Foundation
import HostTools
import Model
import Storage

/// Compiler caches, in stores that are keyed by what may have written to them.
///
/// A build runs the source's Makefiles, which may leave in ccache's store what the next build would take for its own
/// objects. So each source tree has a store of its own, and so has each list of patches upon it; a build writes only to its
/// own store, and reads those of the lists that its patches begin with. What came out of a tree or a patch only reaches
/// builds that hold the same tree and the same patch. Debian's sources, which apt checks against the archive's
/// signature, share one store, which all may read.
struct CompilerCache {
  /// The folder of all stores.
  let place: URL
  /// The store that this build may write.
  let own: URL
  /// Those that it may only read, the most similar first.
  let shared: [URL]

  /// - Parameters:
  ///   - tree: the id of the source's git tree, without patches.
  ///   - isSigned: whether the source comes from Debian's archive.
  ///   - patches: the bytes of each series' changes, in order.
  init(folders: Locations, tree: String, isSigned: Bool, patches: [String]) async throws {
    place = folders.cache.appending(path: "ccache")
    var names = isSigned ? ["debian"] : ["debian", String(try await sha256(ofText: "tree \(tree)").prefix(32))]
    for count in patches.indices {
      let all = (["tree \(tree)"] + patches[...count]).joined(separator: "\u{0}")
      names.append(String(try await sha256(ofText: all).prefix(32)))
    }
    let stores = names.map { [place] in place.appending(path: $0) }
    for store in stores { try makeFolder(store, advice: "Set ZLAB_HOME to move the cache.") }
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
