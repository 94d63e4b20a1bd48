import Folders
package import Foundation
import HostTools
import Records

/// A folder with a source's files in it, ours alone until the value ends.
package final class Checkout: Sendable {
  /// Where the files are.
  package let folder: URL
  private let lock: FileLock
  private let index: String
  private let store: SourceStore

  fileprivate init(folder: URL, lock: consuming FileLock, index: String, store: SourceStore) {
    self.folder = folder
    self.lock = lock
    self.index = index
    self.store = store
  }

  /// Makes the folder hold `tree` and nothing else; only files that differ are written.
  /// - Throws: ``LabError`` when the disk refuses or objects are missing.
  package func hold(_ tree: SourceTree) async throws {
    let purpose = "check out \(tree.origin)"
    do {
      // A git that was killed leaves it.
      try await alone("rm", ["-f", index + ".lock"], purpose).run()
      let readTree = git(["read-tree", "--reset", tree.id], tree.objects, purpose)
      if try await readTree.result().code != 0 {
        // Without an index every file is written anew, which mends one that is damaged.
        try await alone("rm", ["-f", index], purpose).run()
        try await readTree.run()
      }
      try await git(["checkout-index", "--all", "--force", "--quiet", "--index"], tree.objects, purpose).run()
      try await git(["clean", "-ffdxq"], tree.objects, purpose).run()
    } catch let error as LabError {
      throw LabError(error.problem, advice: "If the disk is full, ZLAB_HOME moves the cache to another one.")
    }
  }

  /// The tree of the files as they are now; they belong to the checkout from here on.
  /// - Throws: ``LabError`` when the disk refuses.
  package func write(origin: String, objects: [String]) async throws -> SourceTree {
    let settings = ["-c", "core.bigFileThreshold=1", "-c", "core.compression=1"]
    try await git(settings + ["add", "--all", "--force", "."], objects, "keep \(origin)").run()
    let id = try await git(["write-tree"], objects, "keep \(origin)").run().text
    return SourceTree(id: id.trimmingCharacters(in: .whitespacesAndNewlines), origin: origin, objects: objects)
  }

  /// A program that nothing else works beside in this folder, not even what a killed zlab started.
  ///
  /// Our own lock is free as soon as zlab is dead, but a git of its may go on and write files of another tree into ours.
  /// flock(1) hands its lock down to the program, so it is free when that one has ended.
  private func alone(_ program: String, _ arguments: [String], _ purpose: String) -> HostTool {
    HostTool("flock", ["--timeout", "900", index + ".busy", program] + arguments, to: purpose)
  }

  private func git(_ arguments: [String], _ objects: [String], _ purpose: String) -> HostTool {
    var tool = store.git(arguments, objects: objects, to: purpose)
    (tool.executable, tool.arguments) = ("flock", alone(tool.executable, tool.arguments, purpose).arguments)
    tool.directory = folder.path
    tool.environment["GIT_WORK_TREE"] = folder.path
    tool.environment["GIT_INDEX_FILE"] = index
    return tool
  }
}

extension SourceStore {
  /// Lends a folder for checkouts: one that held something of the same `family` if it can, and so is nearly there.
  ///
  /// - Throws: ``LabError`` when the disk refuses.
  package func checkout(family: String) async throws -> Checkout {
    let trees = place.appending(path: "trees")
    try makeFolder(trees, advice: "ZLAB_HOME moves the cache elsewhere.")
    let names = (0..<16).map(String.init)
    let holding = names.filter { (try? self.family(of: $0, in: trees)) == family }
    let unused = names.filter { !FileManager.default.fileExists(atPath: trees.appending(path: $0).path) }
    // Four folders of 1.5 GB each are enough; only then one is turned into something else.
    let others = names.prefix(4).filter { unused.contains($0) } + names.filter { !unused.contains($0) } + unused
    for name in holding + others {
      guard let lock = try FileLock(ifFree: trees.appending(path: name + ".lock").path) else { continue }
      let folder = trees.appending(path: name)
      try makeFolder(folder)
      try await reportingDisk("keep \(folder.path)") {
        try Data(family.utf8).write(to: trees.appending(path: name + ".family"))
      }
      markUsed(folder)
      return Checkout(folder: folder, lock: lock, index: trees.appending(path: name + ".index").path, store: self)
    }
    throw LabError("all folders for kernel sources in \(trees.path) are in use", advice: "Wait for other builds.")
  }

  private func family(of name: String, in trees: URL) throws -> String {
    try String(contentsOf: trees.appending(path: name + ".family"), encoding: .utf8)
  }
}
