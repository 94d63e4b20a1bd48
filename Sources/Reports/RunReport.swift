package import Model
package import Statistics

/// One run with its trials and what they add up to: the object of `zlab run --format json`.
package struct RunReport: Encodable, Sendable, Hashable {
  package let run: Run
  /// State of the run.
  package let state: RunState
  package let trials: [Trial]
  /// Counts of pruned trials, but for those that are evidence.
  package let pruned: RunCounts?
  package let summary: RunSummary
  /// Outcome of a replay; nil when the run does not repeat one.
  package let replay: ReplayOutcome?

  /// - Parameters:
  ///   - state: how the run really stands; the record of a killed process still says running.
  ///   - pruned: what all trials came to, where `trials` has some of them only.
  package init(
    run: Run, state: RunState, trials: [Trial], pruned: (counts: RunCounts, signatures: [SignatureCount])? = nil
  ) {
    var run = run
    if pruned == nil { run.rules?.count(trials) }
    let isReached = run.rules?.isReached ?? true
    self.run = run
    self.state = state
    self.trials = trials
    self.pruned = pruned?.counts
    let (wanted, isFinished) = (run.goal.trials, state == .finished)
    summary =
      if let pruned {
        RunSummary(
          pruned.counts, signatures: pruned.signatures, wanted: wanted, isFinished: isFinished,
          isReached: isReached, confidence: run.confidence)
      } else {
        RunSummary(
          trials, wanted: wanted, isFinished: isFinished, isReached: isReached, confidence: run.confidence)
      }
    replay = run.replay.map { ReplayOutcome($0, trials: trials) }
  }

  enum CodingKeys: String, CodingKey {
    case schema, id, scenario, parameters, state, kernel, image, seed, wanted, started, ended, command, folder, host,
      summary, trials, pruned, replay, repeats, rules
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode("zlab.run/2", forKey: .schema)
    try container.encode(run.id, forKey: .id)
    try container.encode(run.scenario, forKey: .scenario)
    try container.encode(state, forKey: .state)
    try container.encode(run.kernel, forKey: .kernel)
    try container.encode(run.image, forKey: .image)
    try container.encode(run.seed, forKey: .seed)
    try container.encode(run.goal.trials, forKey: .wanted)
    try container.encode(run.parameters, forKey: .parameters)
    try container.encode(run.started, forKey: .started)
    try container.encode(run.ended, forKey: .ended)
    try container.encode(run.command, forKey: .command)
    try container.encode(run.folder, forKey: .folder)
    try container.encode(run.host, forKey: .host)
    try container.encode(summary, forKey: .summary)
    try container.encode(trials, forKey: .trials)
    if pruned != nil { try container.encode(true, forKey: .pruned) }
    try container.encodeIfPresent(replay, forKey: .replay)
    try container.encodeIfPresent(run.repeats, forKey: .repeats)
    try container.encodeIfPresent(run.rules, forKey: .rules)
  }
}
