import BisectSearch
import Foundation
import KernelSource
import Model
import Statistics

extension BisectRecord {
  /// Database record of a bisection: the same whenever the same journal is read.
  init(_ state: BisectState, _ assessment: BisectAssessment, answered: Date?) {
    let plan = state.plan
    self.init(
      name: plan.name, repository: plan.repository, scenario: plan.scenario, seed: plan.seed, started: plan.started,
      confidence: assessment.suspects.first?.chance ?? 0, signatures: state.targeted,
      trials: state.search.done.trials, builds: state.search.done.builds, command: plan.command)
    guard case .finished(let answer) = assessment.next else { return }
    self.state = .finished
    (ended, outcome, confidence) = (answered, answer.outcome, answer.confidence)
    suspects = answer.suspects
    guard answer.outcome == .found, let commit = answer.commit.flatMap({ state.commit($0) }) else { return }
    culprit = Culprit(id: commit.id, subject: commit.subject, author: commit.author)
  }
}

extension BisectState {
  /// Target signatures, sorted; where every finding counts, the ones that the bad end showed first.
  fileprivate var targeted: [String] {
    if case .signatures(let signatures) = targets { return signatures.sorted() }
    let shown = batches.filter { $0.test.commit == plan.bad }.reduce(into: Set<String>()) {
      $0.formUnion($1.outcome?.leads ?? [])
    }
    return shown.sorted()
  }
}
