package import Foundation
package import Model
import Statistics

/// Comparison of a kernel before and after a patch in few words, for lists.
package struct VerifySummary: Encodable, Sendable, Hashable {
  package struct Side: Encodable, Sendable, Hashable {
    /// Trials that show a target signature, of those that could have.
    package let shown: Int
    package let trials: Int
    package let kernel: String
    /// The run that holds the trials; nil when none was begun.
    package let run: String?
  }

  package let id: String
  /// Title of the first patch.
  package let patch: String
  package let scenario: String
  package let verdict: FixVerdict
  package let state: RunState
  package let started: Date
  package let before: Side
  package let after: Side

  package init(_ result: VerifyResult) {
    (id, scenario, verdict) = (result.id, result.subject.scenario, result.judgement.verdict)
    (state, started) = (result.state, result.started)
    let titles = result.subject.patches.map(\.title)
    patch = (titles.first ?? "") + (titles.count > 1 ? " and \(titles.count - 1) more" : "")
    func side(_ side: VerifySide, _ counts: SideCounts) -> Side {
      Side(shown: counts.shown, trials: counts.telling, kernel: side.kernel.name, run: side.run)
    }
    before = side(result.before, result.judgement.before)
    after = side(result.after, result.judgement.after)
  }

  /// Verdict about a signature with both counts, as a clause.
  package func words(about signature: String, in result: VerifyResult) -> String {
    let row = result.judgement.signatures.first { $0.signature == signature }
    let verb =
      switch (verdict, row?.fate) {
      case (.fixed, .wentAway?): "fixed by"
      case (_, .new?): "new with"
      case (_, .unmasked?): "unmasked by"
      default: "\(verdict.rawValue) by"
      }
    let (judged, tested) = (result.judgement.before.judged, result.judgement.after.judged)
    return "\(verb) \"\(patch)\": \(row?.before ?? 0) of \(judged) trials before, "
      + "\(row?.after ?? 0) of \(tested) after (verify \(id), \(scenario))"
  }
}
