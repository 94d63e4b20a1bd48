package import Model
package import Reports
package import ResultStore
import Statistics

/// Reads what is to be said of a run; its numbers are whole also where its trials were taken out to save room.
/// - Parameter state: how it really stands.
/// - Throws: `LabError`.
package func runReport(_ run: Run, state: RunState, store: ResultStore) throws(LabError) -> RunReport {
  let trials = try store.trials(of: run.id)
  guard let counted = try store.countedRun(run.id), counted.isPruned else {
    return RunReport(run: run, state: state, trials: trials)
  }
  let kept = RunSummary(trials, wanted: nil, confidence: run.confidence).signatures
  let functions = Dictionary(kept.map { ($0.signature, $0.function) }) { first, _ in first }
  let signatures = try store.signatures(ofRun: run.id).map { record, tally, first in
    SignatureCount(
      signature: record.signature, kind: FindingKind(rawValue: record.kind) ?? .other, title: record.title,
      function: functions[record.signature] ?? nil, trials: tally.trials, firstTrial: first)
  }
  return RunReport(run: run, state: state, trials: trials, pruned: (counted.counts, signatures))
}
