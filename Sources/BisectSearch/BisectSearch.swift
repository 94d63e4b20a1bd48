package import Model

/// The search for a culprit among commits by trials that fail only now and then.
///
/// A value without clock, files or chance: the same events in the same order make the same search, so that a log of
/// them is all that a killed one needs to go on.
package struct BisectSearch: Sendable {
  package let history: BisectHistory
  package let settings: BisectSettings
  let model: RateModel
  /// By position.
  var tallies: [Int: Tally] = [:]
  /// By the commits that were tested.
  private(set) var partition: Partition
  /// Positions of commits with judged trials, descending.
  private(set) var tested: [Int] = []
  /// Of everything that was taken.
  package private(set) var done = Done()

  /// Cost of a search so far.
  package struct Done: Codable, Hashable, Sendable {
    /// Judged ones.
    package var trials = 0
    package var failures = 0
    package var misses = 0
    package var builds = 0
    package var buildSeconds = 0.0
    package var trialSeconds = 0.0
    /// Commits in a row, the last ones, with misses only.
    var missedInARow = 0
  }

  /// Evidence of one commit.
  struct Tally: Sendable {
    var trials = 0
    var failures = 0
    var misses = 0
    /// Since a trial was judged.
    var missesInARow = 0
    var isBuilt = false
    var skipReason: CommitSkipReason?
    /// By signature, trials that showed a finding that is no target.
    var companions: [String: CompanionTrials] = [:]
    /// Estimate of the failure rate from the valid trials, if the commit is bad; nil without any.
    var evidence: RateGrid.Evidence?

    /// True if any trial is evidence, be it by a finding that is no target.
    var isTelling: Bool { trials > 0 || companions.values.contains { $0.alone > 0 } }
  }

  /// - Throws: `RequestError` when a setting is out of its range.
  package init(_ history: BisectHistory, settings: BisectSettings = BisectSettings()) throws(RequestError) {
    try settings.check()
    (self.history, self.settings) = (history, settings)
    model = RateModel(settings)
    partition = Partition(count: history.count + 1)
  }

  /// Takes in one event.
  /// - Throws: `RequestError` for a commit that is neither in the history nor a good end, and for impossible numbers.
  package mutating func take(_ event: BisectEvent) throws(RequestError) {
    guard let position = history.positions[event.commit] else {
      throw RequestError("\(event.commit) is not a commit of this bisection")
    }
    var tally = tallies[position] ?? Tally()
    switch event {
    case .built(_, let seconds):
      try check(seconds)
      tally.isBuilt = true
      done.builds += 1
      done.buildSeconds += seconds
    case .dropped: tally.isBuilt = false
    case .untestable(_, let reason, let seconds):
      try check(seconds)
      tally.skipReason = reason
      done.buildSeconds += seconds
      if reason == .build { done.builds += 1 }
      if reason == .misses { done.missedInARow += 1 }
    case .tried(let trials): try add(trials, to: &tally)
    }
    if tally.isTelling, tallies[position]?.isTelling != true {
      partition.split(at: position, history.ancestry)
      tested.insert(position, at: tested.firstIndex { $0 < position } ?? tested.count)
    }
    tallies[position] = tally
  }

  private mutating func add(_ trials: BisectTrials, to tally: inout Tally) throws(RequestError) {
    guard trials.trials >= 0, trials.misses >= 0, (0...trials.trials).contains(trials.failures) else {
      throw RequestError("\(trials.failures) failures in \(trials.trials) trials of \(trials.commit) cannot be")
    }
    for one in trials.companions.values {
      guard (0...trials.failures).contains(one.together), one.clean >= 0, one.alone >= one.clean,
        one.clean <= trials.trials - trials.failures, one.alone - one.clean <= trials.misses
      else { throw RequestError("other findings in \(one.together + one.alone) trials of \(trials.commit) cannot be") }
    }
    try check(trials.seconds)
    tally.trials += trials.trials
    tally.failures += trials.failures
    tally.evidence = model.grid.evidence(trials: tally.trials, failures: tally.failures)
    tally.companions.merge(trials.companions) { $0 + $1 }
    tally.misses += trials.misses
    tally.missesInARow = trials.trials > 0 ? 0 : tally.missesInARow + trials.misses
    // Who was tried was there to be tried.
    tally.isBuilt = true
    done.trials += trials.trials
    done.failures += trials.failures
    done.misses += trials.misses
    done.trialSeconds += trials.seconds
    if trials.isTelling { done.missedInARow = 0 }
    if tally.trials == 0, tally.skipReason == nil, tally.misses >= settings.mostMisses {
      tally.skipReason = .misses
      if !tally.isTelling { done.missedInARow += 1 }
    } else if tally.trials > 0, tally.skipReason == .misses {
      tally.skipReason = nil
    }
  }

  private func check(_ seconds: Double) throws(RequestError) {
    guard seconds >= 0, seconds.isFinite else { throw RequestError("\(seconds) seconds cannot be") }
  }
}
