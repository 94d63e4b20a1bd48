import Foundation
import Model
import PatchMail
import Storage

/// Merges the files whose hunks have no place by way of the blobs that their index lines name.
struct ThreeWay {
  // Each such file takes four runs of git.
  private static let fileCap = 200

  let patch: MailedPatch
  let bench: Workbench
  let git: Git
  let hasObjects: Bool

  private struct Merge {
    var file: PatchedFile
    var bytes: [UInt8]
    var mode: mode_t
  }

  /// Result: either the bench has the whole patch, or it is as before and the faults say why, by file index.
  enum Outcome {
    case applied(merged: Set<Int>)
    case rejected([Int: ThreeWayFault])
  }

  func run(_ places: Places) async throws -> Outcome {
    let failed = patch.files.indices.filter { !places.fit($0) }
    let paths = patch.files.flatMap(\.paths)
    // Files that are there twice depend on each other, and a deletion has nothing to merge.
    guard !failed.isEmpty, failed.count <= Self.fileCap, Set(paths).count == paths.count,
      failed.allSatisfy({ patch.files[$0].newPath != nil })
    else { return .rejected([:]) }
    let base = bench.root.appending(path: "base")
    defer { try? FileManager.default.removeItem(at: base) }
    try makeFolder(base)
    var merges: [Merge] = []
    var faults: [Int: ThreeWayFault] = [:]
    for index in failed {
      switch try await merge(patch.files[index], in: base) {
      case .success(let merge): merges.append(merge)
      case .failure(let fault): faults[index] = fault
      }
    }
    guard faults.isEmpty, try await applyOthers(failed) else { return .rejected(faults) }
    for merge in merges { try write(merge) }
    return .applied(merged: Set(failed))
  }

  private enum Attempt {
    case success(Merge)
    case failure(ThreeWayFault)
  }

  private func merge(_ file: PatchedFile, in base: URL) async throws -> Attempt {
    guard let name = file.oldBlob, let old = file.oldPath, let new = file.newPath else { return .failure(.unnamed) }
    guard hasObjects else { return .failure(.noRepository) }
    guard let blob = try await git.blob(name) else { return .failure(.noBlob) }
    guard let mode = bench.mode(old, in: bench.files) else { return .failure(.noBlob) }
    // git changes one copy of the blob, and the other stays to compare with.
    let theirs = base.appending(path: "theirs")
    try bench.put(blob, mode: mode, at: "blob", in: base)
    try? FileManager.default.removeItem(at: theirs)
    try bench.put(blob, mode: mode, at: old, in: theirs)
    let diff = patch.diff(of: [file])
    var outcome = try await git.apply(diff, in: theirs, ignoringWhitespace: false)
    if outcome == .rejected { outcome = try await git.apply(diff, in: theirs, ignoringWhitespace: true) }
    guard outcome == .applied, let newMode = bench.mode(new, in: theirs) else { return .failure(.foreignBlob) }
    let result = try await git.merge(
      ours: bench.files.appending(path: old), base: base.appending(path: "blob"), theirs: theirs.appending(path: new))
    guard result.conflicts == 0 else { return .failure(.conflicts(result.conflicts)) }
    let sides = (try bench.bytes(old, in: bench.files), try bench.bytes(new, in: theirs))
    if LineCounts.repeats(ours: sides.0 ?? [], base: blob, theirs: sides.1 ?? [], merged: result.merged) {
      return .failure(.repeated)
    }
    return .success(Merge(file: file, bytes: result.merged, mode: newMode))
  }

  private func applyOthers(_ failed: [Int]) async throws -> Bool {
    let others = patch.files.indices.filter { !failed.contains($0) }.map { patch.files[$0] }
    guard !others.isEmpty else { return true }
    let diff = patch.diff(of: others)
    if try await git.apply(diff, in: bench.files, ignoringWhitespace: false) == .applied { return true }
    return try await git.apply(diff, in: bench.files, ignoringWhitespace: true) == .applied
  }

  private func write(_ merge: Merge) throws(LabError) {
    guard let new = merge.file.newPath, let old = merge.file.oldPath else { return }
    if merge.file.change == .renamed { unlink(bench.files.appending(path: old).path) }
    try bench.put(merge.bytes, mode: merge.mode, at: new, in: bench.files)
  }
}
