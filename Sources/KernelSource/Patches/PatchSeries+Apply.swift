package import Foundation
import HostTools
import Model
package import PatchMail

extension PatchSeries {
  /// Brings the whole series into a source tree, or leaves the tree as it is.
  ///
  /// Each patch is tried exactly, then with white space ignored, then by merging three-way with the blobs that its
  /// index lines name. git works on copies of the touched files in a folder of ours and with no settings but ours, so
  /// neither mail nor tree nor repository can make it run anything or write elsewhere. Files are replaced, not
  /// written to. Nothing else may change the tree meanwhile.
  /// - Parameters:
  ///   - tree: the folder that the patches' paths start from; it needs no repository.
  ///   - objects: a git repository whose blobs may be used; only its objects are read.
  ///   - name: what errors call the tree; its last path component when nil.
  /// - Returns: one element per patch, in their order.
  /// - Throws: ``PatchRejected`` when a patch does not fit; ``LabError`` when git or the disk breaks;
  ///   `CancellationError`. Only a killed process can leave a part of a series in the tree.
  package func apply(
    to tree: URL, objects: URL? = nil, called name: String? = nil
  ) async throws -> [AppliedPatch] {
    try await apply(to: tree, objects: objects, called: name ?? tree.lastPathComponent, git: "git")
  }

  func apply(to tree: URL, objects: URL?, called name: String, git executable: String) async throws -> [AppliedPatch] {
    try Task.checkCancellation()
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: tree.path, isDirectory: &isFolder), isFolder.boolValue else {
      throw RequestError("cannot apply \(ShownLine.escaped(self.name)) to \(name): \(tree.path) is no folder")
    }
    let objectFolder = objects.flatMap { GitLayout(at: $0)?.objects }
    if let objects, objectFolder == nil {
      throw RequestError(
        "cannot take blobs for \(ShownLine.escaped(self.name)) from \(objects.path): it is not a git repository")
    }
    var bench = try Workbench(for: tree)
    defer { bench.remove() }
    let git = try await Git(executable, in: bench.root, objects: objectFolder)
    var applied: [AppliedPatch] = []
    for index in patches.indices {
      let trial = PatchTrial(
        patch: patches[index], number: number(of: index), git: git, hasObjects: objectFolder != nil,
        reject: { rejection(of: index, $0, tree: name) })
      applied.append(try await trial.run(on: &bench))
    }
    try Task.checkCancellation()
    var update = TreeUpdate(bench)
    try update.run()
    return applied
  }

  private func number(of index: Int) -> Int { patches[index].tag.number ?? index + 1 }

  private func rejection(of index: Int, _ files: [FileRejection], tree: String) -> PatchRejected {
    let patch = patches[index]
    let number = number(of: index)
    return PatchRejected(
      series: name, tree: tree, number: number, total: max(total ?? 0, patches.count), subject: patch.subject,
      files: files, fileCount: patch.files.count, hunkCount: patch.files.map(\.hunks.count).reduce(0, +),
      missing: missing.filter { $0 < number })
  }
}
