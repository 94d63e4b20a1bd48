#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Function names, or parts of them: `mutex_*` stands for names that begin so, `*_trap` for names that end so,
/// `*kasan*` for names that hold it, and `down` for itself.
///
/// A name is looked up in time that grows with its length and not with the number of patterns.
struct NamePatterns: Sendable {
  private struct Pattern: Sendable {
    /// Position of the literal in ``literals``.
    let start: Int
    let count: Int
    let isAnchoredAtStart: Bool
    let isAnchoredAtEnd: Bool
    /// The next pattern in the same slot of ``heads``; -1 for none.
    let next: Int16
  }

  private static let keyLength = 3
  private static let tableBits = 12

  private var literals: [UInt8] = []
  private var patterns: [Pattern] = []
  /// By the first three bytes of the literal, the pattern that was inserted last; -1 for none.
  private var heads = [Int16](repeating: -1, count: 1 << Self.tableBits)
  /// Whole names that are shorter than a key.
  private var short: Set<String> = []

  init(_ wordings: [String]) {
    for wording in wordings { insert(wording) }
  }

  private mutating func insert(_ wording: String) {
    let bytes = Array(wording.utf8)
    let star = UInt8(ascii: "*")
    let literal = bytes.filter { $0 != star }
    assert(!bytes.dropFirst().dropLast().contains(star), "a star stands at an end: \(wording)")
    let isAnchoredAtStart = bytes.first != star
    let isAnchoredAtEnd = bytes.last != star
    guard literal.count >= Self.keyLength else {
      assert(isAnchoredAtStart && isAnchoredAtEnd, "a part of less than three bytes is in most names")
      short.insert(wording)
      return
    }
    let slot = Self.slot(literal[0], literal[1], literal[2])
    patterns.append(
      Pattern(
        start: literals.count, count: literal.count, isAnchoredAtStart: isAnchoredAtStart,
        isAnchoredAtEnd: isAnchoredAtEnd, next: heads[slot]))
    heads[slot] = Int16(patterns.count - 1)
    literals += literal
  }

  private static func slot(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
    (Int(first) << 8 ^ Int(second) << 4 ^ Int(third)) & (1 << tableBits - 1)
  }

  func contains(_ name: String) -> Bool {
    var name = name
    guard name.utf8.count >= Self.keyLength else { return short.contains(name) }
    return name.withUTF8 { contains($0) }
  }

  private func contains(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    heads.withUnsafeBufferPointer { heads in
      for start in 0...(name.count - Self.keyLength) {
        var index = heads[Self.slot(name[start], name[start + 1], name[start + 2])]
        while index >= 0 {
          let pattern = patterns[Int(index)]
          if matches(pattern, name, at: start) { return true }
          index = pattern.next
        }
      }
      return false
    }
  }

  private func matches(_ pattern: Pattern, _ name: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
    guard start == 0 || !pattern.isAnchoredAtStart, start + pattern.count <= name.count,
      start + pattern.count == name.count || !pattern.isAnchoredAtEnd
    else { return false }
    return literals.withUnsafeBufferPointer {
      memcmp(name.baseAddress! + start, $0.baseAddress! + pattern.start, pattern.count) == 0
    }
  }
}
