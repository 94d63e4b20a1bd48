/// Finds the least damaged reading of a hunk's lines that its counts allow.
///
/// A shortest path over (lines read, old lines, new lines); each step is one line of the mail in one reading.
struct HunkSearch {
  /// The reading that was found.
  struct Found {
    /// One for each line of the mail, in order.
    var readings: [HunkReading]
    /// True if readings with other content are as cheap.
    var isAmbiguous: Bool
  }

  private struct Counts: Hashable {
    var old: Int
    var new: Int
  }

  private struct Node {
    var cost: Int
    var ways: Int
    var from: Counts
    var reading: HunkReading
  }

  private struct End {
    var layer: Int
    var cost: Int
    var ways: Int
    var boundary: HunkReading?
  }

  // A hunk that can be read at all strays from its counts by a few lines only.
  private static let widest = 256

  private let lines: [DiffLine]
  private let start: Int
  private let goal: Counts
  private let readings: HunkReadings
  private let header: ArraySlice<UInt8>
  private var layers: [[Counts: Node]] = []
  private var best: End?

  init(
    _ lines: [DiffLine], from start: Int, header: ArraySlice<UInt8>, old: Int, new: Int, readings: HunkReadings
  ) {
    self.lines = lines
    self.start = start
    self.header = header
    self.readings = readings
    goal = Counts(old: old, new: new)
  }

  /// Number of lines that were read before no reading fitted.
  var reach: Int { max(0, layers.count - 1) }

  /// nil when the counts cannot be met. `effort` goes down by one for each step tried; at 0 the search gives up.
  mutating func run(effort: inout Int) -> Found? {
    let origin = Counts(old: 0, new: 0)
    layers = [[origin: Node(cost: 0, ways: 1, from: origin, reading: .stray)]]
    while let layer = layers.last, !layer.isEmpty, effort > 0 {
      finish(layer)
      let index = start + layers.count - 1
      guard index < lines.count else { break }
      layers.append(advance(narrowed(layer), over: index, effort: &effort))
    }
    while layers.last?.isEmpty == true { layers.removeLast() }
    return best.map(trace)
  }

  private func narrowed(_ layer: [Counts: Node]) -> [Counts: Node] {
    guard layer.count > Self.widest else { return layer }
    // The counts break ties, so that the same mail is always read the same way.
    let kept = layer.sorted { ($0.value.cost, $0.key.old, $0.key.new) < ($1.value.cost, $1.key.old, $1.key.new) }
    return Dictionary(uniqueKeysWithValues: kept.prefix(Self.widest).map { ($0.key, $0.value) })
  }

  private mutating func advance(
    _ layer: [Counts: Node], over index: Int, effort: inout Int
  ) -> [Counts: Node] {
    let before = index > start ? lines[index - 1].bytes : header
    // A hunk of nothing but a line that may have been cut off is no hunk.
    let choices = index == start && lines[index].isEnd ? [] : readings.of(lines[index], after: before)
    var next: [Counts: Node] = [:]
    for (counts, node) in layer {
      for choice in choices {
        effort -= 1
        let cost = node.cost + choice.cost
        guard choice.old <= goal.old - counts.old, choice.new <= goal.new - counts.new, cost <= best?.cost ?? .max
        else { continue }
        let reached = Counts(old: counts.old + choice.old, new: counts.new + choice.new)
        if case .mergedBoundary = choice.reading {
          guard reached == goal else { continue }
          offer(End(layer: layers.count - 1, cost: cost, ways: node.ways, boundary: choice.reading))
        } else {
          Self.insert(Node(cost: cost, ways: node.ways, from: counts, reading: choice.reading), at: reached, in: &next)
        }
      }
    }
    return next
  }

  private static func insert(_ node: Node, at counts: Counts, in layer: inout [Counts: Node]) {
    guard var known = layer[counts] else {
      layer[counts] = node
      return
    }
    if node.cost < known.cost {
      layer[counts] = node
    } else if node.cost == known.cost {
      // Which of two equals is kept must not hang on the dictionary's order.
      if (node.from.old, node.from.new) > (known.from.old, known.from.new) { known = node }
      known.ways = 2
      layer[counts] = known
    }
  }

  private mutating func finish(_ layer: [Counts: Node]) {
    guard let node = layer[goal] else { return }
    let index = start + layers.count - 1
    if index < lines.count, lines[index].bytes.first == .backslash { return }
    let extra = HunkEnd.cost(of: lines, at: index, isFirst: index == start)
    offer(End(layer: layers.count - 1, cost: node.cost + extra, ways: node.ways))
  }

  private mutating func offer(_ end: End) {
    guard var known = best else {
      best = end
      return
    }
    if end.cost < known.cost {
      best = end
    } else if end.cost == known.cost {
      known.ways = 2
      best = known
    }
  }

  private func trace(_ end: End) -> Found {
    var path: [HunkReading] = []
    if let boundary = end.boundary { path.append(boundary) }
    var counts = goal
    if case .mergedBoundary(let blanks, _)? = end.boundary {
      counts = Counts(old: goal.old - blanks, new: goal.new - blanks)
    }
    for layer in layers[..<(end.layer + 1)].dropFirst().reversed() {
      guard let node = layer[counts] else { break }
      path.append(node.reading)
      counts = node.from
    }
    return Found(readings: path.reversed(), isAmbiguous: end.ways > 1)
  }
}

/// Texts that may follow a hunk.
enum HunkEnd {
  /// Cost of ending a hunk before that line; 0 for a good end.
  static func cost(of lines: [DiffLine], at index: Int, isFirst: Bool) -> Int {
    guard index < lines.count, !lines[index].followsGap else { return 0 }
    let line = lines[index].bytes
    if line.allSatisfy(\.isBlank) || DiffMarks.isBoundary(line) || DiffMarks.isSignature(line) { return 0 }
    if startsFile(lines, at: index) || startsHeadless(lines, at: index) { return 0 }
    switch line.first {
    case .plus, .minus: return 6
    case .space: return DiffMarks.afterBlanks(line) == nil ? 5 : 2
    case .backslash: return 0
    default:
      guard !isFirst else { return 0 }
      return WrappedLine.isPlausible(lines[index - 1].bytes, line) ? 3 : 0
    }
  }

  /// True if `---` and `+++` lines follow.
  static func startsFile(_ lines: [DiffLine], at index: Int) -> Bool {
    guard index + 1 < lines.count, lines[index].bytes.hasPrefix("--- ") else { return false }
    return lines[index + 1].bytes.hasPrefix("+++ ")
  }

  /// True if one of the two lines that name a file follows, and the other was cut away.
  static func startsHeadless(_ lines: [DiffLine], at index: Int) -> Bool {
    guard index + 1 < lines.count, lines[index].bytes.hasPrefix("+++ ") || lines[index].bytes.hasPrefix("--- "),
      DiffMarks.readHunk(lines[index + 1].bytes) != nil
    else { return false }
    // A path: what was added or removed there reads otherwise.
    let name = lines[index].bytes.dropFirst(4).prefix { $0 != .space && $0 != .tab }
    return name.contains(0x2F) && lines[index].bytes.dropFirst(4 + name.count).trimmedEnd.isEmpty
  }
}
