package import Guest
import Model

/// Limits of a trial, by time and size.
package struct TrialLimits: Sendable, Hashable {
  /// Until the guest's runner speaks.
  package var boot: Duration = .seconds(120)
  /// Until the guest sees a function that was plugged.
  package var plug: Duration = .seconds(30)
  /// Without a word from runner and console.
  package var silence: Duration = .seconds(20)
  /// Console bytes: a healthy trial prints a few tens of KB.
  package var consoleBytes = 16 << 20
  /// Findings that count, repeats included; one more is a storm.
  package var findings = 200
  /// Until a core is written.
  package var core: Duration = .seconds(120)

  package init() {}
}

/// Everything that one trial needs to know.
package struct TrialPlan: Sendable {
  /// 1-based, in its run.
  package var number: Int
  package var seed: UInt64
  package var scenario: Scenario
  package var guest: GuestSpec
  package var limits: TrialLimits
  /// Saved guest to restore; nil to boot it.
  package var saved: Snapshot?
  /// True if a guest that cannot be restored is a miss, and is not booted instead.
  package var mustRestore = false
  /// Leave to keep the guest's memory when it fails; nil for none.
  package var cores: CoreDumpBudget?
  /// Takes what the scenario names from the guest's disk; nil for nobody.
  package var collector: (any DiskCollector)?

  package init(
    number: Int, seed: UInt64, scenario: Scenario, guest: GuestSpec, limits: TrialLimits = TrialLimits(),
    saved: Snapshot? = nil
  ) {
    self.saved = saved
    self.number = number
    self.seed = seed
    self.scenario = scenario
    self.guest = guest
    self.limits = limits
  }
}

/// Phase of a trial.
package enum TrialPhase: String, Sendable, CaseIterable {
  case restoring, booting, plugging, driving, dumping, collecting
}

/// A well-mixed seed for each index, of 53 bits.
package func derivedSeed(_ seed: UInt64, _ index: Int) -> UInt64 {
  SplitMix64.number(seed, at: UInt64(truncatingIfNeeded: index))
}
