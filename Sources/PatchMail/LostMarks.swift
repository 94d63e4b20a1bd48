/// Tells quotations in which the blank of a context line was taken for that of the quote mark.
///
/// Apple Mail and Outlook for Mac write `>` and one blank before each line, and no second one before a context line.
enum LostMarks {
  /// Gives context lines their blank back where no line of any hunk has kept it.
  static func restore(in lines: inout [Line], repairs: inout [PatchRepair]) {
    var lost: [Int] = []
    for hunk in hunks(in: lines) {
      for index in hunk {
        let bytes = lines[index].bytes
        switch bytes.first {
        case .plus, .minus, .backslash: continue
        // Its own mark, unless code is indented by blanks; or what a program made of it.
        case .space where bytes.dropFirst().first != .space, 0xC2, 0xA0: return
        default: lost.append(index)
        }
      }
    }
    // Blank lines lose their blank in many ways, and tell nothing.
    guard lost.count(where: { !lines[$0].isBlank }) > 1, let first = lost.first else { return }
    for index in lost { lines[index].bytes = ([.space] + lines[index].bytes)[...] }
    let action = "gave the context lines the blank back that the quoting took for its own"
    repairs.append(PatchRepair(.lostMarker, line: lines[first].number, action: action))
  }

  /// The lines of each hunk, by its head's counts; none at all when the lines of one do not fit them.
  private static func hunks(in lines: [Line]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var index = 0
    while index < lines.count {
      defer { index += 1 }
      guard let head = DiffMarks.readHunk(lines[index].bytes) else { continue }
      let start = index + 1
      var (old, new) = (head.oldCount, head.newCount)
      while index + 1 < lines.count, old > 0 || new > 0, !DiffMarks.isBoundary(lines[index + 1].bytes) {
        index += 1
        let first = lines[index].bytes.first
        if first == .backslash { continue }
        if first != .plus { old -= 1 }
        if first != .minus { new -= 1 }
      }
      guard old == 0, new == 0 else { return [] }
      found.append(start..<(index + 1))
    }
    return found
  }
}
