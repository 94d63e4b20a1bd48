/// FNV-1a of 64 bits (Fowler, Noll, Vo): the same in every process, which Swift's own hashes are not.
package func stableNumber(_ text: String) -> UInt64 {
  text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

/// ``stableNumber(_:)`` in hex, at most 16 digits.
package func stableHash(_ text: String) -> String { String(stableNumber(text), radix: 16) }

/// ``stableNumber(_:)`` as 16 hex digits, as signatures have them.
package func stableDigits(_ text: String) -> String {
  let digits = stableHash(text)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// True if a text is lower-case hex digits alone, so many of them.
package func isHexID(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
  lengths.contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
}
