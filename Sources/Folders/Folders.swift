package import Foundation
import Records

/// Where zlab keeps what it makes, by the XDG base directory rules.
package struct Folders: Sendable, Hashable {
  /// What can be made again: sources, kernels, images.
  package let cache: URL
  /// What cannot: the result database and one folder per run.
  package let state: URL
  /// Sockets and pid files of running guests; short, because a UNIX socket's path holds 107 bytes.
  package let runtime: URL

  package init(cache: URL, state: URL, runtime: URL) {
    self.cache = cache
    self.state = state
    self.runtime = runtime
  }

  /// Reads `ZLAB_HOME`, `XDG_CACHE_HOME`, `XDG_STATE_HOME`, `XDG_RUNTIME_DIR` and `HOME`.
  package init(environment: [String: String], user: UInt32 = getuid()) {
    let home = URL(fileURLWithPath: environment["HOME"] ?? "/", isDirectory: true)
    func base(_ variable: String, _ fallback: String) -> URL {
      guard let path = environment[variable], path.hasPrefix("/") else { return home.appending(path: fallback) }
      return URL(fileURLWithPath: path, isDirectory: true)
    }
    if let whole = environment["ZLAB_HOME"], !whole.isEmpty {
      let root = URL(fileURLWithPath: whole, isDirectory: true)
      cache = root.appending(path: "cache")
      state = root.appending(path: "state")
    } else {
      cache = base("XDG_CACHE_HOME", ".cache").appending(path: "zlab")
      state = base("XDG_STATE_HOME", ".local/state").appending(path: "zlab")
    }
    if let directory = environment["XDG_RUNTIME_DIR"], directory.hasPrefix("/"), directory.utf8.count <= 32 {
      runtime = URL(fileURLWithPath: directory, isDirectory: true).appending(path: "zlab")
    } else {
      runtime = URL(fileURLWithPath: "/tmp/zlab-\(user)", isDirectory: true)
    }
  }

  package var kernels: URL { cache.appending(path: "kernels") }
  package var images: URL { cache.appending(path: "images") }
  package var packages: URL { cache.appending(path: "packages") }
  package var runs: URL { state.appending(path: "runs") }
}
