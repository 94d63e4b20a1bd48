import Model

/// Ancestry by position: for each one the runs of positions of itself and its ancestors.
struct Ancestry: Sendable {
  /// Positions next to each other.
  struct Run: Sendable {
    var first: Int32
    var last: Int32
  }

  /// 0 and every commit.
  let count: Int
  /// Each commit's ancestors are all positions below it, which takes no runs to know.
  let isLinear: Bool
  private var runs: [Run] = []
  private var offsets: [Int] = []

  // Eight bytes each; a history of the kernel's has some tens for a commit.
  private static let most = 64_000_000

  /// - Parameter parents: of position 1 and up, as positions; the rest of them lies on the good side.
  init(parents: [[Int]]) throws(RequestError) {
    count = parents.count + 1
    isLinear = parents.enumerated().allSatisfy { index, parents in index == 0 || parents.contains(index) }
    guard !isLinear else { return }
    runs = [Run(first: 0, last: 0)]
    offsets = [0, 1]
    for (index, parents) in parents.enumerated() {
      var row = [Run(first: 0, last: 0)]
      for parent in Set(parents).sorted() { row = united(row, runs[offsets[parent]..<offsets[parent + 1]]) }
      append(Int32(index + 1), to: &row)
      runs += row
      guard runs.count <= Self.most else {
        throw RequestError(
          "the history of \(parents.count) commits has too many merges to search at once",
          advice: "Use a smaller range, or first parents only.")
      }
      offsets.append(runs.count)
    }
  }

  /// Itself and its ancestors.
  @inline(__always) func forEachRun(_ position: Int, _ body: (Int, Int) -> Void) {
    guard !isLinear else { return body(0, position) }
    for index in offsets[position]..<offsets[position + 1] { body(Int(runs[index].first), Int(runs[index].last)) }
  }

  /// True if `position` is among `descendant` and its ancestors.
  func contains(_ position: Int, in descendant: Int) -> Bool {
    guard !isLinear else { return position <= descendant }
    var (low, high) = (offsets[descendant], offsets[descendant + 1])
    while low < high {
      let middle = (low + high) / 2
      if Int(runs[middle].last) < position { low = middle + 1 } else { high = middle }
    }
    return low < offsets[descendant + 1] && Int(runs[low].first) <= position
  }

  /// The sum over itself and its ancestors.
  ///
  /// - Parameter sums: `sums[i]` is that of all positions below i.
  @inline(__always) func sum(_ position: Int, of sums: [Double]) -> Double {
    guard !isLinear else { return sums[position + 1] }
    var sum = 0.0
    for index in offsets[position]..<offsets[position + 1] {
      sum += sums[Int(runs[index].last) + 1] - sums[Int(runs[index].first)]
    }
    return sum
  }
}

private func append(_ position: Int32, to row: inout [Ancestry.Run]) {
  if let last = row.last, last.last + 1 == position {
    row[row.count - 1].last = position
  } else {
    row.append(Ancestry.Run(first: position, last: position))
  }
}

/// Both rows as one.
private func united(_ left: [Ancestry.Run], _ right: ArraySlice<Ancestry.Run>) -> [Ancestry.Run] {
  var result: [Ancestry.Run] = []
  result.reserveCapacity(left.count + right.count)
  var (i, j) = (left.startIndex, right.startIndex)
  while i < left.endIndex || j < right.endIndex {
    let takesLeft = j == right.endIndex || (i < left.endIndex && left[i].first <= right[j].first)
    let run = takesLeft ? left[i] : right[j]
    if takesLeft { i += 1 } else { j += 1 }
    if let last = result.last, run.first <= last.last + 1 {
      result[result.count - 1].last = max(last.last, run.last)
    } else {
      result.append(run)
    }
  }
  return result
}
