package import Foundation

/// The folders of a git repository, found without running git, because the repository's configuration is not trusted.
///
/// See gitrepository-layout(5).
package struct GitLayout: Sendable, Hashable {
  /// Holds `HEAD` and the index; of a linked working tree, its folder below `worktrees`.
  package let gitFolder: URL
  /// Holds objects and refs; equal to ``gitFolder`` except in a linked working tree.
  package let commonFolder: URL
  /// The top folder of the working tree; nil in a bare repository.
  package let workTree: URL?

  /// Accepts a working tree's top folder, a linked one's, a `.git` folder or a bare repository; nil for anything else.
  package init?(at place: URL) {
    let place = URL(filePath: place.standardizedFileURL.path, directoryHint: .isDirectory)
    let inside = place.appending(path: ".git")
    let linked = Self.line(of: inside).flatMap { $0.hasPrefix("gitdir: ") ? String($0.dropFirst(8)) : nil }
    let candidates: [(URL?, URL?)] = [
      (inside, place), (linked.map { Self.resolve($0, against: place) }, place),
      (place, place.lastPathComponent == ".git" ? place.deletingLastPathComponent() : nil),
    ]
    for case (let folder?, let workTree) in candidates {
      let common = Self.line(of: folder.appending(path: "commondir")).map { Self.resolve($0, against: folder) }
      let isRepository = ["objects", "refs"].allSatisfy { isFolder((common ?? folder).appending(path: $0)) }
      guard isRepository, smallText(folder.appending(path: "HEAD")) != nil else { continue }
      self.gitFolder = folder.standardizedFileURL
      self.commonFolder = (common ?? folder).standardizedFileURL
      self.workTree = workTree
      return
    }
    return nil
  }

  /// The repository that `place` lies in, looking upwards as git does; nil when it lies in none.
  package static func enclosing(_ place: URL) -> GitLayout? {
    var place = place.standardizedFileURL
    while true {
      if let found = GitLayout(at: place) { return found }
      guard place.path != "/" else { return nil }
      place = place.deletingLastPathComponent().standardizedFileURL
    }
  }

  /// The folder of its objects; nil when git could not be given the path, which is one line of a file there.
  package var objects: URL? {
    let folder = commonFolder.appending(path: "objects")
    return folder.path.hasPrefix("/") && !folder.path.contains("\n") ? folder : nil
  }

  /// Advice for a revision or object that is missing: in a partial clone (git-clone(1), `--filter`) it was left at a
  /// remote. nil elsewhere.
  package var adviceOnMissing: String? {
    let config = smallText(commonFolder.appending(path: "config")) ?? ""
    guard config.contains(#/(?i)(promisor|partialclone)[ \t]*=/#) else { return nil }
    let place = (workTree ?? gitFolder).path
    return "It is a partial clone, and zlab fetches nothing that it was not asked for: "
      + "`git -C \(place) fetch --refetch --no-filter` completes it."
  }

  private static func line(of file: URL) -> String? {
    let line = smallText(file)?.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init)
    return line?.isEmpty == false ? line : nil
  }

  private static func resolve(_ path: String, against folder: URL) -> URL {
    path.hasPrefix("/")
      ? URL(filePath: path, directoryHint: .isDirectory)
      : folder.appending(path: path, directoryHint: .isDirectory).standardizedFileURL
  }
}

func isFolder(_ place: URL) -> Bool {
  var status = stat()
  return stat(place.path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The text of a regular file of at most 1 MiB, with invalid UTF-8 replaced; nil for anything else, without waiting.
func smallText(_ file: URL) -> String? {
  let descriptor = open(file.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= 1 << 20,
    let data = try? handle.read(upToCount: 1 << 20)
  else { return nil }
  return String(decoding: data, as: UTF8.self)
}
