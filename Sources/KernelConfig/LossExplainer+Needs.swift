extension LossExplainer {
  // Enough to see what is missing; the first ones are the outermost.
  private static let mostNeeds = 3
  private static let deepestCause = 4

  /// Conditions that keep an option below `level`, for people; `path` are the options that led here.
  func needs(_ conditions: [KconfigExpression], _ level: Tristate, from path: [String]) -> [UnmetNeed] {
    // Where one can never hold here, the others do not matter.
    let never = conditions.filter { !scope.isPossible($0) }
    let shown = never.isEmpty ? conditions : never
    var named: Set<String> = []
    var needs: [UnmetNeed] = []
    for condition in shown.prefix(Self.mostNeeds) {
      var need = need(condition, level, from: path)
      guard !named.contains(need.condition) else { continue }
      need.forget(&named)
      needs.append(need)
    }
    let more = shown.count - Self.mostNeeds
    return more > 0 ? needs + [UnmetNeed(condition: "\(more) more", state: "")] : needs
  }

  private func need(_ condition: KconfigExpression, _ level: Tristate, from path: [String]) -> UnmetNeed {
    switch condition {
    case .symbol(let name) where !name.isKconfigConstant: return need(symbol: name, level, from: path)
    case .not(.symbol(let name)), .compare(.symbol(let name), .equal, .symbol("n")): return needOff(name)
    case .compare(.symbol(let name), .equal, .symbol("y")) where !name.isKconfigConstant:
      let need = need(symbol: name, .yes, from: path)
      return UnmetNeed(condition: condition.description, state: need.state, cause: need.cause)
    case .or: return need(oneOf: condition, level, from: path)
    default: return UnmetNeed(condition: condition.description, state: state(condition.symbols))
    }
  }

  private func need(symbol name: String, _ level: Tristate, from path: [String]) -> UnmetNeed {
    guard let symbol = scope.tree.symbols[name] else {
      let homes = others.options[name].map { "only for \(brief($0))" }
      return UnmetNeed(condition: name, state: homes ?? "not in Linux \(merged.version)")
    }
    let value = "is \(scope.value(of: name).letter)"
    let level = symbol.kind == .bool ? .module : level
    guard symbol.hasPrompt else { return needUnseen(name, symbol, value, level, path) }
    let request = place(name).map { "though asked for in \($0)" } ?? "asked for nowhere"
    return UnmetNeed(
      condition: name, state: "\(value), \(request)", cause: causes(name, symbol, level, path, forPrompt: true))
  }

  private func needUnseen(
    _ name: String, _ symbol: KconfigSymbol, _ value: String, _ level: Tristate, _ path: [String]
  ) -> UnmetNeed {
    let setters = scope.setters(of: symbol)
    guard setters.isEmpty else {
      return UnmetNeed(
        condition: name, state: "\(value), set only by what selects it: \(brief(setters))",
        cause: setterNeeds(setters, level, from: path + [name]))
    }
    if let macro = toolchainDefault(symbol) {
      return UnmetNeed(condition: name, state: "\(value), decided by the toolchain: \(macro)")
    }
    let cause = path.count < Self.deepestCause ? defaultNeeds(symbol, level, from: path + [name]) : []
    if cause.isEmpty, let homes = others.setters[name] {
      return UnmetNeed(condition: name, state: "\(value), selected only for \(brief(homes))")
    }
    let why = cause.isEmpty ? "nothing sets it" : "without a prompt"
    return UnmetNeed(condition: name, state: "\(value), \(why)", cause: Array(cause.prefix(1)))
  }

  /// Needs of an option whose only setter is this one.
  func setterNeeds(_ setters: [String], _ level: Tristate, from path: [String]) -> [UnmetNeed] {
    guard setters.count == 1, let symbol = scope.tree.symbols[setters[0]] else { return [] }
    return causes(setters[0], symbol, level, path, forPrompt: symbol.hasPrompt)
  }

  // Why a missing option is missing itself: its first unmet condition.
  private func causes(
    _ name: String, _ symbol: KconfigSymbol, _ level: Tristate, _ path: [String], forPrompt: Bool
  ) -> [UnmetNeed] {
    guard path.count < Self.deepestCause, !path.contains(name) else { return [] }
    guard let unmet = scope.shortfall(of: symbol, below: level, forPrompt: forPrompt)?.unmet else { return [] }
    let worst = unmet.first { !scope.isPossible($0) } ?? unmet.first
    return worst.map { [need($0, level, from: path + [name])] } ?? []
  }

  /// Needs of an option without a prompt for a default of at least `level`.
  func defaultNeeds(_ symbol: KconfigSymbol, _ level: Tristate, from path: [String]) -> [UnmetNeed] {
    if let unmet = scope.shortfall(of: symbol, below: level, forPrompt: false)?.unmet, !unmet.isEmpty {
      return needs(unmet, level, from: path)
    }
    for text in symbol.definitions.flatMap(\.defaults).prefix(20) {
      guard let value = KconfigExpression(scope.tree.operands(text)) else { continue }
      let conditions = [value] + [scope.tree.condition(text)].compactMap(\.self)
      let unmet = scope.split(conditions.flatMap(\.conjuncts), below: level).unmet
      if !unmet.isEmpty, unmet != [.symbol("n")] { return needs(unmet, level, from: path) }
    }
    return []
  }

  private func toolchainDefault(_ symbol: KconfigSymbol) -> String? {
    for text in symbol.definitions.flatMap(\.defaults).prefix(20) {
      guard let value = KconfigExpression(scope.tree.operands(text)) else { continue }
      let macros = value.conjuncts.filter { if case .unknown = $0 { true } else { false } }
      if let macro = macros.first { return macro.description.escaped() }
    }
    return nil
  }

  private func needOff(_ name: String) -> UnmetNeed {
    let condition = "\(name) off"
    if scope.tree.isArchitecture(name) {
      return UnmetNeed(condition: "!\(name)", state: "never for \(scope.tree.variables.architecture)")
    }
    let value = "is \(scope.value(of: name).letter)"
    if let place = place(name) { return UnmetNeed(condition: condition, state: "\(value), asked for in \(place)") }
    let selecting = scope.tree.symbols[name].map { scope.selecting($0, to: .module) } ?? []
    guard selecting.isEmpty else {
      return UnmetNeed(condition: condition, state: "\(value), selected by \(brief(selecting))")
    }
    return UnmetNeed(condition: condition, state: value)
  }

  // Alternatives that this architecture never has are no help.
  private func need(oneOf condition: KconfigExpression, _ level: Tristate, from path: [String]) -> UnmetNeed {
    let possible = condition.alternatives.filter(scope.isPossible)
    guard let only = possible.first else {
      return UnmetNeed(condition: condition.description, state: "not for \(scope.tree.variables.architecture)")
    }
    if possible.count == 1 {
      let unmet = scope.split(only.conjuncts, below: level).unmet
      return unmet.first.map { need($0, level, from: path) } ?? UnmetNeed(condition: only.description, state: "")
    }
    let left = KconfigExpression.or(possible)
    return UnmetNeed(condition: left.description, state: state(left.symbols))
  }

  private func state(_ names: [String]) -> String {
    let values = names.prefix(6).map { name in
      let value = scope.text(of: .symbol(name)) ?? ""
      return "\(name) is \(value.isEmpty ? "not set" : value)"
    }
    return values.joined(separator: ", ") + (names.count > 6 ? ", ..." : "")
  }

  private func brief(_ names: [String]) -> String { describe(names, atMost: 4) }
}

extension UnmetNeed {
  /// Drops causes that were named before.
  fileprivate mutating func forget(_ named: inout Set<String>) {
    named.insert(condition)
    cause.removeAll { named.contains($0.condition) }
    for index in cause.indices { cause[index].forget(&named) }
  }
}

/// Some names, and how many more there are.
func describe(_ names: [String], atMost limit: Int) -> String {
  guard names.count > limit + 1 else { return names.joined(separator: ", ") }
  return names.prefix(limit).joined(separator: ", ") + " and \(names.count - limit) more"
}
