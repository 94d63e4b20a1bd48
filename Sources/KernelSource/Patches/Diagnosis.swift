import Model
import PatchMail

/// Finds out why a patch that git has refused does not fit.
struct Diagnosis {
  let patch: MailedPatch
  let bench: Workbench
  let git: Git
  let places: Places

  /// The files that do not fit, with what three-way merging said of some, by their index in the patch.
  func run(_ threeWay: [Int: ThreeWayFault]) async throws -> [FileRejection] {
    var found: [FileRejection] = []
    var absent: [Int] = []
    for (index, file) in patch.files.enumerated() {
      guard found.count < FileRejection.filesShown else { break }
      try Task.checkCancellation()
      guard var rejection = try explain(file, index) else { continue }
      rejection.threeWay = threeWay[index]
      rejection.wantedBlob = file.oldBlob
      rejection.hunkCount = file.hunks.count
      if case .missing = rejection.fault { absent.append(found.count) }
      found.append(rejection)
    }
    lookElsewhere(&found, absent)
    try await nameBlobs(&found)
    return found.isEmpty ? try await quoteGit() : found
  }

  private func explain(_ file: PatchedFile, _ index: Int) throws(LabError) -> FileRejection? {
    guard let old = file.oldPath else { return try explainNew(file) }
    guard let bytes = try bench.bytes(old, in: bench.files) else { return try explainAbsent(file, old) }
    if let new = file.newPath, new != old, bench.mode(new, in: bench.files) != nil {
      return FileRejection(path: new, fault: .refused("is there already, so that \(old) cannot be put in its place"))
    }
    guard !file.hunks.isEmpty else { return nil }
    guard let text = SourceText(bytes) else {
      return FileRejection(path: old, fault: .refused("has more than \(SourceText.lineCap) lines"))
    }
    guard let places = places.files[index], !places.allSatisfy(\.fits) else { return nil }
    return HunkDiagnosis(file: file, text: text, places: places).run()
  }

  private func explainNew(_ file: PatchedFile) throws(LabError) -> FileRejection? {
    guard let new = file.newPath, let bytes = try bench.bytes(new, in: bench.files) else { return nil }
    return FileRejection(path: new, fault: makes(file, bytes) ? .alreadyApplied : .exists)
  }

  private func explainAbsent(_ file: PatchedFile, _ old: String) throws(LabError) -> FileRejection {
    guard let new = file.newPath else { return FileRejection(path: old, fault: .alreadyApplied) }
    if new != old, let bytes = try bench.bytes(new, in: bench.files), makes(file, bytes) {
      return FileRejection(path: old, fault: .alreadyApplied)
    }
    return FileRejection(path: old, fault: .missing(elsewhere: []))
  }

  // Whether each hunk's new lines stand in the file; of a new file that is all there is.
  private func makes(_ file: PatchedFile, _ bytes: [UInt8]) -> Bool {
    guard let text = SourceText(bytes) else { return false }
    let sides = file.hunks.map { HunkSide.new($0, .ignoringWhitespace) }
    if file.oldPath == nil, sides.map(\.count).reduce(0, +) != text.count { return false }
    var places = HunkPlaces(LineIndex(text, .ignoringWhitespace, sides: sides), .ignoringWhitespace)
    return zip(file.hunks, sides).allSatisfy { places.find($1, near: $0.newStart - 1) != nil }
  }

  private func lookElsewhere(_ found: inout [FileRejection], _ absent: [Int]) {
    guard !absent.isEmpty else { return }
    let elsewhere = SameName.find(absent.map { found[$0].path }, below: bench.tree)
    for index in absent { found[index].fault = .missing(elsewhere: elsewhere[found[index].path] ?? []) }
  }

  private func nameBlobs(_ found: inout [FileRejection]) async throws {
    let there = found.indices.filter {
      found[$0].wantedBlob != nil && bench.mode(found[$0].path, in: bench.files) != nil
    }
    let names = try await git.blobNames(of: there.map { found[$0].path }, in: bench.files)
    for (index, name) in zip(there, names) {
      found[index].treeBlob = name
      let file = patch.files.first { $0.treePath == found[index].path }
      if let new = file?.newBlob, name.hasPrefix(new.lowercased()) { found[index].fault = .alreadyApplied }
    }
  }

  // What no rule above explains, such as binary changes, git may say itself.
  private func quoteGit() async throws -> [FileRejection] {
    var found: [FileRejection] = []
    for file in patch.files.prefix(FileRejection.filesShown) {
      guard let words = try await git.objection(to: patch.diff(of: [file]), in: bench.files) else { continue }
      let names = bench.mode(file.treePath, in: bench.files) == nil ? [] : [file.treePath]
      let blob = try await git.blobNames(of: names, in: bench.files).first
      let isDone = blob.map { blob in file.newBlob.map { blob.hasPrefix($0.lowercased()) } ?? false } ?? false
      let fault: FileFault = isDone ? .alreadyApplied : .refused("is refused by git: \(words)")
      found.append(FileRejection(path: file.treePath, fault: fault, hunkCount: file.hunks.count))
    }
    if found.isEmpty, let words = try await git.objection(to: patch.diff, in: bench.files) {
      found = [FileRejection(path: patch.files[0].treePath, fault: .refused("is refused by git: \(words)"))]
    }
    return found
  }
}
