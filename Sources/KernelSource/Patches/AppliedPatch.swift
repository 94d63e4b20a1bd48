/// Method that applied a patch, from the surest way to the least sure.
package enum ApplyMethod: String, Codable, Sendable, CaseIterable, Comparable {
  /// Every context line stood in the tree byte for byte; hunks may have moved.
  case exact
  /// Context lines matched up to the amount of white space, as `git apply --ignore-whitespace` takes it.
  case whitespaceIgnored = "whitespace-ignored"
  /// The change was made to the blob that the index line names, and merged with the tree's file without conflict.
  case threeWay = "three-way"

  /// Surer ways come first.
  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .exact: 0
    case .whitespaceIgnored: 1
    case .threeWay: 2
    }
  }
}

/// A hunk that stands elsewhere than its head says.
package struct HunkOffset: Codable, Sendable, Hashable {
  /// 1-based within its file's hunks.
  package var hunk: Int
  /// Never 0; positive when the lines stand further down than the patch says.
  package var lines: Int
}

/// Change of one file by a patch.
package struct AppliedFile: Codable, Sendable, Hashable {
  /// Type of the change.
  package enum Change: String, Codable, Sendable, CaseIterable {
    case modified, added, deleted, renamed, copied
  }

  /// The path after the patch, or before it when the file was deleted.
  package var path: String
  /// Original path of a rename or copy; nil for other changes.
  package var origin: String?
  /// A mere change of mode is a modification.
  package var change: Change
  /// The way that this file took; a patch's own is the least sure of its files'.
  package var how: ApplyMethod
  /// The hunks that had moved, in the patch's order; empty for files merged three-way, which say no place.
  package var offsets: [HunkOffset]
}

/// One patch of a series that is in the tree now.
package struct AppliedPatch: Codable, Sendable, Hashable {
  /// The number that its subject gives, or its place in the series, 1-based.
  package var number: Int
  /// The subject without tags.
  package var subject: String
  /// In the order of the patch.
  package var files: [AppliedFile]

  /// The least sure way that one of its files took.
  package var how: ApplyMethod { files.map(\.how).max() ?? .exact }
}
