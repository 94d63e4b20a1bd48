import PatchMail

/// Explains the hunks of one file that have no place.
struct HunkDiagnosis {
  private let file: PatchedFile
  private let places: [HunkPlace]
  private let index: LineIndex
  private let old: [HunkSide]
  private let new: [HunkSide]
  private var search: HunkPlaces

  /// `places` are those of the file's hunks in `text`, with white space ignored.
  init(file: PatchedFile, text: SourceText, places: [HunkPlace]) {
    self.file = file
    self.places = places
    old = file.hunks.map { HunkSide.old($0, .ignoringWhitespace) }
    new = file.hunks.map { HunkSide.new($0, .ignoringWhitespace) }
    index = LineIndex(text, .ignoringWhitespace, sides: old + new)
    search = HunkPlaces(index, .ignoringWhitespace)
  }

  func run() -> FileRejection {
    var rejection = FileRejection(path: file.treePath, fault: .hunks)
    let failed = places.indices.filter { !places[$0].fits }
    rejection.failedCount = failed.count
    var search = search
    for number in failed.prefix(FileRejection.hunksShown) {
      let fault = explain(number, &search)
      let hunk = file.hunks[number]
      let section = ShownLine.section(hunk.section)
      rejection.hunks.append(
        HunkRejection(hunk: number + 1, mailLine: hunk.mailLine, section: section, fault: fault))
    }
    rejection.progress = progress(of: failed)
    let isDone = rejection.hunks.allSatisfy { if case .alreadyApplied = $0.fault { true } else { false } }
    if isDone, failed.count == places.count, rejection.hunks.count == failed.count { rejection.fault = .alreadyApplied }
    return rejection
  }

  private func explain(_ number: Int, _ search: inout HunkPlaces) -> HunkFault {
    let hunk = file.hunks[number]
    if case .unknown = places[number] { return .notSearched }
    if let line = search.find(new[number], near: hunk.newStart - 1) { return .alreadyApplied(line: line + 1) }
    switch places[number] {
    case .notAtBeginning(let line): return .notAtBeginning(line: line + 1)
    case .notAtEnd(let line): return .notAtEnd(line: line + 1)
    case .taken(let line): return .taken(line: line + 1)
    default: break
    }
    if let place = ClosestSearch(index, old[number]).run(near: hunk.oldStart - 1) { return .closest(place) }
    let first = old[number].lines.first(where: \.isSubstantial) ?? old[number].lines.first ?? []
    return .nowhere(expected: ShownLine.squeezed(first))
  }

  private func progress(of failed: [Int]) -> ChangeProgress {
    var progress = ChangeProgress(added: 0, addedThere: 0, removed: 0, removedThere: 0)
    // A line on both sides of the file's change was only moved, and proves nothing.
    let before = Set(failed.flatMap { old[$0].keys })
    let after = Set(failed.flatMap { new[$0].keys })
    for number in failed {
      for (line, key) in zip(new[number].lines, new[number].keys) where !before.contains(key) && line.isSubstantial {
        progress.added += 1
        if !index.places(of: key).isEmpty { progress.addedThere += 1 }
      }
      for (line, key) in zip(old[number].lines, old[number].keys) where !after.contains(key) && line.isSubstantial {
        progress.removed += 1
        if !index.places(of: key).isEmpty { progress.removedThere += 1 }
      }
    }
    return progress
  }
}
