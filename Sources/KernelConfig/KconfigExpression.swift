/// A condition, as Documentation/kbuild/kconfig-language.rst has them.
indirect enum KconfigExpression: Hashable {
  case symbol(String)
  /// A quoted text.
  case text(String)
  /// Unknown: known only to the build, or nested too deeply.
  case unknown(String)
  case not(Self)
  case and([Self])
  case or([Self])
  case compare(Self, KconfigToken.Sign, Self)

  /// The parts that must all hold, from outside in.
  var conjuncts: [Self] {
    if case .and(let parts) = self { return parts.flatMap(\.conjuncts) }
    return [self]
  }

  /// The parts of which one is enough.
  var alternatives: [Self] {
    if case .or(let parts) = self { return parts.flatMap(\.alternatives) }
    return [self]
  }

  /// Every symbol that is named, in order and once; constants are none.
  var symbols: [String] {
    var names: [String] = []
    for name in allSymbols where !names.contains(name) { names.append(name) }
    return names
  }

  private var allSymbols: [String] {
    switch self {
    case .symbol(let name): name.isKconfigConstant ? [] : [name]
    case .text, .unknown: []
    case .not(let part): part.allSymbols
    case .and(let parts), .or(let parts): parts.flatMap(\.allSymbols)
    case .compare(let left, _, let right): left.allSymbols + right.allSymbols
    }
  }
}

extension KconfigExpression: CustomStringConvertible {
  /// As a Kconfig file would have it.
  var description: String {
    switch self {
    case .symbol(let name), .unknown(let name): name
    case .text(let text): "\"\(text)\""
    case .not(let part): "!" + part.nested
    case .and(let parts): parts.map(\.nested).joined(separator: " && ")
    case .or(let parts): parts.map(\.nested).joined(separator: " || ")
    case .compare(let left, let sign, let right): "\(left)\(sign.rawValue)\(right)"
    }
  }

  private var nested: String {
    switch self {
    case .and, .or: "(\(self))"
    case .symbol, .text, .unknown, .not, .compare: description
    }
  }
}

extension String {
  /// True if the word stands for itself: y, m, n or a number.
  var isKconfigConstant: Bool { ["y", "m", "n"].contains(self) || kconfigNumber != nil }

  /// Its value when it is a number as Kconfig has them, decimal or hexadecimal.
  var kconfigNumber: Int? { hasPrefix("0x") || hasPrefix("0X") ? Int(dropFirst(2), radix: 16) : Int(self) }
}
