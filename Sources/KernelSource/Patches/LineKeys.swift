import PatchMail

/// Rule for comparing lines.
enum LineMatching: Sendable {
  /// Byte for byte, without the line's end.
  case exact
  /// Any run of white space is like any other, and a carriage return at the end is nothing, as in git's apply.c.
  case ignoringWhitespace

  /// A number that equal lines share, and others only by a chance that nobody can bring about.
  ///
  /// It holds for the life of the process.
  func key(_ line: ArraySlice<UInt8>) -> Int {
    var hasher = Hasher()
    switch self {
    case .exact: line.withUnsafeBytes { hasher.combine(bytes: $0) }
    case .ignoringWhitespace: Self.squeezed(line).withUnsafeBytes { hasher.combine(bytes: $0) }
    }
    return hasher.finalize()
  }

  private static func squeezed(_ line: ArraySlice<UInt8>) -> [UInt8] {
    var end = line.endIndex
    while end > line.startIndex, line[end - 1] == 0x0D { end -= 1 }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(end - line.startIndex)
    for byte in line[..<end] {
      guard byte.isBlank else {
        bytes.append(byte)
        continue
      }
      if bytes.last != 0x20 { bytes.append(0x20) }
    }
    return bytes
  }
}

/// A file of the tree as lines.
struct SourceText: Sendable {
  /// Above the largest generated header of the kernel, some 25 MB.
  static let byteCap = 64 << 20
  static let lineCap = 3_000_000

  private let bytes: [UInt8]
  // Of each line, and the end of the last, as if it had a line feed.
  private let starts: [Int]
  /// True if the last line ends in a line feed; true for an empty file.
  let endsWithNewline: Bool

  /// nil when the file has more lines than anyone writes.
  init?(_ bytes: [UInt8]) {
    var starts = [0]
    bytes.withUnsafeBufferPointer { buffer in
      for index in 0..<buffer.count where buffer[index] == 0x0A {
        guard starts.count <= Self.lineCap else { return }
        starts.append(index + 1)
      }
    }
    endsWithNewline = bytes.last.map { $0 == 0x0A } ?? true
    if !endsWithNewline { starts.append(bytes.count + 1) }
    guard starts.count <= Self.lineCap else { return nil }
    self.starts = starts
    self.bytes = bytes
  }

  var count: Int { starts.count - 1 }

  /// The line without its end, 0-based.
  subscript(line: Int) -> ArraySlice<UInt8> { bytes[starts[line]..<starts[line + 1] - 1] }
}

/// One side of a hunk: the lines before or after the change.
struct HunkSide: Sendable {
  let lines: [ArraySlice<UInt8>]
  let keys: [Int]
  /// True if its last line ends in a line feed.
  let endsWithNewline: Bool

  var count: Int { keys.count }

  static func old(_ hunk: PatchHunk, _ matching: LineMatching) -> HunkSide {
    HunkSide(hunk, without: .added, matching)
  }

  static func new(_ hunk: PatchHunk, _ matching: LineMatching) -> HunkSide {
    HunkSide(hunk, without: .removed, matching)
  }

  private init(_ hunk: PatchHunk, without other: HunkLineKind, _ matching: LineMatching) {
    var lines: [ArraySlice<UInt8>] = []
    var last: HunkLineKind? = nil
    var endsWithNewline = true
    for line in hunk.lines {
      if line.kind == .noNewline {
        if last != other { endsWithNewline = false }
      } else if line.kind != other {
        lines.append(line.bytes[...])
      }
      last = line.kind
    }
    self.lines = lines
    self.endsWithNewline = endsWithNewline
    keys = lines.map(matching.key)
  }
}
