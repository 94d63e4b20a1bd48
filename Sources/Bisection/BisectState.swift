package import BisectSearch
package import KernelSource
import Model
package import Statistics

/// State of a bisection: what its journal says, judged by its targets as they are now.
package struct BisectState: Sendable {
  package let plan: BisectPlan
  package let range: CommitRange
  package let targets: TargetSignatures
  /// Everything that was decided, in order.
  package let batches: [BisectBatch]
  /// Ids of kernels, by commit.
  package let kernels: [String: String]
  /// Reasons that commits cannot be tested, by commit.
  package let skipReasons: [String: SkipReason]
  /// Sums of the verdicts that the user gave, by commit.
  package let judgements: [String: Judgement]
  /// A title for each signature that was seen.
  package let titles: [String: String]
  package let search: BisectSearch
  private let commits: [String: Commit]

  package struct SkipReason: Sendable, Hashable {
    package var kind: CommitSkipReason
    package var reason: String
  }

  /// Verdicts of the user about one commit, as trials.
  package struct Judgement: Sendable, Hashable {
    package var trials = 0
    /// Of these, how many count as failed.
    package var failures = 0
  }

  /// - Throws: `RequestError` when the history cannot be searched.
  package init(_ plan: BisectPlan, _ range: CommitRange, _ lines: [JournalLine]) throws {
    var facts = Facts()
    for line in lines { facts.take(line.entry) }
    (self.plan, self.range) = (plan, range)
    commits = Dictionary((range.candidates + range.boundary).map { ($0.id, $0) }) { first, _ in first }
    (batches, kernels, skipReasons, titles) = (facts.batches, facts.kernels, facts.skipReasons, facts.titles)
    judgements = facts.judgements
    targets = plan.targetSelection.targets(batches.filter { $0.test.commit == plan.bad })
    var search = try BisectSearch(BisectHistory(plan, range), settings: plan.settings)
    for line in lines {
      guard let event = facts.event(line.entry, targeting: targets) else { continue }
      try search.take(event)
    }
    self.search = search
  }

  /// Decisions that have not been executed.
  package var pending: BisectBatch? {
    batches.last.flatMap { $0.sightings == nil && skipReasons[$0.test.commit] == nil ? $0 : nil }
  }

  /// Findings that end a run on this commit early. What the bad end shows is still being learned from all that it
  /// shows.
  func targets(on commit: String) -> TargetSignatures {
    plan.targetSelection == .learned && commit == plan.bad ? .any : targets
  }

  /// Sum of all trials of a commit.
  package func tally(of commit: String) -> Tally {
    batches.filter { $0.test.commit == commit }.map { Tally($0.sightings ?? [], targeting: targets) }
      .reduce(Tally(), +)
  }

  /// Sum of all trials of the bad commit.
  package var tallyOfBad: Tally { tally(of: plan.bad) }

  /// Commit by its id; nil for one of no part in this.
  package func commit(_ id: String) -> Commit? { commits[id] }
}

/// Trials that were decided on, and what came of them.
package struct BisectBatch: Sendable, Hashable {
  /// From 1.
  package let number: Int
  package let test: BisectTest
  /// The id of the run that makes them.
  package let run: String
  /// nil until they ended.
  package var outcome: BatchOutcome?

  /// Of each trial; nil until they ended.
  package var sightings: [TrialObservation]? { outcome?.sightings }
}

extension TargetSelection {
  /// Target signatures, as far as the trials of the bad end tell it.
  func targets(_ batches: [BisectBatch]) -> TargetSignatures {
    switch self {
    case .any: return .any
    case .signatures(let signatures): return .signatures(signatures)
    case .learned:
      let seen = batches.reduce(into: Set<String>()) { $0.formUnion($1.outcome?.leads ?? []) }
      return seen.isEmpty ? .any : .signatures(seen)
    }
  }
}

extension BisectHistory {
  fileprivate init(_ plan: BisectPlan, _ range: CommitRange) throws {
    try self.init(
      commits: range.candidates.map { Commit(id: $0.id, parents: $0.parents) }, goods: plan.good, bad: plan.bad)
  }
}

/// Content of a journal, before anything is judged.
private struct Facts {
  var batches: [BisectBatch] = []
  var kernels: [String: String] = [:]
  var skipReasons: [String: BisectState.SkipReason] = [:]
  var judgements: [String: BisectState.Judgement] = [:]
  var titles: [String: String] = [:]

  mutating func take(_ entry: JournalEntry) {
    switch entry {
    case .decided(let number, let test, let run): batches.append(BisectBatch(number: number, test: test, run: run))
    case .built(let commit, let kernel, _): kernels[commit] = kernel
    case .untestable(let commit, let kind, let reason, _):
      skipReasons[commit] = BisectState.SkipReason(kind: kind, reason: reason)
    case .judged(let commit, let isBad, let weight, _):
      judgements[commit, default: BisectState.Judgement()].trials += weight
      judgements[commit]?.failures += isBad ? weight : 0
    case .tested(let number, let outcome):
      guard let index = batches.lastIndex(where: { $0.number == number }) else { return }
      batches[index].outcome = outcome
      titles.merge(outcome.titles) { first, _ in first }
    case .answered: break
    }
  }

  func event(_ entry: JournalEntry, targeting targets: TargetSignatures) -> BisectEvent? {
    switch entry {
    case .decided, .answered: return nil
    case .built(let commit, _, let seconds?): return .built(commit: commit, seconds: seconds)
    // No build was seen, and yet the kernel is there.
    case .built(let commit, _, nil): return .isThere(commit)
    case .untestable(let commit, let kind, _, let seconds):
      return .untestable(commit: commit, reason: kind, seconds: seconds)
    case .judged(let commit, let isBad, let weight, _):
      return .tried(BisectTrials(commit: commit, trials: weight, failures: isBad ? weight : 0, seconds: 0))
    case .tested(let number, let outcome):
      guard let batch = batches.last(where: { $0.number == number }) else { return nil }
      let tally = Tally(outcome.sightings, targeting: targets)
      // What another finding cut short says as little as what the lab missed.
      var trials = BisectTrials(
        commit: batch.test.commit, trials: tally.judged, failures: tally.shown,
        misses: tally.censored + tally.misses, seconds: outcome.seconds)
      trials.companions = companions(outcome.sightings, targeting: targets)
      return .tried(trials)
    }
  }
}

/// By signature, trials that showed a finding that is no target: it may be of the same bug.
private func companions(
  _ sightings: [TrialObservation], targeting targets: TargetSignatures
) -> [String: CompanionTrials] {
  guard case .signatures(let targeted) = targets else { return [:] }
  var result: [String: CompanionTrials] = [:]
  for sighting in sightings where sighting.verdict != .miss {
    let look = targets.look(at: sighting)
    let isShown = look == .shown
    let one = CompanionTrials(together: isShown ? 1 : 0, alone: isShown ? 0 : 1, clean: look == .clean ? 1 : 0)
    for signature in sighting.signatures.subtracting(targeted) {
      result[signature] = (result[signature] ?? .init()) + one
    }
  }
  return result
}

extension BisectEvent {
  /// A commit's kernel is there without having cost anything.
  static func isThere(_ commit: String) -> BisectEvent {
    .tried(BisectTrials(commit: commit, trials: 0, failures: 0, seconds: 0))
  }
}
