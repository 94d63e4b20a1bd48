import BisectSearch
import KernelSource
import Model
import Statistics

extension BisectState {
  /// Description of a journal entry.
  package func words(_ entry: JournalEntry) -> String {
    switch entry {
    case .decided(let batch, let test, let run):
      let most = "at most \(test.trials) \(test.trials == 1 ? "trial" : "trials")"
      return "batch \(batch): \(name(test.commit)), \(most), for \(test.purpose.rawValue), run \(run)"
    case .built(let commit, let kernel, let seconds):
      let cost = seconds.map { "built in \(Int($0)) s" } ?? "cached"
      return "\(name(commit)): kernel \(kernel.prefix(12)) \(cost)"
    case .untestable(let commit, let skipReason, let reason, _):
      return "\(name(commit)) is untestable (\(skipReason.rawValue)): \(reason)"
    case .tested(let batch, let outcome):
      let tally = Tally(outcome.sightings, targeting: targets)
      return
        "batch \(batch): \(tally.shown) of \(tally.judged) failed, \(tally.censored) censored, \(tally.misses) missed, "
        + "\(Int(outcome.seconds)) s"
    case .answered(let answer):
      let sure = "\(Int((100 * answer.confidence).rounded())) % confidence"
      return "answer: \(answer.outcome.rawValue)" + (answer.commit.map { ", \(name($0)), \(sure)" } ?? "")
    }
  }

  private func name(_ id: String) -> String { "\(id.prefix(12)) (\(commit(id)?.subject ?? ""))" }
}
