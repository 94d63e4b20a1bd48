/// The line `diff --git a/x b/x`, also where a mail program broke it or joined the next ones to it.
struct GitFileLine {
  private(set) var names: (old: String, new: String)?
  /// Number of lines of the text.
  private(set) var taken = 1
  /// Extended headers that stand on the same line.
  private(set) var headers: [String] = []

  init(_ lines: [DiffLine], at index: Int) {
    let line = lines[index].bytes
    names = Self.agreed(line)
    if names == nil { readJoined(line) }
    if names == nil { readBroken(lines, at: index) }
    names = names ?? DiffPath.both(line)
  }

  private static func agreed(_ line: ArraySlice<UInt8>) -> (old: String, new: String)? {
    guard line.count <= 40_000 else { return nil }
    let text = String(decoding: line.dropFirst(11).trimmedEnd, as: UTF8.self)
    return text.hasPrefix("\"") ? DiffPath.both(line) : DiffPath.equalPair(text)
  }

  // Outlook joins the line with the next one: `diff --git a/x b/x index 123..456 100644`.
  private mutating func readJoined(_ line: ArraySlice<UInt8>) {
    let words = String(decoding: line.prefix(10_000).trimmedEnd, as: UTF8.self).split(separator: " ")
    let starts = words.indices.filter { index in
      // No header's name has more than three words.
      let text = words[index...].prefix(4).joined(separator: " ")
      return index > 3 && ExtendedHeader.names.contains { text.hasPrefix($0) }
    }
    guard let first = starts.first, words.count < 256 else { return }
    let head = Array(words[..<first].joined(separator: " ").utf8)
    names = Self.agreed(head[...]) ?? DiffPath.both(head[...])
    guard names != nil else { return }
    for (place, start) in starts.enumerated() {
      let end = place + 1 < starts.count ? starts[place + 1] : words.endIndex
      headers.append(words[start..<end].joined(separator: " "))
    }
  }

  // The longest line of a head is the one that gets broken, between words or, behind a slash, inside of one.
  private mutating func readBroken(_ lines: [DiffLine], at index: Int) {
    guard index + 1 < lines.count else { return }
    let next = lines[index + 1].bytes
    let text = String(decoding: next.prefix(16), as: UTF8.self)
    guard !next.hasPrefix("--- "), !ExtendedHeader.names.contains(where: { text.hasPrefix($0) }) else { return }
    let first = Array(lines[index].bytes.trimmedEnd)
    let second = next.drop(while: \.isBlank)
    names = Self.agreed((first + [.space] + second)[...]) ?? Self.agreed((first + second)[...])
    if names != nil { taken = 2 }
  }
}
