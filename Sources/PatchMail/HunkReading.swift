/// One way to take a line of the mail as part of a hunk.
enum HunkReading {
  /// As it stands.
  case plain(ArraySlice<UInt8>)
  /// A blank context line that lost its mark.
  case bareBlank
  /// A context line that lost its mark before a tab.
  case bareTab(ArraySlice<UInt8>)
  /// A blank line that is no part of the hunk.
  case stray
  /// As it stands, below a blank context line in whose place a reviewer wrote.
  case afterLostBlank(ArraySlice<UInt8>)
  /// The rest of the line before it.
  case joined(ArraySlice<UInt8>)
  /// That many blank context lines, joined with a line; not `isCertain` when another line could hide them as well.
  case merged(blanks: Int, ArraySlice<UInt8>, isCertain: Bool)
  /// That many blank context lines, joined with the line that begins the next hunk or file.
  case mergedBoundary(blanks: Int, ArraySlice<UInt8>)
}

/// A reading with what it means for the hunk's counts.
struct WeighedReading {
  var reading: HunkReading
  /// Lines of the old file.
  var old: Int
  /// Lines of the new file.
  var new: Int
  /// Cost of the damage to the line; 0 for not at all.
  var cost: Int
}

/// Lists the ways to take a line. The costs order them by how often mail programs do such damage.
struct HunkReadings {
  let isStuffed: Bool

  /// All readings of a line; empty when none is possible. `before` is the mail's line directly above it.
  func of(_ line: DiffLine, after before: ArraySlice<UInt8>?) -> [WeighedReading] {
    let bytes = line.bytes
    if line.isEnd { return [weigh(.bareBlank, .context, cost: 4)] }
    if bytes.allSatisfy(\.isBlank) { return blank(bytes) }
    if DiffMarks.isBoundary(bytes) { return [] }
    let wraps = !line.followsGap && before.map { WrappedLine.isPlausible($0, bytes) } ?? false
    var found: [WeighedReading] = []
    if let kind = HunkLineKind(rawValue: bytes[bytes.startIndex]) {
      let cost = line.hasSeam || looksMerged(bytes) ? 1 : 0
      found.append(weigh(.plain(unstuffed(bytes)), kind, cost: cost))
      if kind == .context { found += merged(line) }
      if line.followsGap, before != nil, kind != .noNewline {
        found.append(
          WeighedReading(
            reading: .afterLostBlank(unstuffed(bytes)), old: 1 + (kind.countsAsOld ? 1 : 0),
            new: 1 + (kind.countsAsNew ? 1 : 0), cost: cost + 3))
      }
      if wraps, kind != .noNewline { found.append(WeighedReading(reading: .joined(bytes), old: 0, new: 0, cost: 4)) }
    } else {
      if wraps { found.append(WeighedReading(reading: .joined(bytes), old: 0, new: 0, cost: 2)) }
      if bytes.first == .tab { found.append(weigh(.bareTab(bytes), .context, cost: 2)) }
    }
    return found
  }

  /// The line without the space that stuffing put before it.
  func unstuffed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    isStuffed && bytes.leadingSpaces >= 2 ? bytes.dropFirst() : bytes
  }

  private func blank(_ bytes: ArraySlice<UInt8>) -> [WeighedReading] {
    guard bytes.first == .space else {
      return [
        weigh(.bareBlank, .context, cost: 1),
        WeighedReading(reading: .stray, old: 0, new: 0, cost: 2),
      ]
    }
    return [weigh(.plain(unstuffed(bytes)), .context, cost: 0)]
  }

  private func weigh(_ reading: HunkReading, _ kind: HunkLineKind, cost: Int) -> WeighedReading {
    WeighedReading(reading: reading, old: kind.countsAsOld ? 1 : 0, new: kind.countsAsNew ? 1 : 0, cost: cost)
  }

  private var blankWidth: Int { isStuffed ? 2 : 1 }

  // `  +x` can be a context line that begins with `+`, but hardly any code does.
  private func looksMerged(_ bytes: ArraySlice<UInt8>) -> Bool {
    let spaces = bytes.leadingSpaces
    guard 1...4 ~= spaces, let next = bytes.dropFirst(spaces).first else { return false }
    if next == .tab { return spaces > blankWidth }
    return (next == .plus || next == .minus || next == .at) && spaces >= blankWidth
  }

  private func merged(_ line: DiffLine) -> [WeighedReading] {
    let spaces = line.bytes.leadingSpaces
    let core = line.bytes.dropFirst(spaces)
    guard let next = core.first else { return [] }
    var found: [WeighedReading] = []
    for blanks in blankCounts(spaces) {
      // A program that joins lines puts a space between them more often than two blank lines meet.
      let cost = blanks * 2 > spaces && blanks > 1 ? blanks + 1 : blanks
      if DiffMarks.isBoundary(core) {
        found.append(
          WeighedReading(reading: .mergedBoundary(blanks: blanks, core), old: blanks, new: blanks, cost: cost))
      } else if next == .plus || next == .minus, let kind = HunkLineKind(rawValue: next) {
        found.append(weighMerged(blanks, core, kind, cost: cost))
      }
    }
    let rest = line.bytes.dropFirst(blankWidth)
    guard rest.first == .space else { return found }
    let inner = unstuffed(rest)
    let cost = line.hasSeam || looksMerged(line.bytes) ? 1 : hidesIndent(unstuffed(line.bytes), inner) ? 2 : 3
    return found + [weighMerged(1, inner, .context, cost: cost, isCertain: cost == 1)]
  }

  // How many blank lines can hide in that many spaces before a mark: one each, or two each when stuffed or joined.
  private func blankCounts(_ spaces: Int) -> [Int] {
    switch spaces {
    case 1: [1]
    case 2: isStuffed ? [1] : [1, 2]
    case 3: [1]
    case 4: [2]
    default: []
    }
  }

  private func weighMerged(
    _ blanks: Int, _ rest: ArraySlice<UInt8>, _ kind: HunkLineKind, cost: Int, isCertain: Bool = true
  ) -> WeighedReading {
    WeighedReading(
      reading: .merged(blanks: blanks, rest, isCertain: isCertain), old: blanks + (kind.countsAsOld ? 1 : 0),
      new: blanks + (kind.countsAsNew ? 1 : 0), cost: cost)
  }

  // The line's indent is no step of four, and without the blank line's spaces it is.
  private func hidesIndent(_ plain: ArraySlice<UInt8>, _ inner: ArraySlice<UInt8>) -> Bool {
    // A comment's star stands one column further in than its text says.
    plain.drop { $0 == .space }.first != 0x2A && (plain.leadingSpaces - 1) % 4 != 0
      && (inner.leadingSpaces - 1) % 4 == 0
  }
}
