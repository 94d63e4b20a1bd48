/// The request was wrong: a name, file or option that the user can mend. Exit code 64.
package struct RequestError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Problem: what failed, on what, and why, as one sentence without a final stop.
  package let problem: String
  /// Advice: the next step, as one sentence; nil when the problem says it.
  package let advice: String?

  package init(_ problem: String, advice: String? = nil) {
    self.problem = problem
    self.advice = advice
  }

  package var description: String { describe(problem, advice, evidence: nil) }
}

/// The lab cannot: a tool, file, device or daemon is missing or broke. Exit code 69, and a trial's miss.
package struct LabError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Problem: what was attempted, on what, and why it failed, as one sentence without a final stop.
  package let problem: String
  /// Advice: the next step, as one sentence; nil when the problem says it.
  package let advice: String?
  /// The file that holds the failed tool's whole output.
  package let evidence: String?

  package init(_ problem: String, advice: String? = nil, evidence: String? = nil) {
    self.problem = problem
    self.advice = advice
    self.evidence = evidence
  }

  package var description: String { describe(problem, advice, evidence: evidence) }
}

private func describe(_ problem: String, _ advice: String?, evidence: String?) -> String {
  var text = problem
  if let advice { text += "\n  \(advice)" }
  if let evidence { text += "\n  whole output: \(evidence)" }
  return text
}
