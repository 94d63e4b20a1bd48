/// Changes of one file by a patch.
package struct PatchedFile: Codable, Sendable, Hashable {
  /// The path in the tree before the patch; nil when the patch creates the file. Never absolute, never with `..`.
  package var oldPath: String?
  /// The path in the tree after the patch; nil when the patch deletes the file. Never absolute, never with `..`.
  package var newPath: String?
  /// The blob named left of `..` by the index line, 7 to 64 hex digits; nil when there is no such line.
  package var oldBlob: String?
  /// The blob named right of `..` by the index line, 7 to 64 hex digits; nil when there is no such line.
  package var newBlob: String?
  /// git's extended header lines (`index`, `new file mode`, `rename from`, ...), in the order of the mail.
  package var headers: [String]
  /// True if the mail had a `diff --git` line for it.
  package var isGit: Bool
  /// In the order of the file; empty for a pure rename, a change of mode, or binary content.
  package var hunks: [PatchHunk]
  /// git's own lines of a binary change, without line ends; empty for text.
  package var binary: [[UInt8]]

  /// The path that names it to a person: the new one, or the old one of a deleted file.
  package var path: String { newPath ?? oldPath ?? "" }

  func write(to text: inout [UInt8]) {
    let old = oldPath ?? path
    let new = newPath ?? path
    if isGit {
      text += "diff --git \(quoted("a/" + old)) \(quoted("b/" + new))\n".utf8
      for header in headers { text += (header + "\n").utf8 }
    }
    if !hunks.isEmpty {
      text += "--- \(oldPath.map { quoted("a/" + $0) } ?? "/dev/null")\n".utf8
      text += "+++ \(newPath.map { quoted("b/" + $0) } ?? "/dev/null")\n".utf8
      for hunk in hunks { hunk.write(to: &text) }
    }
    for line in binary {
      text += line
      text.append(.lineFeed)
    }
  }

  // git takes a bare name up to a tab or the line's end; only these bytes need its C-like quotes.
  private func quoted(_ path: String) -> String {
    guard path.utf8.contains(where: { $0 == 0x22 || $0 == 0x5C }) else { return path }
    return "\"" + path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
