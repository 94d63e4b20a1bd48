/// The lines that give a unified diff its structure.
enum DiffMarks {
  /// `@@ -1,2 +3,4 @@ section`, taken apart.
  struct Hunk {
    var oldStart: Int
    var oldCount: Int
    var newStart: Int
    var newCount: Int
    var section: ArraySlice<UInt8>
  }

  /// True if the line begins a file as git does.
  static func isFileStart(_ line: ArraySlice<UInt8>) -> Bool {
    line.first == 0x64 && line.hasPrefix("diff --git ")
  }

  /// True if the line looks like a hunk's first one, right or wrong.
  static func isHunk(_ line: ArraySlice<UInt8>) -> Bool {
    line.first == .at && line.hasPrefix("@@ -") && line.dropFirst(4).first?.isDigit == true
  }

  /// True if the line ends what stands before it, so that no hunk reaches across.
  static func isBoundary(_ line: ArraySlice<UInt8>) -> Bool {
    switch line.first {
    case .at: isHunk(line)
    case 0x64: isFileStart(line) || line.hasPrefix("diff -")
    case 0x49: line.hasPrefix("Index: ")
    default: false
    }
  }

  /// The start of a hunk or file behind the few spaces that a blank line joined with it leaves; nil for other lines.
  static func afterBlanks(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let spaces = line.prefix(5).leadingSpaces
    guard 1...4 ~= spaces, isBoundary(line.dropFirst(spaces)) else { return nil }
    return line.dropFirst(spaces)
  }

  /// The two dashes above a signature, with or without their space.
  static func isSignature(_ line: ArraySlice<UInt8>) -> Bool {
    line.first == .minus && (line.elementsEqual([.minus, .minus]) || line.elementsEqual([.minus, .minus, .space]))
  }

  /// nil when the line is none, or a number is larger than any file has lines.
  static func readHunk(_ line: ArraySlice<UInt8>) -> Hunk? {
    guard isHunk(line) else { return nil }
    var rest = line.dropFirst(4)
    guard let old = range(&rest), skip(" +", &rest), let new = range(&rest), skip(" @@", &rest) else { return nil }
    return Hunk(
      oldStart: old.start, oldCount: old.count, newStart: new.start, newCount: new.count,
      section: rest.drop(while: \.isBlank).trimmedEnd)
  }

  // No file that a patch is for has more lines, and sums of starts and counts stay far from overflow.
  private static let lastLine = 1 << 40

  private static func range(_ text: inout ArraySlice<UInt8>) -> (start: Int, count: Int)? {
    guard let start = number(&text), start <= lastLine else { return nil }
    guard text.first == 0x2C else { return (start, 1) }
    text = text.dropFirst()
    guard let count = number(&text) else { return nil }
    return (start, count)
  }

  private static func number(_ text: inout ArraySlice<UInt8>) -> Int? {
    let digits = text.prefix(20).prefix(while: \.isDigit)
    text = text.dropFirst(digits.count)
    return Int(String(decoding: digits, as: UTF8.self))
  }

  private static func skip(_ mark: StaticString, _ text: inout ArraySlice<UInt8>) -> Bool {
    guard text.hasPrefix(mark) else { return false }
    text = text.dropFirst(mark.utf8CodeUnitCount)
    return true
  }
}
