/// Finds out why options have another value than the one that was asked for.
struct LossExplainer {
  let merged: MergedConfig
  let scope: KconfigScope
  let others: OtherArchitectures

  init(_ merged: MergedConfig, _ scope: KconfigScope) {
    self.merged = merged
    self.scope = scope
    others = OtherArchitectures(beside: scope.tree)
  }

  func reason(_ option: String, _ wanted: ConfigValue) -> LossReason {
    guard let symbol = scope.tree.symbols[option] else {
      if let homes = others.options[option] { return .otherArchitectures(homes) }
      let renamed = Renames.of(option).filter { scope.tree.symbols[$0] != nil }
      let similar = renamed.isEmpty ? SimilarNames.of(option, among: scope.tree.symbols) : []
      return .absent(renamedTo: renamed, similar: similar, unread: scope.tree.complaints.first)
    }
    guard let kind = symbol.kind, kind.takes(wanted) else { return .wrongType(symbol.kind?.rawValue ?? "nothing") }
    guard let level = wanted.tristate else { return textReason(option, symbol, wanted) }
    let got = scope.value(of: option)
    if level == .module, got == .yes, scope.value(of: "m") == .no { return .modulesOff }
    return level > got ? raising(option, symbol, kind, to: level) : lowering(option, symbol, from: got)
  }

  // It was to be higher: something limits it.
  private func raising(_ option: String, _ symbol: KconfigSymbol, _ kind: KconfigSymbol.Kind, to level: Tristate)
    -> LossReason
  {
    // For a bool a condition that is m is enough (sym_calc_visibility in scripts/kconfig/symbol.c).
    let level = kind == .bool ? .module : level
    guard let shortfall = scope.shortfall(of: symbol, below: level, forPrompt: true) else {
      return noPrompt(option, symbol, level)
    }
    if !shortfall.unmet.isEmpty { return .needs(needs(shortfall.unmet, level, from: [option])) }
    if let choice = scope.choice(of: symbol), let other = scope.chosen(in: choice).first(where: { $0 != option }) {
      return .choice(instead: other, place: place(other))
    }
    return shortfall.unsure.isEmpty ? .other : .toolchain(shortfall.unsure.map(\.description))
  }

  // It was to be lower: something keeps it up.
  private func lowering(_ option: String, _ symbol: KconfigSymbol, from level: Tristate) -> LossReason {
    let selecting = scope.selecting(symbol, to: level)
    // Those that somebody asked for explain the others.
    let asked = selecting.filter { place($0) != nil }
    if !selecting.isEmpty { return .selected((asked.isEmpty ? selecting : asked).prefix(3).map { chain($0, level) }) }
    guard let shortfall = scope.shortfall(of: symbol, below: .module, forPrompt: true) else {
      return .noPrompt(setBy: [], needs: [])
    }
    if !shortfall.unmet.isEmpty { return .hidden(needs(shortfall.unmet, .module, from: [option])) }
    if scope.choice(of: symbol) != nil { return .choice(instead: nil, place: nil) }
    return shortfall.unsure.isEmpty ? .other : .toolchain(shortfall.unsure.map(\.description))
  }

  private func textReason(_ option: String, _ symbol: KconfigSymbol, _ wanted: ConfigValue) -> LossReason {
    guard let shortfall = scope.shortfall(of: symbol, below: .module, forPrompt: true) else {
      return noPrompt(option, symbol, .module)
    }
    if !shortfall.unmet.isEmpty { return .needs(needs(shortfall.unmet, .module, from: [option])) }
    if let range = scope.rangeExcluding(wanted, of: symbol) { return .range(range) }
    return shortfall.unsure.isEmpty ? .other : .toolchain(shortfall.unsure.map(\.description))
  }

  private func noPrompt(_ option: String, _ symbol: KconfigSymbol, _ level: Tristate) -> LossReason {
    let setters = scope.setters(of: symbol)
    let needs =
      setters.isEmpty ? defaultNeeds(symbol, level, from: [option]) : setterNeeds(setters, level, from: [option])
    return .noPrompt(setBy: setters, needs: needs)
  }

  // The option that selects, and for one that nobody asked for what selects it in turn.
  private func chain(_ option: String, _ level: Tristate) -> String {
    var text = option
    var next = option
    for _ in 0..<3 {
      if let place = place(next) { return "\(text) (asked for in \(place))" }
      let above = scope.tree.symbols[next].map { scope.selecting($0, to: level) } ?? []
      guard let above = above.first(where: { place($0) != nil }) ?? above.first else { break }
      text += ", which \(above) selects"
      next = above
    }
    return text
  }

  /// Places of requests for more than n.
  func place(_ option: String) -> String? {
    guard let wanted = merged.wanted[option], wanted.value != .no else { return nil }
    return "\(wanted.fragment):\(wanted.line)"
  }
}

extension KconfigSymbol.Kind {
  /// True if an option of this kind can have the value.
  func takes(_ value: ConfigValue) -> Bool {
    switch (self, value) {
    case (.bool, .yes), (.bool, .no), (.tristate, .yes), (.tristate, .module), (.tristate, .no), (.string, .string):
      true
    case (.int, .number(let digits)): Int(digits) != nil
    case (.hex, .number(let digits)): !digits.hasPrefix("-")
    default: false
    }
  }
}

extension KconfigScope {
  /// The range that does not hold the number, as `12..25`; nil when it is in range.
  func rangeExcluding(_ value: ConfigValue, of symbol: KconfigSymbol) -> String? {
    guard case .number(let digits) = value, let kind = symbol.kind, kind == .int || kind == .hex else { return nil }
    let number = kind == .hex && !digits.lowercased().hasPrefix("0x") ? Int(digits, radix: 16) : digits.kconfigNumber
    for text in symbol.definitions.flatMap(\.ranges).prefix(50) {
      guard (tree.condition(text).map(evaluate)?.high ?? .yes) > .no else { continue }
      let ends = tree.operands(text).map { token in
        if case .word(let name) = token { self.text(of: .symbol(name)) ?? name } else { "" }
      }
      guard ends.count == 2, let low = ends[0].kconfigNumber, let high = ends[1].kconfigNumber else { return nil }
      // Only the first range that counts does.
      guard let number, number < low || number > high else { return nil }
      return "\(ends[0])..\(ends[1])"
    }
    return nil
  }
}
