package import Model

extension Finding {
  /// Blames a function that is inlined into the one to blame, where symbolizing has put it into ``frames``.
  ///
  /// Title and signature stay, because a log without symbols must give them too. What is inlined into machinery is machinery,
  /// and so is a function of a header: it serves everybody.
  package mutating func blameInlined() {
    guard let function, frames.contains(where: \.isInlined),
      let blamed = frames.firstIndex(where: { !$0.isInlined && SymbolName.plain($0.name) == function })
    else { return }
    let rule = TitleRule.of(title).on(arch)
    let inlined = frames[..<blamed].reversed().prefix { $0.isInlined }.reversed()
    self.function = inlined.first { !rule.skips($0.name) && !$0.isOfHeader }?.name ?? function
  }
}

extension Frame {
  fileprivate var isOfHeader: Bool { source?.split(separator: ":").first?.hasSuffix(".h") ?? true }
}
