import Model
import PatchMail

/// Tries one patch of a series on the bench, in each way until one works.
struct PatchTrial {
  // Above any treewide change; each file is a copy on the bench.
  private static let fileCap = 20_000

  let patch: MailedPatch
  /// Its number in the series, 1-based.
  let number: Int
  let git: Git
  let hasObjects: Bool
  /// Builds the error of this patch from what is wrong with its files.
  let reject: ([FileRejection]) -> PatchRejected

  /// Leaves the bench with the patch, or as it was.
  /// - Throws: ``PatchRejected``; ``LabError`` when git or the disk breaks; `CancellationError`.
  func run(on bench: inout Workbench) async throws -> AppliedPatch {
    guard patch.files.count <= Self.fileCap, let first = patch.files.first else {
      let clause = "is one of \(patch.files.count) files, and a patch can have 1 to \(Self.fileCap)"
      throw reject([FileRejection(path: patch.files.first?.path ?? "", fault: .refused(clause))])
    }
    let refused = try bring(to: &bench)
    guard refused.isEmpty else { throw reject(refused) }
    let diff = patch.diff
    let exact = try Places(patch, on: bench, .exact)
    if try await git.apply(diff, in: bench.files, ignoringWhitespace: false) == .applied {
      return applied(.exact, exact)
    }
    let loose = try Places(patch, on: bench, .ignoringWhitespace)
    if try await git.apply(diff, in: bench.files, ignoringWhitespace: true) == .applied {
      return applied(.whitespaceIgnored, loose)
    }
    let before = try contents(on: bench)
    let merging = ThreeWay(patch: patch, bench: bench, git: git, hasObjects: hasObjects)
    switch try await merging.run(loose) {
    case .applied(let merged):
      // A merge of what both sides have already done changes nothing, and is no test of the patch.
      guard try contents(on: bench) != before else {
        throw reject(patch.files.map { FileRejection(path: $0.treePath, fault: .alreadyApplied) })
      }
      return applied(.whitespaceIgnored, loose, merged: merged)
    case .rejected(let faults):
      let files = try await Diagnosis(patch: patch, bench: bench, git: git, places: loose).run(faults)
      throw reject(files.isEmpty ? [FileRejection(path: first.treePath, fault: .refused("does not fit"))] : files)
    }
  }

  private func bring(to bench: inout Workbench) throws(LabError) -> [FileRejection] {
    var refused: [FileRejection] = []
    for file in patch.files {
      if let clause = file.refusal {
        refused.append(FileRejection(path: file.path, fault: .refused(clause)))
        continue
      }
      for path in file.paths {
        guard case .refused(let clause) = try bench.bring(path) else { continue }
        refused.append(FileRejection(path: path, fault: .refused(clause)))
      }
    }
    return refused
  }

  private func contents(on bench: Workbench) throws(LabError) -> [String: Int] {
    var contents: [String: Int] = [:]
    for path in patch.files.flatMap(\.paths) {
      guard let bytes = try bench.bytes(path, in: bench.files) else { continue }
      contents[path] = LineMatching.exact.key(bytes[...])
    }
    return contents
  }

  private func applied(_ how: ApplyMethod, _ places: Places, merged: Set<Int> = []) -> AppliedPatch {
    let files = patch.files.enumerated().map { index, file in
      let isMerged = merged.contains(index)
      return AppliedFile(
        path: file.path, origin: file.change == .renamed || file.change == .copied ? file.oldPath : nil,
        change: file.change, how: isMerged ? .threeWay : how, offsets: isMerged ? [] : places.offsets(index))
    }
    return AppliedPatch(number: number, subject: patch.subject, files: files)
  }
}
