/// The pieces of an expression (scripts/kconfig/lexer.l).
enum KconfigToken: Hashable {
  /// A symbol's name, a constant or a number.
  case word(String)
  case quoted(String)
  /// A macro whose value only the build knows, such as `$(cc-option,-mfentry)`.
  case macro(String)
  case sign(Sign)

  enum Sign: String {
    case and = "&&", or = "||", not = "!", open = "(", close = ")"
    case equal = "=", unequal = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
  }

  /// Reads up to the end or a comment; characters that the language does not have are skipped, as `conf` does.
  static func read(_ text: ArraySlice<UInt8>, _ variables: KconfigVariables) -> [KconfigToken] {
    var scanner = KconfigScanner(text, variables)
    var tokens: [KconfigToken] = []
    while let token = scanner.next() { tokens.append(token) }
    return tokens
  }
}

private struct KconfigScanner {
  private var rest: ArraySlice<UInt8>
  private let variables: KconfigVariables

  init(_ text: ArraySlice<UInt8>, _ variables: KconfigVariables) {
    rest = text
    self.variables = variables
  }

  mutating func next() -> KconfigToken? {
    while let byte = rest.first {
      switch byte {
      case UInt8(ascii: "#"): return nil
      case UInt8(ascii: "$"): return word()
      case _ where byte.isWordPart: return word()
      case _ where byte.isQuote: return quoted(byte)
      default:
        if let sign = sign() { return .sign(sign) }
        rest.removeFirst()
      }
    }
    return nil
  }

  private mutating func sign() -> KconfigToken.Sign? {
    for length in [2, 1] {
      let text = String(decoding: rest.prefix(length), as: UTF8.self)
      guard rest.count >= length, let sign = KconfigToken.Sign(rawValue: text) else { continue }
      rest.removeFirst(length)
      return sign
    }
    return nil
  }

  private mutating func word() -> KconfigToken {
    var end = rest.startIndex
    while end < rest.endIndex, rest[end].isWordPart || rest[end] == UInt8(ascii: "$") {
      end = rest[end] == UInt8(ascii: "$") ? endOfMacro(end) : end + 1
    }
    let text = String(decoding: rest[..<end], as: UTF8.self)
    rest = rest[end...]
    guard text.utf8.contains(UInt8(ascii: "$")) else { return .word(text) }
    return variables.expand(text).map { .word($0) } ?? .macro(text)
  }

  // Just behind `$(...)` with its own parentheses paired, or behind `$NAME`.
  private func endOfMacro(_ start: Int) -> Int {
    guard start + 1 < rest.endIndex, rest[start + 1] == UInt8(ascii: "(") else { return start + 1 }
    var depth = 0
    for index in (start + 1)..<rest.endIndex {
      if rest[index] == UInt8(ascii: "(") { depth += 1 }
      if rest[index] == UInt8(ascii: ")") { depth -= 1 }
      if depth == 0 { return index + 1 }
    }
    return rest.endIndex
  }

  private mutating func quoted(_ quote: UInt8) -> KconfigToken {
    var index = rest.startIndex + 1
    var text: [UInt8] = []
    while index < rest.endIndex, rest[index] != quote {
      let end = rest[index] == UInt8(ascii: "$") ? endOfMacro(index) : index + 1
      if rest[index] == UInt8(ascii: "\\"), end < rest.endIndex {
        text.append(rest[end])
        index = end + 1
      } else {
        text += rest[index..<end]
        index = end
      }
    }
    rest = rest[min(index + 1, rest.endIndex)...]
    let string = String(decoding: text, as: UTF8.self)
    guard text.contains(UInt8(ascii: "$")) else { return .quoted(string) }
    return variables.expand(string).map { .quoted($0) } ?? .macro(string)
  }
}

extension UInt8 {
  var isWordPart: Bool { isNamePart || self == UInt8(ascii: "-") }
  var isQuote: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") }
}
