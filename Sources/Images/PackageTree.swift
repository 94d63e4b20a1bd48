import Foundation
import Model

/// The files of unpacked packages, looked at as if their folder were `/`.
struct PackageTree {
  let root: URL

  /// The plain file at a path, with links followed inside the tree; nil when there is none.
  ///
  /// Packages may have a file below `/usr` that another calls by its old place, and the reverse.
  func file(_ path: String) -> URL? {
    for path in [path, "usr/" + path, path.hasPrefix("usr/") ? String(path.dropFirst(4)) : path] {
      var parts = path.split(separator: "/").map(String.init)
      if let file = follow(&parts), isPlain(file) { return file }
    }
    return nil
  }

  /// A shared library by its name, from the folders in which the dynamic linker looks.
  func library(_ name: String) -> URL? {
    for folder in ["lib/s390x-linux-gnu", "usr/lib/s390x-linux-gnu", "lib", "usr/lib", "lib64"] {
      if let file = file("\(folder)/\(name)") { return file }
    }
    return nil
  }

  /// Target of a path, whether anything is there or not; nil when its links go round.
  func place(_ path: String) -> URL? {
    var parts = path.split(separator: "/").map(String.init)
    return follow(&parts)
  }

  private func isPlain(_ file: URL) -> Bool {
    let type = (try? FileManager.default.attributesOfItem(atPath: file.path))?[.type] as? FileAttributeType
    return type == .typeRegular
  }

  // Walks down one part at a time; a link's target starts again inside the tree, so nothing leads out of it.
  private func follow(_ rest: inout [String]) -> URL? {
    var done: [String] = []
    var links = 0
    while !rest.isEmpty {
      let part = rest.removeFirst()
      if part == "." { continue }
      if part == ".." {
        _ = done.popLast()
        continue
      }
      let here = (done + [part]).reduce(root) { $0.appending(path: $1) }
      guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: here.path) else {
        done.append(part)
        continue
      }
      links += 1
      guard links <= 16 else { return nil }
      if target.hasPrefix("/") { done = [] }
      rest = target.split(separator: "/").map(String.init) + rest
    }
    return done.reduce(root) { $0.appending(path: $1) }
  }
}
