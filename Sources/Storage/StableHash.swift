/// FNV-1a of 64 bits (Fowler, Noll, Vo) in hex, at most 16 digits: the same in every process, which Swift's own hashes
/// are not.
package func stableHash(_ text: String) -> String {
  let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  return String(hash, radix: 16)
}
