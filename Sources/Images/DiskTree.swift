import Foundation
import Model

/// A root file system as a folder, written to as if the folder were `/`: links in it lead nowhere else.
struct DiskTree {
  let root: URL

  /// Puts a file there, over a file or link of that name.
  func put(_ bytes: Data, at path: String, permissions: Int) throws {
    let place = try makeRoom(at: path)
    guard FileManager.default.createFile(atPath: place.path, contents: bytes) else {
      throw LabError("cannot write \(place.path): \(String(cString: strerror(errno)))")
    }
    try setPermissions(permissions, of: place)
  }

  /// Puts a symbolic link there, over a file or link of that name.
  func link(_ path: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: makeRoom(at: path).path, withDestinationPath: target)
  }

  /// Copies a file, a link or a folder of the host with all that is in it.
  func copy(_ source: URL, to path: String) throws {
    switch try type(of: source) {
    case .typeRegular:
      let mode = (try? FileManager.default.attributesOfItem(atPath: source.path))?[.posixPermissions] as? Int
      let place = try makeRoom(at: path)
      try FileManager.default.copyItem(at: source, to: place)
      try setPermissions(mode ?? 0o644, of: place)
    case .typeSymbolicLink:
      try link(path, to: FileManager.default.destinationOfSymbolicLink(atPath: source.path))
    case .typeDirectory:
      try makeFolder(path)
      for name in try FileManager.default.contentsOfDirectory(atPath: source.path).sorted() {
        try copy(source.appending(path: name), to: path + "/" + name)
      }
    default: throw RequestError("cannot copy \(source.path) into a guest: it is no file, folder or link")
    }
  }

  /// Makes a folder and those above it, unless they are there.
  func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(at: resolved(path), withIntermediateDirectories: true)
  }

  /// Content of an existing file, links followed within the tree; nil when there is none.
  func text(_ path: String) -> String? {
    PackageTree(root: root).file(String(path.drop { $0 == "/" })).flatMap {
      try? String(contentsOf: $0, encoding: .utf8)
    }
  }

  private func makeRoom(at path: String) throws -> URL {
    let parts = path.split(separator: "/")
    guard let name = parts.last else { throw RequestError("`\(path)` is no path of a file in a guest") }
    let folder = parts.dropLast().joined(separator: "/")
    try makeFolder(folder)
    let place = resolved(folder).appending(path: String(name))
    // The name itself, whatever it stands for.
    if (try? type(of: place)) == .typeDirectory { throw RequestError("there is a folder in the guest at \(path)") }
    unlink(place.path)
    return place
  }

  private func resolved(_ path: String) -> URL {
    PackageTree(root: root).place(path) ?? root.appending(path: "lost+found")
  }

  private func type(of file: URL) throws -> FileAttributeType? {
    try FileManager.default.attributesOfItem(atPath: file.path)[.type] as? FileAttributeType
  }

  // As asked for: what makes a file takes the umask away.
  private func setPermissions(_ mode: Int, of file: URL) throws {
    guard chmod(file.path, mode_t(mode & 0o7777)) == 0 else {
      throw LabError("cannot set the mode of \(file.path): \(String(cString: strerror(errno)))")
    }
  }
}
