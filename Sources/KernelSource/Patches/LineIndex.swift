/// Positions of the lines of some hunks in a file.
struct LineIndex: Sendable {
  let text: SourceText
  let keys: [Int]
  private let places: [Int: [Int]]

  /// Remembers the places of the lines of `sides` alone, so that the index of a large file stays small.
  init(_ text: SourceText, _ matching: LineMatching, sides: [HunkSide]) {
    var wanted: [Int: [Int]] = [:]
    for side in sides { for key in side.keys { wanted[key] = [] } }
    var keys: [Int] = []
    keys.reserveCapacity(text.count)
    for line in 0..<text.count {
      let key = matching.key(text[line])
      keys.append(key)
      wanted[key]?.append(line)
    }
    self.text = text
    self.keys = keys
    places = wanted
  }

  /// The lines that equal this one, 0-based and ascending.
  func places(of key: Int) -> [Int] { places[key] ?? [] }

  /// At most `count` of the lines that equal this one, those nearest to `line`, ascending.
  func places(of key: Int, nearest line: Int, count: Int) -> ArraySlice<Int> {
    let all = places(of: key)
    guard all.count > count else { return all[...] }
    let middle = all.partition { $0 >= line }
    let first = min(max(0, middle - count / 2), all.count - count)
    return all[first..<first + count]
  }

  /// The lines that equal this one within `range`, ascending.
  func places(of key: Int, in range: Range<Int>) -> ArraySlice<Int> {
    let all = places(of: key)
    let first = all.partition { $0 >= range.lowerBound }
    return all[first..<max(first, all.partition { $0 >= range.upperBound })]
  }
}

extension [Int] {
  /// The index of the first element for which it holds; the array must be in an order that has these last.
  func partition(where holds: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
