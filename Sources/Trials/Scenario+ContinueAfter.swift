package import Model

extension Scenario {
  /// Parameter that every scenario has, so that runs record it as any other: kinds of findings, separated by commas.
  package static let continueAfter = "continue-after"

  /// Kinds of findings after which a trial goes on to its own end; it is a fail all the same.
  package var continuesAfter: Set<FindingKind> { (try? Self.kinds(parameters[Self.continueAfter] ?? "")) ?? [] }

  /// Reads ``continueAfter``'s value.
  /// - Throws: `RequestError` for what is no kind of finding.
  static func kinds(_ text: String) throws(RequestError) -> Set<FindingKind> {
    var kinds: Set<FindingKind> = []
    for name in text.split(separator: ",", omittingEmptySubsequences: text.isEmpty) {
      guard let kind = FindingKind(rawValue: String(name)) else {
        let known = FindingKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw RequestError("\(continueAfter): '\(name)' is not a kind of finding", advice: "Kinds: \(known).")
      }
      kinds.insert(kind)
    }
    return kinds
  }
}
