/// The commits parted into cells: two are in one cell when the same tested commits descend from both.
///
/// So the evidence says the same about all commits of a cell.
struct Partition: Sendable {
  /// By position.
  private(set) var cells: [Int32]
  /// Of each cell one position.
  private(set) var members: [Int]

  init(count: Int) {
    cells = [Int32](repeating: 0, count: count)
    members = [0]
  }

  /// Parts every cell into those whose descendant `position` is and the others.
  mutating func split(at position: Int, _ ancestry: Ancestry) {
    var inside = [Int](repeating: 0, count: members.count)
    var sizes = [Int](repeating: 0, count: members.count)
    for cell in cells { sizes[Int(cell)] += 1 }
    ancestry.forEachRun(position) { first, last in for place in first...last { inside[Int(cells[place])] += 1 } }
    var new = [Int32](repeating: -1, count: members.count)
    for cell in members.indices where inside[cell] > 0 && inside[cell] < sizes[cell] {
      new[cell] = Int32(members.count)
      members.append(0)
    }
    ancestry.forEachRun(position) { first, last in
      for place in first...last where new[Int(cells[place])] >= 0 { cells[place] = new[Int(cells[place])] }
    }
    for (place, cell) in cells.enumerated() { members[Int(cell)] = place }
  }
}
