extension KconfigScope {
  /// Options that select or imply this option; first what has the fewest unmet conditions, and that alone which can be
  /// met.
  func setters(of symbol: KconfigSymbol) -> [String] {
    var ranks: [String: (isNever: Bool, unmet: Int)] = [:]
    for name in symbol.setters.prefix(300).map(\.name) where ranks[name] == nil {
      guard let setter = tree.symbols[name] else { continue }
      let unmet = shortfall(of: setter, below: .module, forPrompt: setter.hasPrompt)?.unmet ?? []
      ranks[name] = (unmet.contains { !isPossible($0) }, unmet.count)
    }
    let met = ranks.filter { !$0.value.isNever }
    let sorted = (met.isEmpty ? ranks : met).sorted { ($0.value.unmet, $0.key) < ($1.value.unmet, $1.key) }
    return sorted.map(\.key)
  }

  /// Options that select this one to at least `level` in this configuration, sorted.
  func selecting(_ symbol: KconfigSymbol, to level: Tristate) -> [String] {
    let active = symbol.setters.prefix(1000).filter { setter in
      let condition = tree.condition(setter.text).map(evaluate) ?? TristateRange(.yes)
      return setter.isSelect && min(value(of: setter.name), condition.high) >= level
    }
    return Set(active.map(\.name)).sorted()
  }

  /// The choice that the option is a member of, an index.
  func choice(of symbol: KconfigSymbol) -> Int? {
    symbol.definitions.prefix(Self.mostDefinitions).lazy.compactMap(choice).first
  }

  private func choice(around definition: KconfigSymbol.Definition) -> Int? {
    var next = definition.block
    while let index = next {
      if tree.blocks[index].kind == .choice { return index }
      next = tree.blocks[index].parent
    }
    return nil
  }

  /// The choice's members that are set, sorted.
  func chosen(in choice: Int) -> [String] {
    let members = tree.symbols.filter { name, symbol in
      value(of: name) > .no && self.choice(of: symbol) == choice
    }
    return members.keys.sorted()
  }
}
