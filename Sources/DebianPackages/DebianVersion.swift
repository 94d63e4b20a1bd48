/// A Debian version, ordered as dpkg orders them: epoch, upstream version, revision (Debian Policy 5.6.12).
package struct DebianVersion: Sendable, Hashable, Comparable {
  private let epoch: Int
  private let upstream: [UInt8]
  private let revision: [UInt8]

  /// Reads any text; what is no version is ordered by the same rules.
  package init(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let number = parts.count == 2 ? Int(parts[0]) : nil
    epoch = number ?? 0
    let rest = Array((number == nil ? text[...] : parts[1]).utf8)
    let hyphen = rest.lastIndex(of: UInt8(ascii: "-"))
    upstream = Array(rest[..<(hyphen ?? rest.endIndex)])
    revision = hyphen.map { Array(rest[($0 + 1)...]) } ?? []
  }

  package static func < (one: DebianVersion, other: DebianVersion) -> Bool { one.compared(to: other) < 0 }

  /// Versions that are ordered alike are equal, as `1.0` and `1.0-0` are.
  package static func == (one: DebianVersion, other: DebianVersion) -> Bool { one.compared(to: other) == 0 }

  package func hash(into hasher: inout Hasher) { hasher.combine(epoch) }

  private func compared(to other: DebianVersion) -> Int {
    if epoch != other.epoch { return epoch < other.epoch ? -1 : 1 }
    let upstreams = Self.compare(upstream, other.upstream)
    return upstreams != 0 ? upstreams : Self.compare(revision, other.revision)
  }

  // Stretches without and with digits in turns.
  private static func compare(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var (one, other) = (one[...], other[...])
    while !one.isEmpty || !other.isEmpty {
      while one.first.map(isDigit) == false || other.first.map(isDigit) == false {
        let difference = rank(one.first) - rank(other.first)
        if difference != 0 { return difference }
        one = one.dropFirst()
        other = other.dropFirst()
      }
      let (number, against) = (leadingNumber(&one), leadingNumber(&other))
      if number.count != against.count { return number.count - against.count }
      for (digit, otherDigit) in zip(number, against) where digit != otherDigit { return Int(digit) - Int(otherDigit) }
    }
    return 0
  }

  // A tilde sorts before the end, letters before everything else.
  private static func rank(_ byte: UInt8?) -> Int {
    guard let byte, !isDigit(byte) else { return 0 }
    if byte == UInt8(ascii: "~") { return -1 }
    let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    return isLetter ? Int(byte) : Int(byte) + 256
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func leadingNumber(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let digits = text.prefix(while: isDigit)
    text = text.dropFirst(digits.count)
    return digits.drop { $0 == UInt8(ascii: "0") }
  }
}
