/// Looks for the place in a file that resembles a hunk most, in time proportional to the hunk.
struct ClosestSearch {
  // Lines of a hunk that are looked at; hardly any hunk has more.
  private static let lineCap = 2000
  // A line that stands more often in the file than that tells little about the place.
  private static let common = 32

  private let index: LineIndex
  private let side: HunkSide
  private let keys: ArraySlice<Int>

  init(_ index: LineIndex, _ side: HunkSide) {
    self.index = index
    self.side = side
    keys = side.keys.prefix(Self.lineCap)
  }

  /// nil when no line of substance is in the file. `wanted` is where the hunk's head has it, 0-based.
  func run(near wanted: Int) -> ClosestPlace? {
    guard let band = bestBand(near: wanted) else { return nil }
    let pairs = Alignment.longest(keys, in: index, band: band)
    guard let first = pairs.first else { return nil }
    let (hunkLine, line) = firstGap(pairs)
    let last = pairs[pairs.count - 1]
    let isAllThere = hunkLine > last.hunk && hunkLine == side.count
    return ClosestPlace(
      line: max(0, first.file - first.hunk) + 1, matched: pairs.count, of: side.count,
      expected: isAllThere ? "" : ShownLine.squeezed(side.lines[hunkLine]),
      found: index.text.count > line && line >= 0 ? ShownLine.squeezed(index.text[line]) : nil, foundLine: line + 1)
  }

  // Each line of the hunk votes for how far it is from the file's equal lines; near ones are the same place.
  private func bestBand(near wanted: Int) -> ClosedRange<Int>? {
    var votes: [Int] = []
    for (offset, key) in keys.enumerated() where side.lines[offset].isSubstantial {
      for place in index.places(of: key, nearest: wanted + offset, count: Self.common) { votes.append(place - offset) }
    }
    votes.sort()
    let width = min(max(keys.count / 2, 6), 64)
    var best: (votes: Int, distance: Int, band: ClosedRange<Int>)?
    var first = 0
    for last in votes.indices {
      while votes[last] - votes[first] > width { first += 1 }
      let distance = abs((votes[first] + votes[last]) / 2 - wanted)
      let count = last - first + 1
      if let best, (best.votes, -best.distance) >= (count, -distance) { continue }
      best = (count, distance, votes[first]...votes[last])
    }
    return best?.band
  }

  // The first line of the hunk that does not directly follow, and the line of the file that stands there instead.
  private func firstGap(_ pairs: [Alignment.Pair]) -> (hunk: Int, file: Int) {
    guard let first = pairs.first, first.hunk == 0 else { return (0, (pairs.first.map { $0.file - $0.hunk }) ?? 0) }
    var before = first
    for pair in pairs.dropFirst() {
      guard pair.hunk == before.hunk + 1, pair.file == before.file + 1 else { break }
      before = pair
    }
    return (before.hunk + 1, before.file + 1)
  }
}

/// Pairs equal lines of a hunk and a file without crossing.
enum Alignment {
  struct Pair: Hashable {
    var hunk: Int
    var file: Int
  }

  /// The longest such pairing whose lines are as far apart as `band` allows.
  ///
  /// Hunt and Szymanski's way: the longest rising sequence of places, where equal lines come last place first.
  static func longest(_ keys: ArraySlice<Int>, in index: LineIndex, band: ClosedRange<Int>) -> [Pair] {
    // For each length the chain that ends earliest in the file, as an index into `links`.
    var ends: [Int] = []
    var endLines: [Int] = []
    var links: [(pair: Pair, before: Int?)] = []
    for (hunk, key) in keys.enumerated() {
      let range = hunk + band.lowerBound..<hunk + band.upperBound + 1
      for file in index.places(of: key, in: range).reversed() {
        let length = endLines.partition { $0 >= file }
        links.append((Pair(hunk: hunk, file: file), length > 0 ? ends[length - 1] : nil))
        if length == ends.count {
          ends.append(links.count - 1)
          endLines.append(file)
        } else {
          ends[length] = links.count - 1
          endLines[length] = file
        }
      }
    }
    var pairs: [Pair] = []
    var link = ends.last
    while let current = link {
      pairs.append(links[current].pair)
      link = links[current].before
    }
    return pairs.reversed()
  }
}

extension ArraySlice<UInt8> {
  /// True if a line says enough to be known again: three letters or digits.
  var isSubstantial: Bool {
    var count = 0
    for byte in self where byte.isAlphanumeric {
      count += 1
      if count == 3 { return true }
    }
    return false
  }
}
