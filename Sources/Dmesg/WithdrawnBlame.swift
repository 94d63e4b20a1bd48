import Model

extension Finding {
  /// Takes back what the frames from an index on said, when they turn out to be another report's: a function that only
  /// they name is not blamed, in title and signature either.
  ///
  /// - Parameter index: of the first frame in ``frames`` that cannot belong to the report.
  package mutating func withdrawFrames(from index: Int) {
    interleaved = true
    guard let match = message.withBytes({ ReportPatternMatch(in: $0) }), match.headline.blame != .nobody else { return }
    let headline = match.headline
    let special = Specialisation.matching(headline.kind, location: location, function: match.function)
    let rule = (special?.rule ?? headline.rule).on(arch)
    if headline.blame == .headline, let named = match.function, !rule.skips(named) { return }
    guard let identity = title.textAfterLast(" in ") else { return }
    let isNamed = frames[..<index].contains {
      SymbolName.shortened($0.name) == identity || SymbolName.plain($0.name) == function
    }
    if isNamed { return }
    title = String(title.dropLast(identity.count)) + "corrupted"
    function = nil
    signature = Signature.make(
      kind: kind, function: nil, bugClass: special?.bugClass ?? headline.bugClass(of: match.captures.first))
  }
}

extension String {
  /// Text behind the last occurrence of the words.
  fileprivate func textAfterLast(_ words: String) -> String? {
    ranges(of: words).last.map { String(self[$0.upperBound...]) }
  }
}
