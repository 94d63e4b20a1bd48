package import Foundation
import HostTools
import Model
import Storage

/// A folder with a source's files in it, ours alone until the value ends.
package final class Checkout: Sendable {
  /// Root of the files.
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
  ///
  /// A folder that git cannot bring there, because something in it is too deep to be removed by its path, is emptied.
  /// - Parameter onWait: told when something that a killed zlab started still works in the folder.
  /// - Throws: ``LabError`` when the disk refuses or objects are missing.
  package func hold(_ tree: SourceTree, onWait: (String) -> Void = { _ in }) async throws {
    let purpose = "check out \(tree.origin)"
    try await waitForOthers(onWait)
    do {
      do { try await bring(tree, purpose) } catch is LabError {
        try Task.checkCancellation()
        // rm walks by descriptors, so that no depth is too much for it.
        let script = "find . -mindepth 1 -maxdepth 1 -exec rm -rf -- {} + && rm -f -- \"$0\""
        try await alone("sh", ["-c", script, index], purpose).run()
        try await bring(tree, purpose)
      }
    } catch let error as LabError {
      let lent =
        tree.objects.isEmpty ? "" : " A repository that lacks objects, as a partial clone does, must be completed."
      throw LabError(
        error.problem, advice: "If the disk is full, set ZLAB_HOME to move the cache to another disk." + lent)
    }
  }

  private func bring(_ tree: SourceTree, _ purpose: String) async throws {
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
  }

  /// The tree of the files as they are now; they belong to the checkout from here on.
  /// - Throws: ``LabError`` when the disk refuses.
  package func write(origin: String, objects: [String]) async throws -> SourceTree {
    let snapshot = FolderSnapshot(folder: folder, repository: store.repository, keepsLinks: true) {
      arguments, purpose in
      self.git(arguments, objects, purpose)
    }
    return SourceTree(id: try await snapshot.write(honorsIgnores: false), origin: origin, objects: objects)
  }

  // Longer than anything that git does here takes on a slow disk.
  private static let patience = 900

  private var busy: String { index + ".busy" }

  /// Waits for what a killed zlab started in this folder and left running.
  /// - Throws: ``LabError`` when it has not ended after 15 minutes, `CancellationError`.
  private func waitForOthers(_ onWait: (String) -> Void) async throws {
    var told = false
    let deadline = ContinuousClock.now + .seconds(Self.patience)
    while true {
      if let lock = try FileLock(ifFree: busy) { return _ = consume lock }
      let holders = lockHolders(of: busy).joined(separator: ", ")
      let who = holders.isEmpty ? "another process" : holders
      guard ContinuousClock.now < deadline else {
        throw LabError(
          "cannot use \(folder.path): \(who), left by a zlab that was killed, has worked in it for \(Self.patience) s",
          advice: "End it, or remove the folder when it has ended.")
      }
      if !told { onWait("waiting for \(who), which a killed zlab left working in \(folder.path)") }
      told = true
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  /// A program that nothing else works beside in this folder, not even what a killed zlab started.
  ///
  /// Our own lock is free as soon as zlab is dead, but a git of its may go on and write files of another tree into ours.
  /// flock(1) hands its lock down to the program, so it is free when that one has ended.
  private func alone(_ program: String, _ arguments: [String], _ purpose: String) -> HostTool {
    let wait = ["--timeout", String(Self.patience), busy]
    var tool = HostTool("flock", wait + [program] + arguments, to: purpose)
    tool.directory = folder.path
    // flock's own patience must end first.
    tool.timeLimit = .seconds(2 * Self.patience)
    return tool
  }

  private func git(_ arguments: [String], _ objects: [String], _ purpose: String) -> HostTool {
    var tool = store.git(arguments, objects: objects, workTree: folder, index: index, to: purpose)
    let alone = alone(tool.executable, tool.arguments, purpose)
    (tool.executable, tool.arguments, tool.timeLimit) = (alone.executable, alone.arguments, alone.timeLimit)
    return tool
  }
}

/// Processes that hold a lock of flock(2) on a file, as `git (process 123)`.
///
/// proc_locks(5): kind, mode, access, process, then major:minor:inode.
private func lockHolders(of path: String) -> [String] {
  var status = stat()
  guard stat(path, &status) == 0, let table = FileManager.default.contents(atPath: "/proc/locks") else { return [] }
  let holders = String(decoding: table, as: UTF8.self).split(separator: "\n").compactMap { line -> Int? in
    let words = line.split(separator: " ")
    guard words.count >= 6, words[1] == "FLOCK", words[5].hasSuffix(":\(status.st_ino)") else { return nil }
    return Int(words[4])
  }
  return holders.map { process in
    let name = FileManager.default.contents(atPath: "/proc/\(process)/comm").map { String(decoding: $0, as: UTF8.self) }
    return "\(name?.trimmingCharacters(in: .newlines) ?? "a process") (process \(process))"
  }
}

extension SourceStore {
  /// Lends a folder for checkouts: one that held something of the same `family` if it can, and so is nearly there.
  ///
  /// - Throws: ``LabError`` when the disk refuses.
  package func checkout(family: String) async throws -> Checkout {
    let trees = place.appending(path: "trees")
    try makeFolder(trees, advice: "Set ZLAB_HOME to move the cache.")
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
