/// A line of the diff with its blanks put right.
struct DiffLine {
  var bytes: ArraySlice<UInt8>
  var number: Int
  var followsGap: Bool
  /// True if the blanks at its front are two runs of the form that a mail program makes of one each.
  var hasSeam = false
  /// True if it stands for what may have been cut off below the text's last line.
  var isEnd = false
}

/// White space conversion by a mail program, of all blanks of a patch alike.
struct WhitespaceDamage {
  /// Non-breaking spaces stand for blanks.
  private(set) var hasNonBreaking = false
  /// Each line that begins with a space has one more.
  private(set) var isStuffed = false
  /// The first line that shows the one or the other.
  private(set) var firstLine = 0

  /// The diff's lines, and what was done to them.
  static func undo(_ lines: ArraySlice<Line>, isFlowed: Bool) -> (lines: [DiffLine], damage: Self) {
    var damage = Self()
    if let line = lines.first(where: { showsNonBreaking($0.bytes) }) {
      damage.hasNonBreaking = true
      damage.firstLine = line.number
    }
    var result = lines.map { line in
      DiffLine(
        bytes: damage.hasNonBreaking ? spaced(line.bytes) : line.bytes, number: line.number,
        followsGap: line.followsGap, hasSeam: damage.hasNonBreaking && hasSeam(line.bytes))
    }
    // Where nearly all lines have it, it is the way that the program writes a run, and tells nothing.
    let seams = result.count { $0.hasSeam }
    if seams * 2 > result.count { for index in result.indices { result[index].hasSeam = false } }
    damage.isStuffed = isStuffed(result, isFlowed: isFlowed)
    if damage.firstLine == 0, damage.isStuffed { damage.firstLine = lines.first?.number ?? 0 }
    return (result, damage)
  }

  // A single one inside a line may be the source's own; at the mark or beside another blank it is not.
  private static func showsNonBreaking(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.contains(0xC2) else { return false }
    var before: UInt8? = nil
    var index = line.startIndex
    while index < line.endIndex {
      if line[index] == 0xC2, index + 1 < line.endIndex, line[index + 1] == 0xA0 {
        let atMark = index - line.startIndex <= 1
        let next = index + 2 < line.endIndex ? line[index + 2] : .space
        if atMark || before == .space || next == .space || line[(index + 2)...].hasPrefix("\u{A0}") { return true }
        index += 2
        continue
      }
      before = line[index]
      index += 1
    }
    return false
  }

  /// The line with plain spaces for non-breaking ones.
  static func spaced(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard line.contains(0xC2) else { return line }
    var result: [UInt8] = []
    result.reserveCapacity(line.count)
    for byte in line {
      if byte == 0xA0, result.last == 0xC2 { result[result.count - 1] = .space } else { result.append(byte) }
    }
    return result[...]
  }

  // Programs that make a run of n blanks n-1 non-breaking ones and a space leave a space inside where two runs met.
  private static func hasSeam(_ line: ArraySlice<UInt8>) -> Bool {
    var rest = line
    var sawSpace = false
    while true {
      if rest.hasPrefix("\u{A0}") {
        if sawSpace { return true }
        rest = rest.dropFirst(2)
      } else if rest.first == .space {
        sawSpace = true
        rest = rest.dropFirst()
      } else {
        return false
      }
    }
  }

  // Kernel code stands in steps of four or eight columns; with its mark a context line has one more, stuffed two.
  private static func isStuffed(_ lines: [DiffLine], isFlowed: Bool) -> Bool {
    var pro = 0
    var contra = 0
    for line in lines where line.bytes.first == .space {
      let spaces = line.bytes.leadingSpaces
      guard let next = line.bytes.dropFirst(spaces).first, next != .plus, next != .at else { continue }
      if spaces == 1 || (next != 0x2A && spaces % 4 == 1) {
        contra += 1
      } else if next == .tab || (next == 0x2A ? spaces % 4 == 3 : spaces % 4 == 2) {
        pro += 1
      }
    }
    // A mail that declares format=flowed is stuffed unless its lines say otherwise.
    return isFlowed ? pro >= contra : pro > 2 * contra
  }
}
