extension KconfigExpression {
  /// Reads a condition; nil when the tokens are none.
  init?(_ tokens: some Sequence<KconfigToken>) {
    var parser = ExpressionParser(rest: Array(tokens)[...])
    guard let expression = parser.disjunction(depth: 0), parser.rest.isEmpty else { return nil }
    self = expression
  }
}

private struct ExpressionParser {
  var rest: ArraySlice<KconfigToken>

  // Real trees nest some five levels; below that a condition counts as unknown.
  private static let deepest = 64

  mutating func disjunction(depth: Int) -> KconfigExpression? {
    list(of: .or, depth: depth, make: KconfigExpression.or) { $0.conjunction(depth: depth) }
  }

  private mutating func conjunction(depth: Int) -> KconfigExpression? {
    list(of: .and, depth: depth, make: KconfigExpression.and) { $0.operand(depth: depth) }
  }

  private mutating func list(
    of sign: KconfigToken.Sign, depth: Int, make: ([KconfigExpression]) -> KconfigExpression,
    part: (inout Self) -> KconfigExpression?
  ) -> KconfigExpression? {
    var parts: [KconfigExpression] = []
    repeat {
      guard let next = part(&self) else { return nil }
      parts.append(next)
    } while take(sign)
    return parts.count == 1 ? parts[0] : make(parts)
  }

  private mutating func operand(depth: Int) -> KconfigExpression? {
    guard depth < Self.deepest else { return skipTooDeep() }
    if take(.not) { return operand(depth: depth + 1).map { .not($0) } }
    if take(.open) {
      let inner = disjunction(depth: depth + 1)
      return take(.close) ? inner : nil
    }
    guard let left = atom() else { return nil }
    guard case .sign(let sign) = rest.first, sign.compares else { return left }
    rest.removeFirst()
    return atom().map { .compare(left, sign, $0) }
  }

  private mutating func atom() -> KconfigExpression? {
    switch rest.popFirst() {
    case .word(let name): .symbol(name)
    case .quoted(let text): .text(text)
    case .macro(let text): .unknown(text)
    case .sign, nil: nil
    }
  }

  private mutating func skipTooDeep() -> KconfigExpression {
    var open = 0
    while let token = rest.first {
      if token == .sign(.close) {
        if open == 0 { break }
        open -= 1
      }
      if token == .sign(.open) { open += 1 }
      rest.removeFirst()
    }
    return .unknown("(...)")
  }

  private mutating func take(_ sign: KconfigToken.Sign) -> Bool {
    guard rest.first == .sign(sign) else { return false }
    rest.removeFirst()
    return true
  }
}

extension KconfigToken.Sign {
  var compares: Bool {
    switch self {
    case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual: true
    case .and, .or, .not, .open, .close: false
    }
  }
}
