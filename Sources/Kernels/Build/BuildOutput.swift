import Foundation
import Model

/// Output of a build, treated as hostile: files from a stranger, who may have put links in their places.
struct BuildOutput {
  let folder: URL

  /// A regular file of the output.
  /// - Throws: `RequestError` when it is missing or something else, or when a link leads to it.
  func file(_ path: String) throws -> URL {
    let file = folder.appending(path: path)
    var status = stat()
    guard lstat(file.path, &status) == 0 else {
      throw RequestError("the build left no \(path): \(String(cString: strerror(errno)))")
    }
    // No link on the way either: the build has ended, so nothing changes under our eyes.
    guard status.st_mode & S_IFMT == S_IFREG, Self.real(file) == Self.real(folder).map({ $0 + "/" + path }) else {
      throw RequestError("the build put something else in the place of its \(path)")
    }
    return file
  }

  /// The text of a regular file, at most `cap` bytes of it.
  func text(_ path: String, cap: Int = 8 << 20) throws -> String {
    let file = try file(path)
    guard let handle = FileHandle(forReadingAtPath: file.path), let data = try? handle.read(upToCount: cap) else {
      throw LabError("cannot read \(file.path)")
    }
    return String(decoding: data, as: UTF8.self)
  }

  /// A folder of the output in which everything that is neither file nor folder has been removed; nil when there is none.
  func folderWithoutLinks(_ path: String) throws -> URL? {
    let place = folder.appending(path: path)
    var status = stat()
    guard lstat(place.path, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFDIR, Self.real(place) == Self.real(folder).map({ $0 + "/" + path }) else {
      throw RequestError("the build put something else in the place of its \(path)")
    }
    // Does not follow links.
    let inside = FileManager.default.enumerator(atPath: place.path)?.compactMap { $0 as? String } ?? []
    for name in inside {
      let file = place.path + "/" + name
      guard lstat(file, &status) == 0 else { continue }
      if status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR { unlink(file) }
    }
    return place
  }

  private static func real(_ place: URL) -> String? {
    guard let resolved = realpath(place.path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
