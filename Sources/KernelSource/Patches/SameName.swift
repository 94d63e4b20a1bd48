import Foundation

/// Looks for files by their names alone, for patches whose files were moved.
enum SameName {
  // A kernel tree has some 100 thousand entries.
  private static let entryCap = 1_000_000
  private static let shown = 3

  /// For each path the files of the same name below `tree`, those that share most of the path first.
  ///
  /// Goes through the tree once, without following links.
  static func find(_ paths: [String], below tree: URL) -> [String: [String]] {
    var wanted: [String: [String]] = [:]
    for path in paths { wanted[name(path)] = [] }
    collect(&wanted, below: tree)
    var found: [String: [String]] = [:]
    for path in paths {
      let places = (wanted[name(path)] ?? []).filter { $0 != path }
      found[path] = Array(places.sorted { (-shared($0, path), $0) < (-shared($1, path), $1) }.prefix(shown))
    }
    return found
  }

  private static func collect(_ wanted: inout [String: [String]], below tree: URL) {
    var folders = [""]
    var seen = 0
    while let folder = folders.popLast(), seen < entryCap, !Task.isCancelled {
      guard let handle = opendir(tree.path + "/" + folder) else { continue }
      defer { closedir(handle) }
      while let entry = readdir(handle) {
        seen += 1
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let path = folder.isEmpty ? name : folder + "/" + name
        switch Int32(entry.pointee.d_type) {
        case Int32(DT_DIR) where name != "." && name != ".." && name != ".git": folders.append(path)
        case Int32(DT_REG): if wanted[name]?.count ?? 100 < 100 { wanted[name]?.append(path) }
        default: break
        }
      }
    }
  }

  private static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

  private static func shared(_ path: String, _ other: String) -> Int {
    Set(path.split(separator: "/")).intersection(other.split(separator: "/")).count
  }
}
