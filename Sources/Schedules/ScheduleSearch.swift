/// Search for the fewest rules under which a failure shows in each trial, with any seed.
package struct ScheduleSearch {
  /// Trials with some rules.
  package struct Probe: Sendable, Hashable {
    package var rules: [ScheduleRule]
    /// Trials that show the failure, of ``trials``.
    package var hits = 0
    package var trials = 0

    package init(rules: [ScheduleRule], hits: Int = 0, trials: Int = 0) {
      (self.rules, self.hits, self.trials) = (rules, hits, trials)
    }

    /// 0 to 1; 0 without trials.
    package var rate: Double { trials == 0 ? 0 : Double(hits) / Double(trials) }
  }

  /// Maximum number of trials.
  private let budget: Int
  /// Trials in a row that must show the failure.
  private let wanted: Int
  /// Makes up to so many trials, and may stop at the first that does not show the failure.
  private let run: (_ rules: [ScheduleRule], _ trials: Int) async throws -> Probe

  /// Trials that were made.
  private(set) package var trials = 0
  /// Sets of rules that were tried, in order.
  private(set) package var probes: [Probe] = []

  /// - Parameters:
  ///   - budget: maximum number of trials; a probe that has begun is completed.
  ///   - wanted: trials in a row that must show the failure.
  ///   - run: makes up to so many trials with rules, and may stop at the first that does not show the failure.
  package init(
    budget: Int, wanted: Int, run: @escaping (_ rules: [ScheduleRule], _ trials: Int) async throws -> Probe
  ) {
    (self.budget, self.wanted, self.run) = (budget, wanted, run)
  }

  private mutating func probe(_ rules: [ScheduleRule]) async throws -> Probe? {
    if let known = probes.first(where: { $0.rules == rules }) { return known }
    guard trials < budget else { return nil }
    let probe = try await run(rules, wanted)
    trials += probe.trials
    probes.append(probe)
    return probe
  }

  private func holds(_ probe: Probe) -> Bool { probe.trials >= wanted && probe.hits == probe.trials }

  /// The first rules under which the failure shows in each trial; nil when there are none among the candidates and the
  /// pairs of the best two with the others, or the budget is used up.
  package mutating func first(of candidates: [[ScheduleRule]]) async throws -> [ScheduleRule]? {
    for rules in candidates {
      guard let probe = try await probe(rules) else { return nil }
      if holds(probe) { return rules }
    }
    let best = probes.filter { $0.hits > 0 }.sorted { ($0.hits, $0.rate) > ($1.hits, $1.rate) }.prefix(6)
    for one in best.prefix(2) {
      for other in best where other.rules != one.rules {
        let pair = (one.rules + other.rules).reduce(into: [ScheduleRule]()) { if !$0.contains($1) { $0.append($1) } }
        guard let probe = try await probe(pair) else { return nil }
        if holds(probe) { return pair }
      }
    }
    return nil
  }

  /// The first of some alternatives under which the failure shows in each trial; nil when there is none.
  package mutating func firstAlternative(of alternatives: [[ScheduleRule]]) async throws -> [ScheduleRule]? {
    for rules in alternatives {
      if let probe = try await probe(rules), holds(probe) { return rules }
    }
    return nil
  }

  /// The rules without those that are not needed, and with pauses as short as they may be, by factors of four.
  package mutating func reduced(_ rules: [ScheduleRule]) async throws -> [ScheduleRule] {
    var rules = rules
    for index in rules.indices.reversed() where rules.count > 1 {
      var fewer = rules
      fewer.remove(at: index)
      if let probe = try await probe(fewer), holds(probe) { rules = fewer }
    }
    for index in rules.indices {
      while case .run(let count) = rules[index].until, count > 1000 {
        var shorter = rules
        (shorter[index].until, shorter[index].limit) = (.run(count / 4), count / 4)
        guard let probe = try await probe(shorter), holds(probe) else { break }
        rules = shorter
      }
    }
    return rules
  }
}
