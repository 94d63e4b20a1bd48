import Model

/// The reply marks before a line: `> `, `>> `, `> > ` and their mixtures.
enum Quoting {
  /// Number of leading marks.
  static func depth(_ line: ArraySlice<UInt8>) -> Int {
    guard line.first == .quoteMark, !line.hasPrefix(">From ") else { return 0 }
    return strip(line, upTo: .max).depth
  }

  /// The line without its first marks, and how many those were; the space after the last one stays.
  static func strip(_ line: ArraySlice<UInt8>, upTo cap: Int) -> (depth: Int, rest: ArraySlice<UInt8>) {
    var depth = 0
    var rest = line.startIndex
    var index = line.startIndex
    while depth < cap, index < line.endIndex {
      if line[index] == .quoteMark {
        depth += 1
        index += 1
        rest = index
      } else if depth > 0, index == rest, let blank = blankLength(line[index...]) {
        index += blank
      } else {
        break
      }
    }
    return (depth, line[rest...])
  }

  /// The rest without the space that some programs put after the last mark.
  static func withoutSpace(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    rest.dropFirst(blankLength(rest) ?? 0)
  }

  // A space, or a non-breaking one in UTF-8.
  private static func blankLength(_ text: ArraySlice<UInt8>) -> Int? {
    if text.first == .space { return 1 }
    return text.hasPrefix("\u{A0}") ? 2 : nil
  }
}

/// Quoting of the patch in a mail: behind how many marks, and with or without a space after them.
struct QuotedPatch {
  private(set) var depth: Int
  private(set) var isSpaced = false
  /// Deeper levels that have a patch too, and are not taken.
  private(set) var others: [Int] = []

  /// The first hunk that stands on a level without any file's name; nil when there is none.
  private(set) var strayHunk: Int?

  private struct Level {
    var names = 0
    var hunks = 0
    var spaced = 0
    var bare = 0
    var firstHunk = 0
  }

  /// nil when no level has a diff.
  ///
  /// The outermost level wins: whoever answers a patch with one of their own means theirs.
  init?(_ lines: [Line], name: String) throws(RequestError) {
    var levels: [Int: Level] = [:]
    for line in lines { Self.note(line, in: &levels) }
    let named = levels.filter { $0.value.names > 0 }.keys.sorted()
    let whole = named.filter { levels[$0]?.hunks ?? 0 > 0 }
    guard let depth = whole.first ?? named.first, let level = levels[depth] else {
      guard let first = levels.values.map(\.firstHunk).filter({ $0 > 0 }).min() else { return nil }
      throw RequestError(
        "the hunk at line \(first) of \(name) stands below no file name",
        advice: "Give the mail that carries the whole patch.")
    }
    self.depth = depth
    isSpaced = level.spaced >= level.bare
    others = whole.filter { $0 != depth }
    strayHunk = levels.values.filter { $0.names == 0 && $0.hunks > 0 }.map(\.firstHunk).min()
  }

  private static func note(_ line: Line, in levels: inout [Int: Level]) {
    guard let first = line.bytes.first, [.quoteMark, .at, .plus, 0x64].contains(first) else { return }
    let (depth, rest) = Quoting.strip(line.bytes, upTo: .max)
    let text = Quoting.withoutSpace(rest)
    let isName = DiffMarks.isFileStart(text) || text.hasPrefix("+++ ")
    let isHunk = !isName && DiffMarks.isHunk(text)
    guard isName || isHunk else { return }
    var level = levels[depth] ?? Level()
    if isName { level.names += 1 }
    if isHunk {
      level.hunks += 1
      if level.firstHunk == 0 { level.firstHunk = line.number }
    }
    if text.count < rest.count { level.spaced += 1 } else { level.bare += 1 }
    levels[depth] = level
  }

  /// The lines of the patch's level, unmarked; lines of other levels leave a gap.
  ///
  /// A short line of a lower level directly below a long one, with the patch going on directly after it, is the
  /// rest of that line, broken by a program that does not mark what it breaks off; each is told to `onWrap`.
  func lines(of all: [Line], onWrap: (Line) -> Void) -> [Line] {
    var result: [Line] = []
    result.reserveCapacity(all.count)
    var gap = false
    for (index, line) in all.enumerated() {
      guard let stripped = strip(line) else {
        if !gap, let last = result.last, index + 1 < all.count, strip(all[index + 1]) != nil,
          isBrokenOff(line.bytes, from: all[index - 1].bytes, unmarked: last.bytes)
        {
          result[result.count - 1].bytes = (Array(last.bytes.trimmedEnd) + [.space] + line.bytes)[...]
          onWrap(line)
        } else {
          gap = true
        }
        continue
      }
      result.append(Line(bytes: stripped, number: line.number, followsGap: gap))
      gap = false
    }
    return result
  }

  private func strip(_ line: Line) -> ArraySlice<UInt8>? {
    guard depth > 0 else { return line.bytes }
    guard line.bytes.first == .quoteMark else { return nil }
    let (found, rest) = Quoting.strip(line.bytes, upTo: depth)
    guard found == depth else { return nil }
    let text = isSpaced ? Quoting.withoutSpace(rest) : rest
    return text.first == .quoteMark ? nil : text
  }

  private func isBrokenOff(_ line: ArraySlice<UInt8>, from whole: ArraySlice<UInt8>, unmarked: ArraySlice<UInt8>)
    -> Bool
  {
    guard line.first != .quoteMark, line.contains(where: { !$0.isBlank }), whole.first == .quoteMark,
      let first = unmarked.first, [.plus, .minus, .space, .at].contains(first)
    else { return false }
    return line.count < 60 && WrappedLine.isPlausible(whole, line)
  }
}

/// Evidence of a line broken by a mail program.
enum WrappedLine {
  // Programs break between 65 and 80 columns; a line with room for the next word was not broken.
  private static let narrowest = 64

  /// True if the second line can be what was broken off the first.
  static func isPlausible(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) -> Bool {
    let word = second.drop(while: \.isBlank).prefix { !$0.isBlank }
    return !word.isEmpty && first.columns + 1 + word.columns > narrowest
  }
}
