/// The one order in which findings are told, the worst first: on a trial's line, in every report and on every page.
package struct FindingRank: Comparable, Sendable, Hashable {
  private let gravity: Int
  private let namesFunction: Bool
  private let trials: Int
  private let firstTrial: Int
  private let title: String

  /// - Parameters:
  ///   - kind: nil when it was not kept.
  ///   - namesFunction: false for the rest of a report that another one tore apart.
  ///   - trials: that show it.
  ///   - firstTrial: the number of the first that does, where numbers can be compared.
  package init(kind: FindingKind?, namesFunction: Bool, trials: Int = 1, firstTrial: Int = 0, title: String) {
    gravity = kind?.gravity ?? 0
    (self.namesFunction, self.trials, self.firstTrial, self.title) = (namesFunction, trials, firstTrial, title)
  }

  package static func < (one: FindingRank, other: FindingRank) -> Bool {
    if one.gravity != other.gravity { return one.gravity > other.gravity }
    if one.namesFunction != other.namesFunction { return one.namesFunction }
    return (other.trials, one.firstTrial, one.title) < (one.trials, other.firstTrial, other.title)
  }
}

extension Trial {
  /// Its findings, of equally grave ones the first on the console first.
  package var findingsWorstFirst: [Finding] {
    findings.enumerated().sorted { one, other in
      let (first, second) = (FindingRank(one.element), FindingRank(other.element))
      return first != second ? first < second : one.offset < other.offset
    }.map(\.element)
  }

  /// The finding that a line about this trial names; nil without any.
  package var worstFinding: Finding? { findingsWorstFirst.first }
}

extension FindingRank {
  // Within one trial the console's order, not the title's, decides among equals.
  fileprivate init(_ finding: Finding) {
    self.init(kind: finding.kind, namesFunction: finding.function != nil, title: "")
  }
}
