package import DebianPackages
package import Foundation
package import Model

/// Source of a kernel.
package enum KernelSource: Sendable, Hashable {
  /// Debian's source package: of a kernel's version such as `6.1`, whose `linux-source-6.1` is meant, or of a suite.
  case debian(DebianName)
  /// A revision in a git repository of the user's, which is only read.
  case git(repository: URL, revision: String)
  /// A folder as it stands, without what its `.gitignore` names.
  case folder(URL)
  /// A tar archive, compressed or not, with one folder in it.
  case tarball(URL)

  /// Reads what a user calls a source.
  /// - Parameters:
  ///   - text: `debian:6.1`, `debian:trixie`, `debian:6.12=6.12.107-1`, or the path of a git repository, a folder or a tar archive.
  ///   - revision: anything that `git rev-parse` takes; nil for a folder as it stands.
  /// - Throws: ``RequestError`` when nothing of the kind is there.
  package init(_ text: String, revision: String?) throws(RequestError) {
    if let name = try DebianName(text) {
      self = .debian(name)
      guard revision == nil else { throw RequestError("\(text) has no revisions, so --rev means nothing there") }
      return
    }
    // Without a look at the disk, which would tell equal paths apart.
    let absolute = URL(fileURLWithPath: text).standardizedFileURL.path
    let place = URL(fileURLWithPath: absolute, isDirectory: false)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else {
      throw RequestError(
        "kernel source not found: \(place.path)",
        advice: "debian:6.1, a git repository, a folder or a tar archive is meant.")
    }
    if !isFolder.boolValue {
      guard revision == nil else { throw RequestError("\(text) is a file, so --rev means nothing there") }
      self = .tarball(place)
    } else if let revision {
      self = .git(repository: place, revision: revision)
    } else {
      // A bare repository has no files of its own.
      let isBare = FileManager.default.fileExists(atPath: place.appending(path: "HEAD").path)
      self = isBare ? .git(repository: place, revision: "HEAD") : .folder(place)
    }
  }

  /// Name of the series that this one belongs to, whatever its revision or version.
  package var family: String {
    switch self {
    case .debian(let name): "debian:\(name.release)"
    case .git(let repository, _): repository.path
    case .folder(let folder): folder.path
    case .tarball(let file): file.path
    }
  }

  /// True if it comes from Debian's archive, whose signature apt checks.
  package var isSigned: Bool { if case .debian = self { true } else { false } }
}

/// A source that has become one git tree.
package struct SourceTree: Codable, Sendable, Hashable {
  /// The git object id of the tree: equal for equal content, wherever it came from.
  package var id: String
  /// Origin in words, for instance `linux-source-6.1 6.1.192-2 of Debian bookworm`.
  package var origin: String
  /// Paths of object folders, beside the store's own, that hold some of its files.
  package var objects: [String]

  package init(id: String, origin: String, objects: [String] = []) {
    self.id = id
    self.origin = origin
    self.objects = objects
  }
}
