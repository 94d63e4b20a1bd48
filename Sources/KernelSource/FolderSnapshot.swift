import Foundation
import HostTools
import Model

/// A folder's files as a git tree, without git ever looking at a repository in that folder as one.
///
/// `git add` records a nested repository as a link and runs git inside of it, with the commands that its configuration
/// names. Here git lists files, nested repositories are entered and their files listed as any others, and each file is
/// handed to the index by name.
struct FolderSnapshot {
  let folder: URL
  /// A repository of zlab's.
  let repository: URL
  /// True if entries for nested repositories stay in the index: they came from a tree that has them.
  let keepsLinks: Bool
  /// A call of git in the store's repository with the index that is kept and the folder as its working tree.
  let git: ([String], String) -> HostTool

  // Linux's own paths have at most 12 components and 130 bytes.
  private static let longest = 1024
  private static let deepest = 64
  private static let listCap = 256 << 20

  /// Brings the index up to date and writes its tree. Only files whose times or sizes changed are read.
  /// - Parameter honorsIgnores: whether files that a `.gitignore` names, and git does not track, stay out.
  /// - Returns: the id of the tree.
  /// - Throws: ``RequestError`` for paths that are too long or too deep, ``LabError`` when git or the disk breaks.
  func write(honorsIgnores: Bool) async throws -> String {
    var paths: Set<Path> = []
    try await list(folder, prefix: [], honorsIgnores: honorsIgnores, depth: 0, into: &paths)
    let purpose = "read \(folder.path)"
    let present = try regular(paths)
    let kept = Set(present)
    let gone = try await indexed().filter { !kept.contains($0) }
    if !gone.isEmpty {
      var remove = git(["update-index", "-z", "--force-remove", "--stdin"], purpose)
      remove.input = joined(gone)
      try await remove.run()
    }
    // Files go straight into one pack, which is several times faster than one object file each.
    let settings = ["-c", "core.bigFileThreshold=1", "-c", "core.compression=1"]
    var add = git(settings + ["update-index", "-z", "--add", "--replace", "--remove", "--stdin"], purpose)
    add.input = joined(present)
    try await add.run()
    return try await git(["write-tree"], purpose).run().text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private typealias Path = [UInt8]

  private func list(
    _ place: URL, prefix: Path, honorsIgnores: Bool, depth: Int, into paths: inout Set<Path>
  ) async throws {
    guard depth < 16 else { throw RequestError("\(place.path) lies in more than 15 nested git repositories") }
    let names: [Path]
    if honorsIgnores, let layout = GitLayout(at: place), layout.workTree != nil {
      names = try await layout.borrowed { git in
        let index = layout.gitFolder.appending(path: "index").path
        return try await listed(git, place, index, ["--cached", "--others", "--exclude-standard"])
      }
    } else {
      names = try await listed(GitRunner(repository: repository), place, "/nonexistent/index", ["--others"])
    }
    for name in Set(names) {
      let isNested = name.last == UInt8(ascii: "/")
      let plain = isNested ? name.dropLast() : name[...]
      guard isNested || isNestedRepository(place, plain) else {
        paths.insert(prefix + name)
        continue
      }
      guard let text = String(validating: plain, as: UTF8.self) else {
        throw RequestError("\(place.path) has a nested git repository whose name is no UTF-8")
      }
      try await list(
        place.appending(path: text), prefix: prefix + plain + [UInt8(ascii: "/")], honorsIgnores: honorsIgnores,
        depth: depth + 1, into: &paths)
    }
  }

  private func listed(_ git: GitRunner, _ place: URL, _ index: String, _ which: [String]) async throws -> [Path] {
    var git = git
    (git.workTree, git.index) = (place, index)
    var tool = git.tool(["ls-files", "-z"] + which, to: "list \(place.path)")
    tool.outputLimit = Self.listCap
    tool.timeLimit = .seconds(600)
    return try await tool.run().output.split(separator: 0).map(Array.init)
  }

  // A submodule stands in the user's index as a file would, and is a folder.
  private func isNestedRepository(_ place: URL, _ name: ArraySlice<UInt8>) -> Bool {
    kind(of: name, in: place) == S_IFDIR
  }

  /// Those that are files or links now, and lie in real folders.
  private func regular(_ paths: Set<Path>) throws(RequestError) -> [Path] {
    var folders: [Path: Bool] = [[]: true]
    var result: [Path] = []
    for path in paths.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      guard path.count <= Self.longest, parts.count <= Self.deepest else {
        let start = String(decoding: path.prefix(60), as: UTF8.self)
        throw RequestError(
          "\(folder.path) has a path of \(parts.count) components and \(path.count) bytes: \(start)...",
          advice: "Paths of a kernel source have at most \(Self.deepest) components and \(Self.longest) bytes.")
      }
      guard !parts.contains(where: isForbidden) else { continue }
      var parent: Path = []
      var isReal = true
      for part in parts.dropLast() where isReal {
        parent += (parent.isEmpty ? [] : [UInt8(ascii: "/")]) + part
        if let known = folders[parent] {
          isReal = known
        } else {
          isReal = kind(of: parent[...], in: folder) == S_IFDIR
          folders[parent] = isReal
        }
      }
      guard isReal, [S_IFREG, S_IFLNK].contains(kind(of: path[...], in: folder)) else { continue }
      result.append(path)
    }
    return result
  }

  private func isForbidden(_ part: ArraySlice<UInt8>) -> Bool {
    part.isEmpty || part == [0x2e] || part == [0x2e, 0x2e]
      || String(decoding: part, as: UTF8.self).lowercased() == ".git"
  }

  // The bits of S_IFMT; 0 when it cannot be looked at. Names need not be UTF-8.
  private func kind(of path: ArraySlice<UInt8>, in place: URL) -> mode_t {
    var status = stat()
    let whole = Array(place.path.utf8) + [UInt8(ascii: "/")] + path + [0]
    let code = lstat(whole.map { CChar(bitPattern: $0) }, &status)
    return code == 0 ? status.st_mode & S_IFMT : 0
  }

  /// Content of the kept index; a damaged one is made anew.
  private func indexed() async throws -> [Path] {
    var tool = git(["ls-files", "-z", "--stage"], "read \(folder.path)")
    tool.outputLimit = Self.listCap
    let answer = try await tool.result()
    guard answer.code == 0 else {
      if let index = tool.environment["GIT_INDEX_FILE"] { unlink(index) }
      return []
    }
    // `mode id stage TAB path`, git-ls-files(1).
    return answer.output.split(separator: 0).compactMap { line in
      guard let tab = line.firstIndex(of: 0x09) else { return nil }
      return keepsLinks && line.starts(with: Array("160000 ".utf8)) ? nil : Array(line[(tab + 1)...])
    }
  }

  private func joined(_ paths: [Path]) -> [UInt8] { paths.reduce(into: []) { $0 += $1 + [0] } }
}
