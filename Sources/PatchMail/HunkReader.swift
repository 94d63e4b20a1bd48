/// Reads the lines of one hunk.
struct HunkReader {
  /// Result of reading a hunk.
  struct Result {
    var hunk: PatchHunk
    /// Number of the mail's lines that were consumed.
    var taken: Int
    /// The line for the next hunk or file that was joined with the last one taken; nil mostly.
    var remainder: ArraySlice<UInt8>?
    var repairs: [PatchRepair]
    /// True if a line was put together with a blank that may have been another.
    var guessedBlanks: Bool
    /// True if a line that could stand for itself was taken for the rest of another.
    var hasMarkedJoin = false
  }

  let lines: [DiffLine]
  /// The index of the hunk's `@@` line.
  let start: Int
  let head: DiffMarks.Hunk
  let file: String
  let number: Int
  let readings: HunkReadings

  /// The reading without damage, or with bare blank lines only; nil when there is none.
  ///
  /// - Parameter isExact: no bare blank lines either, and anything may follow the hunk.
  func readStraight(isExact: Bool = false) -> Result? {
    var result = empty
    var old = head.oldCount
    var new = head.newCount
    var index = start + 1
    while index < lines.count, old > 0 || new > 0 || lines[index].bytes.first == .backslash {
      let bytes = lines[index].bytes
      if bytes.isEmpty {
        guard old > 0, new > 0, !lines[index].isEnd, !isExact else { return nil }
        add(.bareBlank, at: index, to: &result)
        (old, new) = (old - 1, new - 1)
      } else {
        guard let kind = HunkLineKind(rawValue: bytes[bytes.startIndex]) else { return nil }
        if kind.countsAsOld { old -= 1 }
        if kind.countsAsNew { new -= 1 }
        guard old >= 0, new >= 0 else { return nil }
        add(.plain(readings.unstuffed(bytes)), at: index, to: &result)
      }
      index += 1
    }
    guard old == 0, new == 0 else { return nil }
    if isExact {
      noteSurplus(&result)
      return result
    }
    guard HunkEnd.cost(of: lines, at: index, isFirst: index == start + 1) == 0 else { return nil }
    return result
  }

  /// Results of the readings.
  func build(_ found: HunkSearch.Found) -> Result {
    var result = empty
    for (offset, reading) in found.readings.enumerated() { add(reading, at: start + 1 + offset, to: &result) }
    if found.isAmbiguous {
      result.repairs.append(
        repair(.ambiguous, start, "several readings fit the hunk's counts equally well; the first was taken"))
    }
    noteSurplus(&result)
    return result
  }

  private var empty: Result {
    let hunk = PatchHunk(
      oldStart: head.oldStart, oldCount: head.oldCount, newStart: head.newStart, newCount: head.newCount,
      section: Array(head.section), lines: [], mailLine: lines[start].number)
    return Result(hunk: hunk, taken: 1, remainder: nil, repairs: [], guessedBlanks: false)
  }

  private func repair(
    _ kind: RepairKind, _ index: Int, _ action: String, isDoubtful: Bool? = nil
  ) -> PatchRepair {
    PatchRepair(
      kind, file: file, hunk: number, line: lines[index].number, action: action, isDoubtful: isDoubtful)
  }

  private func add(_ reading: HunkReading, at index: Int, to result: inout Result) {
    result.taken += 1
    switch reading {
    case .plain(let bytes):
      append(bytes, to: &result)
    case .bareBlank:
      result.hunk.lines.append(HunkLine(kind: .context, bytes: []))
      // Below the text's last line nothing shows that the lost line was a blank one.
      let isLast = lines[index].isEnd
      let action = isLast ? "put a blank context line where the text ends" : "gave a blank context line its mark back"
      result.repairs.append(repair(.bareBlank, index, action, isDoubtful: isLast))
    case .bareTab(let bytes):
      result.hunk.lines.append(HunkLine(kind: .context, bytes: Array(bytes)))
      result.repairs.append(repair(.lostMarker, index, "gave a context line its mark back"))
    case .stray:
      result.repairs.append(repair(.strayBlank, index, "left out a blank line that the hunk does not count"))
    case .joined(let bytes):
      join(bytes, at: index, to: &result)
    case .afterLostBlank(let bytes):
      result.hunk.lines.append(HunkLine(kind: .context, bytes: []))
      append(bytes, to: &result)
      let action = "put a blank context line where somebody's words stand"
      result.repairs.append(repair(.bareBlank, index, action, isDoubtful: true))
    case .merged(let blanks, let bytes, let isCertain):
      let what = isCertain ? "the line after it" : "the line whose indent hides it best, where others could as well"
      appendBlanks(blanks, before: what, at: index, to: &result, isDoubtful: !isCertain)
      append(bytes, to: &result)
    case .mergedBoundary(let blanks, let bytes):
      appendBlanks(blanks, before: "the next hunk or file", at: index, to: &result)
      result.remainder = bytes
    }
  }

  private func append(_ bytes: ArraySlice<UInt8>, to result: inout Result) {
    let kind = bytes.first.flatMap { HunkLineKind(rawValue: $0) } ?? .context
    result.hunk.lines.append(HunkLine(kind: kind, bytes: Array(bytes.dropFirst())))
  }

  private func appendBlanks(
    _ blanks: Int, before what: String, at index: Int, to result: inout Result, isDoubtful: Bool = false
  ) {
    for _ in 0..<blanks { result.hunk.lines.append(HunkLine(kind: .context, bytes: [])) }
    let count = blanks == 1 ? "a blank context line" : "\(blanks) blank context lines"
    result.repairs.append(repair(.mergedBlank, index, "parted \(count) from \(what)", isDoubtful: isDoubtful))
  }

  // Programs break at a blank and keep it at the line's end at most, so one space is put back.
  private func join(_ bytes: ArraySlice<UInt8>, at index: Int, to result: inout Result) {
    // A line with a mark of its own can be one of its own, whatever the counts say.
    let isMarked = bytes.first.flatMap { HunkLineKind(rawValue: $0) } != nil
    result.hasMarkedJoin = result.hasMarkedJoin || isMarked
    result.repairs.append(
      repair(.wrappedLine, index, "joined the line with the one before it", isDoubtful: isMarked))
    let text = bytes.drop(while: \.isBlank)
    result.guessedBlanks = result.guessedBlanks || !result.hunk.lines.isEmpty
    if result.hunk.lines.isEmpty {
      Self.join(text, to: &result.hunk.section)
    } else {
      Self.join(text, to: &result.hunk.lines[result.hunk.lines.count - 1].bytes)
    }
  }

  private static func join(_ text: ArraySlice<UInt8>, to line: inout [UInt8]) {
    while let last = line.last, last.isBlank { line.removeLast() }
    line.append(.space)
    line += text
  }

  private func noteSurplus(_ result: inout Result) {
    guard result.remainder == nil else { return }
    let first = start + result.taken
    guard HunkEnd.cost(of: lines, at: first, isFirst: result.taken == 1) >= 5 else { return }
    var end = first
    while end < lines.count, let mark = lines[end].bytes.first, [.plus, .minus, .space].contains(mark) {
      if DiffMarks.isSignature(lines[end].bytes) || HunkEnd.startsFile(lines, at: end) { break }
      end += 1
    }
    let count = end - first
    result.repairs.append(
      repair(.surplusLines, first, "left out \(count == 1 ? "a line" : "\(count) lines") beyond the hunk's counts"))
    result.taken += count
  }
}
