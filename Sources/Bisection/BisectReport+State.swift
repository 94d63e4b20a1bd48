package import BisectSearch
import KernelSource
package import Reports
import Statistics

extension BisectReport {
  /// Report of the state of a bisection.
  /// - Parameter folder: where it keeps what it knows.
  package init(_ state: BisectState, _ assessment: BisectAssessment, folder: String) {
    let done = state.search.done
    let answer: BisectAnswer? = if case .finished(let answer) = assessment.next { answer } else { nil }
    let plan = state.plan
    self.init(
      name: plan.name, repository: plan.repository, state: answer == nil ? .going : .finished,
      outcome: answer?.outcome, confidence: answer?.confidence ?? assessment.suspects.first?.chance ?? 0,
      wantedConfidence: plan.settings.confidence, commits: state.range.candidates.count,
      remaining: min(assessment.candidates, state.range.candidates.count), olderThanGood: assessment.olderThanGood,
      rate: [assessment.rate.mean, assessment.rate.low, assessment.rate.high],
      done: Effort(
        trials: Double(done.trials), builds: Double(done.builds), seconds: done.buildSeconds + done.trialSeconds),
      misses: done.misses, scenario: plan.scenario, parameters: plan.parameters, started: plan.started,
      folder: folder, command: plan.command)
    culprit = answer?.commit.map { Commit($0, in: state) }
    // The good end stands for what is older, which has a number of its own.
    suspects = assessment.suspects.filter { !plan.good.contains($0.commits.last ?? "") }.map { suspect in
      Suspects(chance: suspect.chance, commits: suspect.commits.map { Commit($0, in: state) })
    }
    left =
      answer != nil ? nil : assessment.left.map { Effort(trials: $0.trials, builds: $0.builds, seconds: $0.seconds) }
    signatures = state.signatureLines
    warnings = assessment.warnings.map { $0.words(state) }
    evidence = state.evidence
  }
}

extension BisectReport.Commit {
  fileprivate init(_ id: String, in state: BisectState) {
    let commit = state.commit(id)
    self.init(
      id: id, subject: commit?.subject ?? "", author: commit?.author ?? "", date: commit?.date ?? state.plan.started)
  }
}

extension BisectState {
  fileprivate var signatureLines: [BisectReport.Signature] {
    let targeted: Set<String>? = if case .signatures(let targeted) = targets { targeted } else { nil }
    let seen = Set(titles.keys).union(targeted ?? [])
    return seen.map {
      BisectReport.Signature(signature: $0, title: titles[$0], isTargeted: targeted?.contains($0) ?? true)
    }
    .sorted { ($0.isTargeted ? 0 : 1, $0.signature) < ($1.isTargeted ? 0 : 1, $1.signature) }
  }

  /// A line for each commit that was tried, oldest first.
  fileprivate var evidence: [BisectReport.Evidence] {
    let tested = Dictionary(grouping: batches) { $0.test.commit }
    return (range.boundary + range.candidates).compactMap { commit in
      let batches = tested[commit.id] ?? []
      let judgement = judgements[commit.id] ?? Judgement()
      guard batches.contains(where: { $0.sightings != nil }) || skipReasons[commit.id] != nil || judgement.trials > 0
      else { return nil }
      let tally = tally(of: commit.id)
      let end = commit.id == plan.bad ? "bad" : plan.good.contains(commit.id) ? "good" : "between"
      return BisectReport.Evidence(
        commit: BisectReport.Commit(commit.id, in: self), end: end, trials: tally.judged + judgement.trials,
        failures: tally.shown + judgement.failures,
        censored: tally.censored, misses: tally.misses, untestable: skipReasons[commit.id]?.reason,
        kernel: kernels[commit.id], runs: batches.filter { $0.sightings != nil }.map(\.run))
    }
  }
}

extension BisectWarning {
  /// Warning for a person, as a sentence without a final stop.
  fileprivate func words(_ state: BisectState) -> String {
    switch self {
    case .badEndSilent(let trials, let excludes):
      return "the bad commit \(state.plan.bad.prefix(12)) did not fail in \(count(trials, "trial")): "
        + "its failure rate is below \(percent(excludes))"
    case .goodEndFailed(let trials, let failures):
      return "the good commit fails too, in \(failures) of \(count(trials, "trial")): the culprit is older, "
        + "or another bug has the same signature"
    case .rateChanges(let chance, let badEnd, let culprit):
      return
        "the failure rate changes within the range (probability \(percent(chance))): \(percent(badEnd.mean)) at the bad commit, "
        + "\(percent(culprit.mean)) near the culprit"
    case .rateChangesBetween(let older, let newer, let commits, let chance):
      let last = state.named(newer)
      let place = commits == 1 ? "at \(last)" : "after \(state.named(older)) and up to \(last)"
      return "the rate changes \(place) (\(count(commits, "commit")), \(percent(chance)) sure): a second bug of "
        + "the same signature came in there, or something that makes the first one likelier"
    case .strays(let chance, let rate):
      return "commits older than the culprit showed the signature as well (\(percent(chance)) sure), in about "
        + "\(percent(rate)) of their trials: another bug has the same signature, or the culprit is older"
    case .companion(let signature, let together, let alone, let chance):
      let title = state.titles[signature].map { "\($0) [\(signature)]" } ?? signature
      return "\(title) seems to be of the same bug (\(percent(chance)) sure): it came with a target in "
        + "\(count(together, "trial")), and \(count(alone, "trial")) that showed it alone count as failed"
    case .tooRare(let chance, let smallest):
      return
        "the failure rate near the culprit seems to be below \(percent(smallest)) (\(percent(chance)) sure), which "
        + "is the lowest that the search is made for: start it again with a lower --smallest-rate"
    case .misses(let misses, let trials):
      return "\(count(misses, "trial")) without evidence, \(trials) with evidence"
    case .untestable(let commits):
      let names = commits.prefix(4).map { String($0.prefix(12)) }.joined(separator: ", ")
      return
        "\(names)\(commits.count > 4 ? " and others" : "") cannot be tested, so adjacent commits cannot be distinguished"
    }
  }
}

extension BisectState {
  /// A commit by the first digits of its id and its subject.
  fileprivate func named(_ id: String) -> String {
    id.prefix(12) + (commit(id).map { " (\($0.subject))" } ?? "")
  }
}
