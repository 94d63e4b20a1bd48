package import Model
package import Statistics

/// Result of trying the orders of a scenario's tasks: the object of `zlab explore --format json`.
package struct ExploreReport: Encodable, Sendable {
  /// Outcome of an exploration.
  package enum Outcome: String, Encodable, Sendable, CaseIterable {
    /// At least one order fails.
    case found
    /// Orders of `--between` failed in their own trials and with no fresh seed, so that the claim is not shown.
    case unconfirmed
    /// All orders were tried, each was reached, and none failed.
    case exhausted
    /// None failed, but some were not tried, not reached or lost to misses.
    case incomplete
    /// No trial under turns came to what was to be explored.
    case notReached = "not-reached"
    /// Each trial under turns without rules fails.
    case turnsSuffice = "turns-suffice"
  }

  /// A failure that some orders show.
  package struct Failure: Encodable, Sendable {
    package let signature: String
    package let title: String
    /// Orders that show it.
    package var orders = 0
    /// Rules of the first of them.
    package let rules: [String]
    /// Schedule file with these rules.
    package var file: String?
    /// Run with the schedule file and fresh seeds.
    package var run: String?
    package var rate: Rate?
    /// The command that shows it again.
    package var reproduce: String?

    package init(signature: String, title: String, rules: [String]) {
      (self.signature, self.title, self.rules) = (signature, title, rules)
    }

    enum CodingKeys: String, CodingKey { case signature, title, orders, rules, file, run, rate, reproduce }
  }

  package let schema = "zlab.explore/1"
  package let scenario: String
  package let kernel: KernelRecord
  package let schedule: String
  package let seed: UInt64
  /// Functions of `--between` and `--and`; empty without them.
  package let between: [String]
  /// The command that does the same again.
  package let command: String
  package var outcome = Outcome.incomplete
  /// Seed of the trial that was profiled.
  package var profile: UInt64?
  /// Tasks whose functions are switch points, by name.
  package var tasks: [String] = []
  /// Number of functions with a switch point.
  package var functions = 0
  /// Orders of the tasks that there are to try: switches of one preemption, or of `--between`.
  package var orders = 0
  package var tried = 0
  /// Orders in which each rule's place was reached in a valid trial.
  package var reached = 0
  /// Orders of ``reached`` in which no other vCPU had anything to run at the place, so that nothing was switched.
  package var idle = 0
  /// Trials lost to infrastructure errors or to actors that were held up for too long.
  package var misses = 0
  package var trials = 0
  /// Switches that were left out because no other vCPU had anything to run at their place in the profile.
  package var pruned = 0
  /// Trials with several switches each, of ``trials``.
  package var shared = 0
  /// Switches of ``reached`` that were made in such a trial.
  package var sharedOrders = 0
  package var seconds = 0.0
  /// Trials under turns without rules.
  package var control: PinReport.Sample?
  package var failures: [Failure] = []
  /// Tasks that came to the functions of `--between` in the profile, as sentences.
  package var remarks: [String] = []

  package init(
    scenario: String, kernel: KernelRecord, schedule: String, seed: UInt64, between: [String], command: String
  ) {
    (self.scenario, self.kernel, self.schedule, self.seed) = (scenario, kernel, schedule, seed)
    (self.between, self.command) = (between, command)
  }

  /// Decides the outcome from the counts.
  package mutating func conclude() {
    if !failures.isEmpty {
      let isConfirmed = failures.contains { ($0.rate?.failures ?? 0) > 0 }
      outcome = between.isEmpty || isConfirmed ? .found : .unconfirmed
    } else if orders == 0 {
      outcome = .notReached
    } else {
      outcome = tried == orders && reached == orders ? .exhausted : reached == 0 ? .notReached : .incomplete
    }
  }
}
