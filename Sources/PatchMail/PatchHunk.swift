/// Effect of a hunk's line on the file.
package enum HunkLineKind: UInt8, Codable, Sendable, CaseIterable {
  /// Stands on both sides. The raw value is the mark's ASCII code.
  case context = 0x20
  /// Stands in the new file only.
  case added = 0x2B
  /// Stands in the old file only.
  case removed = 0x2D
  /// The remark that the line before it has no line end.
  case noNewline = 0x5C

  var countsAsOld: Bool { self == .context || self == .removed }
  var countsAsNew: Bool { self == .context || self == .added }
}

/// One line of a hunk, parted from its mark.
package struct HunkLine: Codable, Sendable, Hashable {
  /// Effect given by the mark.
  package var kind: HunkLineKind
  /// The line without mark and line end; UTF-8 unless the file itself is something else.
  package var bytes: [UInt8]

  /// `bytes` must hold neither mark nor line end.
  package init(kind: HunkLineKind, bytes: [UInt8]) {
    self.kind = kind
    self.bytes = bytes
  }

  /// The bytes as UTF-8, with a replacement character for what is none.
  package var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// One piece of a file's change, with counts that agree with its lines.
package struct PatchHunk: Codable, Sendable, Hashable {
  /// The first line in the old file, 1-based; 0 when the file is new.
  package var oldStart: Int
  /// The lines of the old file that the hunk covers.
  package var oldCount: Int
  /// The first line in the new file, 1-based; 0 when the file goes away.
  package var newStart: Int
  /// The lines of the new file that the hunk covers.
  package var newCount: Int
  /// Text printed by `diff -p` after the second `@@`, without the space before it.
  package var section: [UInt8]
  /// In the order of the file.
  package var lines: [HunkLine]
  /// Line number of the `@@` line, 1-based, in the input or the decoded part.
  package var mailLine: Int

  func write(to text: inout [UInt8]) {
    text += "@@ -\(oldStart),\(oldCount) +\(newStart),\(newCount) @@".utf8
    if !section.isEmpty {
      text.append(.space)
      text += section
    }
    text.append(.lineFeed)
    for line in lines {
      text.append(line.kind.rawValue)
      text += line.bytes
      text.append(.lineFeed)
    }
  }
}
