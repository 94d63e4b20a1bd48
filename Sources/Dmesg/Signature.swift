import Model

/// Names a bug by what does not change between builds, machines and runs; `docs/signatures.md` has the rule.
enum Signature {
  static func make(kind: FindingKind, function: String?, bugClass: String) -> String {
    let name = function.map { SymbolName.systemCall($0).map { "sys_\($0)" } ?? SymbolName.plain($0) } ?? ""
    return hexadecimal(fnv1a("\(kind.rawValue)|\(name)|\(normalized(bugClass))"))
  }

  /// Of a test that a program tells of: its name is taken as it is, because numbers tell tests apart.
  static func make(program: String, test: String) -> String { hexadecimal(fnv1a("test|\(program)|\(test)")) }

  /// The text without what differs from run to run: numbers, addresses, quoted names, device names.
  static func normalized(_ text: String) -> String {
    var words: [String] = []
    for word in text.utf8.split(separator: 0x20) {
      let isVariable =
        word.contains(where: \.isDigit) || word.first == UInt8(ascii: "'") || word.first == UInt8(ascii: "\"")
      words.append(isVariable ? "#" : Substring(word).lowercased())
    }
    return words.joined(separator: " ")
  }

  /// The text with offsets gone and numbers and addresses replaced, as titles have it.
  static func neutral(_ text: String) -> String {
    text.split(separator: " ").map { word -> String in
      let plain = word.split(separator: "+", maxSplits: 1).first.map(String.init) ?? String(word)
      if plain.count >= 8, plain.utf8.allSatisfy({ $0.hexDigit != nil }) { return "ADDR" }
      return plain.split(separator: ".").map { Int($0) == nil ? String($0) : "NUM" }.joined(separator: ".")
    }.joined(separator: " ")
  }

  /// Fowler, Noll and Vo, 64 bits: stable everywhere, unlike Swift's own hashes.
  private static func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
