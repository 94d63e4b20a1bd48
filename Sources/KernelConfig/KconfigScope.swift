/// Options as they are in a finished `.config`, and what Kconfig's conditions come to with them.
struct KconfigScope {
  let tree: KconfigTree
  let final: FinalConfig
  /// The kernel's, whose `conf` it follows.
  let version: KernelVersion

  /// n for what is no logical option, as `conf` takes it.
  func value(of name: String) -> Tristate {
    switch name {
    case "y": .yes
    // m asks for a module, which there is none without CONFIG_MODULES.
    case "m": min(.module, final[option: "MODULES"]?.tristate ?? .no)
    default: tree.symbols[name] == nil ? .no : final[option: name]?.tristate ?? .no
    }
  }

  /// Value of a condition.
  func evaluate(_ expression: KconfigExpression) -> TristateRange {
    switch expression {
    case .symbol(let name): TristateRange(value(of: name))
    case .text(let text): TristateRange(["y", "m"].contains(text) ? value(of: text) : .no)
    case .unknown: .unknown
    case .not(let part): !evaluate(part)
    case .and(let parts): parts.reduce(TristateRange(.yes)) { $0 && evaluate($1) }
    case .or(let parts): parts.reduce(TristateRange(.no)) { $0 || evaluate($1) }
    case .compare(let left, let sign, let right): compare(left, sign, right)
    }
  }

  /// True if some configuration for this architecture, and not only for compile tests, can meet it.
  func isPossible(_ condition: KconfigExpression) -> Bool {
    switch condition {
    case .symbol("n"): false
    case .symbol("COMPILE_TEST"), .symbol("BROKEN"): evaluate(condition).high > .no
    case .symbol(let name): name.isKconfigConstant || tree.symbols[name]?.isSettable == true
    case .not(.symbol(let name)): !tree.isArchitecture(name)
    case .and(let parts): parts.allSatisfy(isPossible)
    case .or(let parts): parts.contains(where: isPossible)
    case .not, .compare, .text, .unknown: true
    }
  }

  // As numbers where both are some, n < m < y where both are those, else letter by letter (expr_calc_value in
  // scripts/kconfig/expr.c).
  private func compare(
    _ left: KconfigExpression, _ sign: KconfigToken.Sign, _ right: KconfigExpression
  ) -> TristateRange {
    guard let left = text(of: left), let right = text(of: right) else { return .unknown }
    if let one = left.kconfigNumber, let other = right.kconfigNumber { return TristateRange(sign.holds(one, other)) }
    if let one = Tristate(letter: left), let other = Tristate(letter: right) {
      return TristateRange(sign.holds(one, other))
    }
    return TristateRange(sign.holds(left, right))
  }

  /// The value as a comparison sees it; nil when only the build knows it.
  func text(of expression: KconfigExpression) -> String? {
    switch expression {
    case .text(let text): text
    case .symbol(let name): text(of: name)
    case .unknown, .not, .and, .or, .compare: nil
    }
  }

  private func text(of name: String) -> String {
    guard let symbol = tree.symbols[name], let kind = symbol.kind else { return name }
    switch final[option: name] {
    case .string(let text): return text
    case .number(let digits): return digits
    case .yes, .module, .no, nil: return kind.isLogical ? value(of: name).letter : ""
    }
  }
}

extension KconfigToken.Sign {
  func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
    switch self {
    case .equal: left == right
    case .unequal: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    case .and, .or, .not, .open, .close: false
    }
  }
}
