/// Counts of the lines of substance in a text, up to white space.
struct LineCounts {
  private var counts: [Int: Int] = [:]

  init(_ bytes: [UInt8]) {
    for line in bytes.split(separator: 0x0A) where line.isSubstantial {
      counts[LineMatching.ignoringWhitespace.key(line), default: 0] += 1
    }
  }

  subscript(key: Int) -> Int { counts[key] ?? 0 }

  /// True if a merge has added most of the lines that `theirs` adds to those that `ours` had added already.
  ///
  /// diff3 knows the same change on both sides only where all around it is the same, too. Lines that both add at
  /// different places are common, but not most of a change.
  static func repeats(ours: [UInt8], base: [UInt8], theirs: [UInt8], merged: [UInt8]) -> Bool {
    let (ours, base, theirs, merged) = (Self(ours), Self(base), Self(theirs), Self(merged))
    var added = 0
    var repeated = 0
    for (key, count) in theirs.counts where count > base[key] {
      added += 1
      if ours[key] > base[key], merged[key] > max(ours[key], count) { repeated += 1 }
    }
    return repeated * 2 > added
  }
}
