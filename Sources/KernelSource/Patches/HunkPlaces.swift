import PatchMail

/// Positions of a hunk's old lines.
enum HunkPlace: Hashable, Sendable {
  /// They can be replaced there, 0-based; `offset` says how far from where the hunk's head has them.
  case fits(line: Int, offset: Int)
  case notAtBeginning(line: Int)
  case notAtEnd(line: Int)
  case taken(line: Int)
  case nowhere
  /// The file repeats itself too much to look at every place.
  case unknown

  var fits: Bool { if case .fits = self { true } else { false } }
}

/// Finds places for hunks by the rules of git's apply.c, which does the work itself but does not tell.
///
/// All old lines must stand together. The place nearest to the head's wins, below it before above it. A hunk of the
/// first line stays at the beginning, one without lines below its change at the end, and no two share a line.
struct HunkPlaces {
  // Comparisons for one file; a hunk of ten lines that stand a thousand times each takes ten thousand at most.
  private static let effortCap = 5_000_000

  private let index: LineIndex
  private let matching: LineMatching
  private var taken = TakenLines()
  private var effort = HunkPlaces.effortCap

  init(_ index: LineIndex, _ matching: LineMatching) {
    self.index = index
    self.matching = matching
  }

  /// The place of the file's next hunk, whose lines are then taken.
  mutating func take(_ hunk: PatchHunk, _ old: HunkSide) -> HunkPlace {
    let wanted = max(0, hunk.newStart - 1)
    let anchors = Anchors(hunk)
    var reason: HunkPlace?
    for line in candidates(old, near: wanted) {
      guard effort > 0 else { return .unknown }
      guard matches(old, at: line, anchors) else { continue }
      if anchors.atBeginning, line != 0 {
        reason = reason ?? .notAtBeginning(line: line)
      } else if anchors.atEnd, line + old.count != index.text.count {
        reason = reason ?? .notAtEnd(line: line)
      } else if taken.overlaps(line..<line + old.count) {
        reason = reason ?? .taken(line: line)
      } else {
        let offset = line + taken.shift(at: line) - wanted
        taken.insert(line..<line + old.count, delta: hunk.newCount - hunk.oldCount)
        effort -= taken.cost
        return .fits(line: line, offset: offset)
      }
    }
    return effort > 0 ? reason ?? .nowhere : .unknown
  }

  /// Position of these lines nearest to `wanted`, whatever stands around them; nil when nowhere.
  mutating func find(_ side: HunkSide, near wanted: Int) -> Int? {
    guard side.count > 0 else { return nil }
    return candidates(side, near: wanted).first { effort > 0 && matches(side, at: $0, nil) }
  }

  private func candidates(_ side: HunkSide, near wanted: Int) -> OutwardPlaces {
    guard side.count > 0 else {
      let ends = index.text.count == 0 ? [0] : [0, index.text.count]
      return OutwardPlaces(ends, offset: 0, start: ends.partition { $0 + taken.shift(at: $0) >= wanted }, wanted, taken)
    }
    var rarest: (places: [Int], offset: Int) = ([], 0)
    for (offset, key) in side.keys.enumerated() {
      let places = index.places(of: key)
      if places.isEmpty { return OutwardPlaces([], offset: 0, start: 0, wanted, taken) }
      if rarest.places.isEmpty || places.count < rarest.places.count { rarest = (places, offset) }
    }
    let start = rarest.places.partition { $0 - rarest.offset + taken.shift(at: $0 - rarest.offset) >= wanted }
    return OutwardPlaces(rarest.places, offset: rarest.offset, start: start, wanted, taken)
  }

  private mutating func matches(_ side: HunkSide, at line: Int, _ anchors: Anchors?) -> Bool {
    effort -= 1
    let end = line + side.count
    guard line >= 0, end <= index.text.count else { return false }
    for (offset, key) in side.keys.enumerated() where index.keys[line + offset] != key {
      effort -= offset
      return false
    }
    effort -= side.count
    guard matching == .exact, side.count > 0, end == index.text.count else { return true }
    // The end of the last line is a byte like others, but one more in the tree only counts where it must be the end.
    if index.text.endsWithNewline { return side.endsWithNewline || anchors?.atEnd != true }
    return !side.endsWithNewline
  }
}

/// Position required by git.
private struct Anchors {
  let atBeginning: Bool
  let atEnd: Bool

  init(_ hunk: PatchHunk) {
    atBeginning = hunk.oldStart <= 1
    atEnd = hunk.lines.last { $0.kind != .noNewline }.map { $0.kind != .context } ?? true
  }
}

/// The lines that hunks have taken, by their numbers in the file as it was.
private struct TakenLines {
  private var ranges: [Range<Int>] = []
  // By how many lines the file has grown above each range, and at last above its end.
  private var shifts = [0]
  /// Cost of the last insertion, in elements moved.
  private(set) var cost = 0

  func overlaps(_ range: Range<Int>) -> Bool {
    let after = firstRange { $0.upperBound > range.lowerBound }
    return after < ranges.count && ranges[after].lowerBound < range.upperBound
  }

  /// By how many lines the hunks so far have moved what stands at `line`.
  func shift(at line: Int) -> Int { shifts[firstRange { $0.lowerBound >= line }] }

  mutating func insert(_ range: Range<Int>, delta: Int) {
    let place = firstRange { $0.lowerBound >= range.lowerBound }
    ranges.insert(range, at: place)
    shifts.insert(shifts[place], at: place)
    for later in place + 1..<shifts.count { shifts[later] += delta }
    cost = ranges.count - place
  }

  private func firstRange(_ holds: (Range<Int>) -> Bool) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if holds(ranges[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Places of a line, nearest first as git counts: where the hunks before have moved them to.
private struct OutwardPlaces: Sequence, IteratorProtocol {
  private let places: [Int]
  private let offset: Int
  private let wanted: Int
  private let taken: TakenLines
  private var below: Int
  private var above: Int

  init(_ places: [Int], offset: Int, start: Int, _ wanted: Int, _ taken: TakenLines) {
    self.places = places
    self.offset = offset
    self.wanted = wanted
    self.taken = taken
    below = start
    above = start - 1
  }

  mutating func next() -> Int? {
    let down = below < places.count ? distance(below) : nil
    let up = above >= 0 ? distance(above) : nil
    switch (down, up) {
    case (nil, nil): return nil
    case (let down?, let up?) where down > up: return step(up: true)
    case (nil, _?): return step(up: true)
    default: return step(up: false)
    }
  }

  private func distance(_ index: Int) -> Int {
    let line = places[index] - offset
    return abs(line + taken.shift(at: line) - wanted)
  }

  private mutating func step(up: Bool) -> Int {
    defer { if up { above -= 1 } else { below += 1 } }
    return places[up ? above : below] - offset
  }
}
