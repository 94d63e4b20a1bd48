import Model

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
    var output: [UInt8] = []
    for word in Array(text.lowercased().utf8).split(separator: 0x20) {
      if !output.isEmpty { output.append(0x20) }
      let isVariable =
        word.contains(where: \.isDigit) || word.first == UInt8(ascii: "'") || word.first == UInt8(ascii: "\"")
      output += isVariable ? [UInt8(ascii: "#")] : word
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The text without what differs from run to run, as titles have it: offsets gone, `ADDR` for addresses, `LINE` for
  /// lines of a source, `NUM` for other numbers.
  static func neutral(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var output: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let word = bytes[index...].prefix { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 >= 0x80 }
      guard !word.isEmpty else {
        output.append(bytes[index])
        index += 1
        continue
      }
      index = word.endIndex
      if bytes[index...].hasPrefix("+0x") { index = endOfOffset(bytes, index) }
      if isAddress(word) {
        output += Array("ADDR".utf8)
      } else if word.allSatisfy(\.isDigit) {
        appendNumber(to: &output)
      } else {
        output += word
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The index behind `+0x10/0x20`.
  private static func endOfOffset(_ bytes: [UInt8], _ start: Int) -> Int {
    var end = bytes[(start + 3)...].prefix { $0.hexDigit != nil }.endIndex
    if bytes[end...].hasPrefix("/0x") { end = bytes[(end + 3)...].prefix { $0.hexDigit != nil }.endIndex }
    return end
  }

  private static func isAddress(_ word: Bytes) -> Bool {
    if let digits = word.dropping("0x") { return digits.allSatisfy { $0.hexDigit != nil } }
    return word.count >= 8 && word.allSatisfy { $0.hexDigit != nil }
  }

  private static func appendNumber(to output: inout [UInt8]) {
    if output[...].hasSuffix("CPU#") {
      output.removeLast()
    } else {
      output += Array((output[...].hasSuffix(".c:") || output[...].hasSuffix(".h:") ? "LINE" : "NUM").utf8)
    }
  }

}
