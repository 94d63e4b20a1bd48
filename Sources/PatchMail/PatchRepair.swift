/// One kind of damage that a mail program or archive does to a patch.
package enum RepairKind: String, Codable, Sendable, CaseIterable {
  /// Reply marks stood before the patch's lines.
  case quoting
  /// Non-breaking spaces stood where the patch had spaces or tabs.
  case nonBreakingSpaces = "non-breaking-spaces"
  /// No line has a tab where kernel sources have them, so white space must be ignored.
  case lostTabs = "lost-tabs"
  /// A space was put before lines that begin with one, as RFC 3676 section 4.4 has it.
  case spaceStuffing = "space-stuffing"
  /// A blank context line had been joined with the line after it.
  case mergedBlank = "merged-blank"
  /// A blank context line had lost the space that marks it.
  case bareBlank = "bare-blank"
  /// A context line had lost the space before its tab.
  case lostMarker = "lost-marker"
  /// Of the two lines that name a file only one was left.
  case lostHeader = "lost-header"
  /// One line had been broken into two.
  case wrappedLine = "wrapped-line"
  /// A blank line that is no part of the hunk was left out.
  case strayBlank = "stray-blank"
  /// Somebody's words stood between two hunks with no reply marks to tell them, and were left out.
  case comments
  /// Lines that no hunk counts follow one and were left out.
  case surplusLines = "surplus-lines"
  /// Several readings fit the hunk's counts equally well; one was chosen.
  case ambiguous
  /// The mail's own count of files and lines differs from what was recovered.
  case statistics
  /// OpenPGP's escape of lines that begin with a dash, RFC 4880 section 7.1.
  case dashEscapes = "dash-escapes"
  /// An mbox writer's `>` before a line that begins with `From `.
  case fromEscape = "from-escape"
  /// The text was declared as another character set than its bytes are.
  case characterSet = "character-set"

  /// True if the kind alone leaves it open what the author sent.
  package var isDoubtful: Bool {
    switch self {
    case .surplusLines, .ambiguous, .statistics, .lostHeader: true
    default: false
    }
  }
}

/// One thing that was done to a mail to get its patch back.
package struct PatchRepair: Codable, Sendable, Hashable, CustomStringConvertible {
  /// Kind of the damage.
  package var kind: RepairKind
  /// The file of the patch, by its path in the tree; nil when it concerns the whole mail.
  package var file: String?
  /// The hunk in that file, 1-based; nil when it concerns the whole file.
  package var hunk: Int?
  /// 1-based, in the input, or in the decoded part when that was sent as base64.
  package var line: Int
  /// Description of the repair, as one clause in the past tense.
  package var action: String
  /// True if this one alone leaves it open what the author sent.
  package var isDoubtful: Bool

  /// `isDoubtful` is the kind's own when nil.
  package init(
    _ kind: RepairKind, file: String? = nil, hunk: Int? = nil, line: Int, action: String, isDoubtful: Bool? = nil
  ) {
    self.kind = kind
    self.file = file
    self.hunk = hunk
    self.line = line
    self.action = action
    self.isDoubtful = isDoubtful ?? kind.isDoubtful
  }

  /// `line 57, hunk 2 of drivers/iommu/x.c: ...`.
  package var description: String {
    var place = "line \(line)"
    if let file { place += ", " + (hunk.map { "hunk \($0) of " } ?? "") + file }
    return "\(place): \(action)"
  }
}
