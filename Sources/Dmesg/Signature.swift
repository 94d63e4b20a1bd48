import Model

extension UInt8 {
  /// Of the bytes that words of titles hold.
  fileprivate var isWordByte: Bool { isLetter || isDigit || self == UInt8(ascii: "_") || self >= 0x80 }
}

/// Names a bug by what does not change between builds, machines and runs; `docs/signatures.md` has the rule.
enum Signature {
  static func make(kind: FindingKind, function: String?, bugClass: String) -> String {
    let name = function.map { SymbolName.systemCall($0).map { "sys_\($0)" } ?? SymbolName.plain($0) } ?? ""
    return stableDigits("\(kind.rawValue)|\(name)|\(normalized(bugClass))")
  }

  /// Of a test that a program tells of: its name is taken as it is, because numbers tell tests apart.
  static func make(program: String, test: String) -> String { stableDigits("test|\(program)|\(test)") }

  /// The text without what differs from run to run: numbers, addresses, quoted names, device names.
  static func normalized(_ text: String) -> String {
    text.lowercased().withBytes { text in
      var output: [UInt8] = []
      output.reserveCapacity(text.count)
      var rest = text
      while !rest.isEmpty {
        let word = rest.firstWord
        rest = rest.dropFirst(word.count + 1)
        guard let first = word.first else { continue }
        if !output.isEmpty { output.append(0x20) }
        if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") || word.contains(where: \.isDigit) {
          output.append(UInt8(ascii: "#"))
        } else {
          word.withUnsafeBufferPointer { output.append(contentsOf: $0) }
        }
      }
      return String(decoding: output, as: UTF8.self)
    }
  }

  /// The text without what differs from run to run, as titles have it: offsets gone, `ADDR` for addresses and whatever
  /// looks like one (six hexadecimal digits), `IP` for addresses of the network, `LINE` for lines of a source, `NUM` for
  /// other numbers.
  static func neutral(_ text: String) -> String { text.withBytes(neutral) }

  private static func neutral(_ bytes: Bytes) -> String {
    var output: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let word = bytes[index...].prefix { $0.isWordByte }
      guard !word.isEmpty else {
        output.append(bytes[index])
        index += 1
        continue
      }
      index = word.endIndex
      if let rest = networkAddress(bytes[word.startIndex...]) {
        output += Array("IP".utf8)
        index = rest
        continue
      }
      if bytes[index...].hasPrefix("+0x") { index = endOfOffset(bytes, index) }
      if let rest = behindAddress(word) {
        output += Array("ADDR".utf8) + rest
      } else if word.allSatisfy(\.isDigit) {
        appendNumber(to: &output)
      } else {
        output += word
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The index behind `+0x10/0x20`.
  private static func endOfOffset(_ bytes: Bytes, _ start: Int) -> Int {
    let end = bytes[(start + 3)...].prefix { $0.hexDigit != nil }.endIndex
    guard let size = bytes[end...].dropping("/0x") else { return end }
    return size.prefix { $0.hexDigit != nil }.endIndex
  }

  /// The index behind four numbers with points between them.
  private static func networkAddress(_ text: Bytes) -> Int? {
    var rest = text
    for part in 0..<4 {
      if part > 0 {
        guard rest.first == UInt8(ascii: ".") else { return nil }
        rest = rest.dropFirst()
      }
      let digits = rest.prefix { $0.isDigit }
      guard (1...3).contains(digits.count) else { return nil }
      rest = rest.dropFirst(digits.count)
    }
    return rest.startIndex
  }

  /// The word's rest behind an address at its start.
  private static func behindAddress(_ word: Bytes) -> Bytes? {
    let body = word.dropping("0x") ?? word
    let digits = body.prefix { $0.hexDigit != nil && !$0.isUpper }
    return digits.count >= 6 ? body.dropFirst(digits.count) : nil
  }

  private static func appendNumber(to output: inout [UInt8]) {
    if output.withBytes({ $0.hasSuffix("CPU#") }) {
      output.removeLast()
    } else if output.withBytes({ $0.hasSuffix(":LINE:") }) {
      // A column; the line stands for both.
      output.removeLast()
    } else {
      output += Array((output.withBytes(isBehindFile) ? "LINE" : "NUM").utf8)
    }
  }

  /// The text ends in a file's extension and a colon.
  private static func isBehindFile(_ text: Bytes) -> Bool {
    guard text.last == UInt8(ascii: ":") else { return false }
    let name = text.dropLast()
    let word = name.suffix(16).reversed().prefix { $0.isWordByte }.count
    return word > 0 && name.dropLast(word).last == UInt8(ascii: ".")
  }

}
