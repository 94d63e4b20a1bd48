/// FNV-1a of 64 bits (Fowler, Noll, Vo): the same in every process, which Swift's own hashes are not. Against accidents,
/// not against forgers.
package func stableNumber(_ bytes: some Sequence<UInt8>) -> UInt64 {
  bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

/// ``stableNumber(_:)`` of a text's UTF-8 in hex, at most 16 digits.
package func stableHash(_ text: String) -> String { String(stableNumber(text.utf8), radix: 16) }

/// ``stableNumber(_:)`` as 16 hex digits, as signatures have them.
package func stableDigits(_ bytes: some Sequence<UInt8>) -> String {
  let digits = String(stableNumber(bytes), radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// ``stableNumber(_:)`` of a text's UTF-8 as 16 hex digits.
package func stableDigits(_ text: String) -> String { stableDigits(text.utf8) }

/// True if a text is lower-case hex digits alone, so many of them.
package func isHexID(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
  lengths.contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
}
