/// A function and the place inside it, as a tool read them from debug information.
struct CodeLine: Hashable, Sendable {
  /// nil when not known.
  let function: String?
  let file: String?
  let line: Int

  /// Functions inlined into one another at one address; the kernel's own are never half as many.
  private static let deepest = 64

  /// Reads what `addr2line --addresses --functions --inlines` prints: for each address a line with it, then two lines
  /// for each function.
  ///
  /// - Parameter addresses: those that were asked for, in order; names are hostile, so an answer counts only in turn.
  static func chains(_ output: [UInt8], of addresses: [UInt64]) -> [UInt64: [CodeLine]] {
    var chains: [UInt64: [CodeLine]] = [:]
    var current: UInt64?
    var next = addresses.makeIterator()
    var expected = next.next()
    var function: String?
    for line in output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if let asked = expected, line.starts(with: "0x".utf8), number(line) == asked {
        (current, expected, function) = (asked, next.next(), nil)
      } else if let address = current {
        guard let name = function else {
          function = clean(String(decoding: line.prefix(4096), as: UTF8.self))
          continue
        }
        function = nil
        if chains[address, default: []].count < deepest { chains[address, default: []].append(Self(name, line)) }
      }
    }
    return chains.mapValues(withoutParts)
  }

  /// A compiler that splits a function (`foo.part.0`) seems to inline it into itself: the inner place is the real one.
  private static func withoutParts(_ chain: [CodeLine]) -> [CodeLine] {
    var result: [CodeLine] = []
    for line in chain where line.function == nil || line.function != result.last?.function { result.append(line) }
    return result
  }

  private static func number(_ line: ArraySlice<UInt8>) -> UInt64? {
    UInt64(String(decoding: line.dropFirst(2).prefix(17), as: UTF8.self), radix: 16)
  }

  /// Reads `file.c:12 (discriminator 3)`, where `?` and 0 stand for what is not known.
  private init(_ name: String, _ place: ArraySlice<UInt8>) {
    function = name == "??" || name.isEmpty ? nil : name
    let text = String(decoding: place.prefix(4096), as: UTF8.self)
    let plain = text.hasSuffix(")") ? text.split(separator: " (discriminator ").first.map(String.init) ?? "" : text
    let parts = plain.split(separator: ":")
    line = parts.last.flatMap { Int($0) } ?? 0
    let path = clean(parts.dropLast().joined(separator: ":"), limit: 4096)
    file = path.isEmpty || path == "??" ? nil : path
  }
}
