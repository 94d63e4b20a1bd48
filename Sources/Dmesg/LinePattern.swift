/// A headline's wording with holes: `{}` takes any text up to what follows it, `{*}` does and forgets it,
/// `{function}` takes a symbol.
struct LinePattern: Sendable {
  private enum Part: Sendable {
    case literal([UInt8])
    case text(isKept: Bool)
    case function
  }

  /// Contents of the holes in a line.
  struct Match: Sendable {
    var captures: [Bytes] = []
    var function: Bytes?
    /// A symbolizer says that the function is inlined into another.
    var isInlined = false
    /// The text after the last part.
    var rest = Bytes()
  }

  private let parts: [Part]
  /// The wording, for tests and messages.
  let wording: String

  init(_ wording: String) {
    self.wording = wording
    var parts: [Part] = []
    var rest = wording[...]
    // As UTF-8, because hundreds are read before the first line is.
    while let open = rest.utf8.firstIndex(of: UInt8(ascii: "{")),
      let close = rest.utf8[open...].firstIndex(of: UInt8(ascii: "}"))
    {
      if open > rest.startIndex { parts.append(.literal(Array(rest.utf8[..<open]))) }
      switch rest[rest.utf8.index(after: open)..<close] {
      case "function": parts.append(.function)
      case "*": parts.append(.text(isKept: false))
      default: parts.append(.text(isKept: true))
      }
      rest = rest[rest.utf8.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.literal(Array(rest.utf8))) }
    self.parts = parts
  }

  /// It has more fixed words.
  func isLonger(than other: LinePattern) -> Bool { wording.utf8.count > other.wording.utf8.count }

  /// The byte that every matching line starts with; nil when it starts with a hole.
  var firstByte: UInt8? {
    if case .literal(let literal)? = parts.first { literal.first } else { nil }
  }

  /// Matches from the start of the text; text after the last part is free.
  func match(_ text: Bytes) -> Match? {
    var match = Match()
    var rest = text
    var index = 0
    while index < parts.count {
      switch parts[index] {
      case .literal(let literal):
        guard rest.hasPrefix(literal) else { return nil }
        rest = rest.dropFirst(literal.count)
      case .function:
        guard let entry = TraceEntry(symbol: rest.firstWord) ?? TraceEntry(symbol: rest) else { return nil }
        match.function = entry.name
        match.isInlined = rest.hasSuffix("[inline]")
        rest = rest.dropFirst(entry.name.count).drop { !$0.isBlank && $0 != UInt8(ascii: ",") }
      case .text(let isKept):
        guard let end = end(ofTextBefore: index + 1, in: rest) else { return nil }
        if isKept { match.captures.append(rest[..<end]) }
        rest = rest[end...]
      }
      index += 1
    }
    match.rest = rest
    return match
  }

  private func end(ofTextBefore next: Int, in rest: Bytes) -> Int? {
    guard next < parts.count, case .literal(let literal) = parts[next], let first = literal.first else {
      return rest.endIndex
    }
    var start = rest.startIndex
    while let hit = rest[start...].index(of: first) {
      if rest[hit...].hasPrefix(literal) { return hit }
      start = hit + 1
    }
    return nil
  }
}
