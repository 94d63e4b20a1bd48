extension KconfigScope {
  // Real options have one to five definitions, and some ten conditions around each.
  static let mostDefinitions = 50
  private static let mostConditions = 200

  /// Conditions of this definition, from the outermost block inwards.
  /// - Parameter forPrompt: whether a person is to see it, for which menus and prompts have more conditions.
  func conditions(of definition: KconfigSymbol.Definition, forPrompt: Bool) -> [KconfigExpression] {
    var conditions: [KconfigExpression] = []
    for block in blocks(around: definition).reversed() {
      conditions += block.depends.prefix(Self.mostConditions).map(tree.dependency)
      guard forPrompt, block.kind != .choice || choicesHidePrompts else { continue }
      conditions += block.visible.prefix(Self.mostConditions).compactMap(tree.condition)
    }
    conditions += definition.depends.prefix(Self.mostConditions).map(tree.dependency)
    if forPrompt { conditions += definition.prompts.last.flatMap(tree.condition).map { [$0] } ?? [] }
    var seen: Set<KconfigExpression> = []
    return conditions.flatMap(\.conjuncts).filter { seen.insert($0).inserted }
  }

  // Linux 6.11 rewrote how a choice is calculated; since then its own prompt's condition counts for itself alone.
  private var choicesHidePrompts: Bool { version < KernelVersion(major: 6, minor: 11) }

  /// From inside out.
  private func blocks(around definition: KconfigSymbol.Definition) -> [KconfigBlock] {
    var blocks: [KconfigBlock] = []
    var next = definition.block
    while let index = next {
      blocks.append(tree.blocks[index])
      next = tree.blocks[index].parent
    }
    return blocks
  }

  /// The conditions that keep the option below `level`, of the definition that is nearest to be met.
  ///
  /// - Returns: nil when no definition counts; else those that do not hold, and those that only the build knows.
  func shortfall(
    of symbol: KconfigSymbol, below level: Tristate, forPrompt: Bool
  ) -> (unmet: [KconfigExpression], unsure: [KconfigExpression])? {
    let definitions = symbol.definitions.prefix(Self.mostDefinitions).filter { !forPrompt || !$0.prompts.isEmpty }
    let all = definitions.map { split(conditions(of: $0, forPrompt: forPrompt), below: level) }
    return all.min { one, other in
      let never = (one.unmet.count { !isPossible($0) }, other.unmet.count { !isPossible($0) })
      return (never.0, one.unmet.count, one.unsure.count) < (never.1, other.unmet.count, other.unsure.count)
    }
  }

  func split(
    _ conditions: [KconfigExpression], below level: Tristate
  ) -> (unmet: [KconfigExpression], unsure: [KconfigExpression]) {
    var (unmet, unsure): ([KconfigExpression], [KconfigExpression]) = ([], [])
    for condition in conditions {
      let value = evaluate(condition)
      if value.high < level {
        unmet.append(condition)
      } else if value.low < level {
        unsure.append(condition)
      }
    }
    return (unmet, unsure)
  }
}
