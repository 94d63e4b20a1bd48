/// Function names, or parts of them: `mutex_*` stands for names that begin so, `*_trap` for names that end so,
/// `*kasan*` for names that hold it, and `down` for itself.
///
/// A name is looked up in time that grows with its length and not with the number of patterns.
struct NamePatterns: Sendable {
  private struct Pattern: Sendable {
    let literal: [UInt8]
    let isAnchoredAtStart: Bool
    let isAnchoredAtEnd: Bool
  }

  /// By the first three bytes of the literal.
  private var byKey: [UInt32: [Pattern]] = [:]
  /// Whole names that are shorter than a key.
  private var short: Set<String> = []

  init(_ wordings: [String]) {
    for wording in wordings { insert(wording) }
  }

  private mutating func insert(_ wording: String) {
    let bytes = Array(wording.utf8)
    let star = UInt8(ascii: "*")
    let literal = bytes.filter { $0 != star }
    let pattern = Pattern(
      literal: literal, isAnchoredAtStart: bytes.first != star, isAnchoredAtEnd: bytes.last != star)
    guard let key = Self.key(literal[...]) else {
      assert(pattern.isAnchoredAtStart && pattern.isAnchoredAtEnd, "a part of less than three bytes is in most names")
      short.insert(wording)
      return
    }
    byKey[key, default: []].append(pattern)
  }

  /// The first three bytes; nil when there are fewer.
  private static func key(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    guard bytes.count >= 3 else { return nil }
    return bytes.prefix(3).reduce(0) { $0 << 8 | UInt32($1) }
  }

  func contains(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard bytes.count >= 3 else { return short.contains(name) }
    for start in 0...(bytes.count - 3) {
      guard let key = Self.key(bytes[start...]), let patterns = byKey[key] else { continue }
      let rest = bytes[start...]
      for pattern in patterns where rest.starts(with: pattern.literal) {
        if pattern.isAnchoredAtStart && start > 0 { continue }
        if pattern.isAnchoredAtEnd && rest.count > pattern.literal.count { continue }
        return true
      }
    }
    return false
  }
}
