package import Foundation
import HostTools
import Model
package import Storage

/// Kernel sources as git trees, in a repository of zlab's own.
///
/// Every source becomes a tree there: a tree's id says whether two sources are the same, patches can fall back on old
/// blobs, and going from one revision to the next rewrites only the files that differ. What the user has is read only.
package struct SourceStore: Sendable {
  let folders: Locations
  /// The archive to take Debian's packages from; nil for the one that the host's own apt uses.
  let mirror: String?

  package init(folders: Locations, mirror: String? = nil) {
    self.folders = folders
    self.mirror = mirror
  }

  var place: URL { folders.cache.appending(path: "sources") }
  var repository: URL { place.appending(path: "git") }

  /// The folder of the store's own git objects.
  package var objects: URL { repository.appending(path: "objects") }

  /// Turns a source into a tree, unless that was done before.
  /// - Throws: ``RequestError`` when it is no Linux source with s390 in it, ``LabError`` without network or disk space.
  package func tree(of source: KernelSource, progress: (String) -> Void) async throws -> SourceTree {
    try await prepare()
    let tree =
      switch source {
      case .debian(let name): try await debianTree(name, progress)
      case .git(let repository, let revision): try await gitTree(repository, revision)
      case .folder(let folder): try await folderTree(folder, progress)
      case .tarball(let file): try await tarballTree(file, progress)
      }
    try await check(tree)
    return tree
  }

  /// A git call in the store's repository.
  /// - Parameter objects: folders of further objects.
  func git(
    _ arguments: [String], objects: [String] = [], workTree: URL? = nil, index: String? = nil, to purpose: String
  ) -> HostTool {
    var runner = GitRunner(repository: repository)
    (runner.objects, runner.workTree, runner.index) = (objects, workTree, index)
    var tool = runner.tool(arguments, to: purpose)
    tool.timeLimit = .seconds(1800)
    return tool
  }

  private func prepare() async throws {
    guard !FileManager.default.fileExists(atPath: objects.path) else { return }
    try makeFolder(place, advice: "Set ZLAB_HOME to move the cache.")
    try await createDirectoryAtomically(repository) { draft in
      try await GitRunner.makeRepository(draft)
      // A tree's id must stand for the very bytes that are compiled, whatever the tree's own attributes say.
      let attributes = draft.appending(path: "info/attributes")
      try makeFolder(attributes.deletingLastPathComponent())
      try await reportingDisk("make a repository for kernel sources") {
        try Data("* -text !eol -ident -filter !working-tree-encoding\n".utf8).write(to: attributes)
      }
    }
  }

  private func check(_ tree: SourceTree) async throws {
    for file in ["Makefile", "Kconfig", "arch/s390/Makefile"] {
      let look = git(["cat-file", "-e", "\(tree.id):\(file)"], objects: tree.objects, to: "look into \(tree.origin)")
      guard try await look.result().code == 0 else {
        throw RequestError("\(tree.origin) is no Linux source for s390: it has no \(file)")
      }
    }
  }
}
