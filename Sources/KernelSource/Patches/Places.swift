import Model
import PatchMail

/// Positions of the hunks of a patch's files in the files on the bench, by one way of comparing lines.
struct Places {
  /// For each file of the patch its hunks' places; nil where the file is absent, new or too large.
  let files: [[HunkPlace]?]

  init(_ patch: MailedPatch, on bench: Workbench, _ matching: LineMatching) throws(LabError) {
    var files: [[HunkPlace]?] = []
    for file in patch.files { files.append(try Self.find(file, on: bench, matching)) }
    self.files = files
  }

  private static func find(
    _ file: PatchedFile, on bench: Workbench, _ matching: LineMatching
  ) throws(LabError) -> [HunkPlace]? {
    guard !file.hunks.isEmpty, let path = file.oldPath else { return nil }
    guard let bytes = try bench.bytes(path, in: bench.files), let text = SourceText(bytes) else { return nil }
    let sides = file.hunks.map { HunkSide.old($0, matching) }
    var places = HunkPlaces(LineIndex(text, matching, sides: sides), matching)
    return zip(file.hunks, sides).map { places.take($0, $1) }
  }

  /// The hunks of a file that stand elsewhere than their heads say.
  func offsets(_ file: Int) -> [HunkOffset] {
    (files[file] ?? []).enumerated().compactMap { number, place in
      guard case .fits(_, let offset) = place, offset != 0 else { return nil }
      return HunkOffset(hunk: number + 1, lines: offset)
    }
  }

  /// True if all hunks of a file have a place; true where there is nothing to place.
  func fit(_ file: Int) -> Bool { files[file]?.allSatisfy(\.fits) ?? true }
}
