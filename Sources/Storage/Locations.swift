package import Foundation
import Model

/// Storage locations of zlab, by the XDG base directory rules.
package struct Locations: Sendable, Hashable {
  /// Cache, which can be rebuilt: sources, kernels, images.
  package let cache: URL
  /// State, which cannot be rebuilt: the result database and one folder per run.
  package let state: URL
  /// Sockets and pid files of running guests; short, because a UNIX socket's path holds 107 bytes.
  package let runtime: URL

  package init(cache: URL, state: URL, runtime: URL) {
    self.cache = cache
    self.state = state
    self.runtime = runtime
  }

  /// Reads `ZLAB_HOME`, `ZLAB_CACHE` (which moves the cache alone), `XDG_CACHE_HOME`, `XDG_STATE_HOME`, `XDG_RUNTIME_DIR` and `HOME`.
  package init(environment: [String: String], user: UInt32 = getuid()) {
    let home = URL(fileURLWithPath: userHome(environment) ?? "/", isDirectory: true)
    func base(_ variable: String, _ fallback: String) -> URL {
      guard let path = environment[variable], path.hasPrefix("/") else { return home.appending(path: fallback) }
      return URL(fileURLWithPath: path, isDirectory: true)
    }
    let shared = environment["ZLAB_CACHE"].flatMap {
      $0.hasPrefix("/") ? URL(fileURLWithPath: $0, isDirectory: true) : nil
    }
    if let whole = environment["ZLAB_HOME"], !whole.isEmpty {
      let root = URL(fileURLWithPath: whole, isDirectory: true)
      cache = shared ?? root.appending(path: "cache")
      state = root.appending(path: "state")
    } else {
      cache = shared ?? base("XDG_CACHE_HOME", ".cache").appending(path: "zlab")
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
  /// Batches of trials for other machines and their results, a folder for each run.
  package var batches: URL { cache.appending(path: "batches") }
  package var packages: URL { cache.appending(path: "packages") }
  package var runs: URL { state.appending(path: "runs") }

  /// The folder of a run, which follows from its id alone.
  package func run(_ id: String) -> URL { runs.appending(path: id) }

  /// Reason why a run's folder is none that zlab made below this state folder, as a sentence; nil when it is one.
  ///
  /// The name of a run may come from another machine's export. The mark of our own is the lock that a run holds.
  package func defect(ofRun id: String) -> String? {
    guard isHexID(id, 8...8) else {
      return "'\(id.prefix(20))' is no id of a run"
    }
    let path = run(id).path
    var status = stat()
    guard lstat(path, &status) == 0 else { return "its folder \(path) is not there" }
    guard status.st_mode & S_IFMT == S_IFDIR, realPath(path) == realPath(runs.path).map({ $0 + "/" + id }) else {
      return "\(path) is no folder of its own"
    }
    guard lstat(path + "/lock", &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == getuid() else {
      return "the folder \(path) was not made by zlab for this user: it has no lock"
    }
    return nil
  }
}

/// The user's home directory: `HOME`, or what passwd(5) says where that is no absolute path; nil when nothing does.
package func userHome(_ environment: [String: String]) -> String? {
  if let home = environment["HOME"], home.hasPrefix("/") { return home }
  guard let entry = getpwuid(getuid()), let home = entry.pointee.pw_dir else { return nil }
  let path = String(cString: home)
  return path.hasPrefix("/") ? path : nil
}

private func realPath(_ path: String) -> String? {
  guard let real = realpath(path, nil) else { return nil }
  defer { free(real) }
  return String(cString: real)
}
