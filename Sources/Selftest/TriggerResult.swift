package import Model

/// Result of one trigger.
package enum TriggerVerdict: String, Codable, Sendable, CaseIterable {
  /// The right report was read: kind and function.
  case seen
  /// No report, and none was due: this kernel survives the trigger or does not look for it.
  case silent
  /// The trigger, or the kernel's configuration, is not known, so there is nothing to compare with.
  case unknown
  /// Something was reported that is not what was expected.
  case wrong
  /// A report was due and none was read.
  case blind
  /// The lab failed: nothing is known.
  case missed

  /// True if the lab did what it is for.
  package var isSound: Bool { self == .seen || self == .silent }
}

/// One trigger of a selftest: what was expected, what was seen, and what follows.
package struct TriggerResult: Codable, Sendable, Hashable {
  package var trigger: String
  package var verdict: TriggerVerdict
  /// Expectation, or why nothing was, in words; nil for a trigger that is not known.
  package var expected: String?
  /// Every finding, the one that was expected first.
  package var findings: [Finding]
  /// Result of the task that fired the trigger; nil when nobody could tell.
  package var outcome: TriggerOutcome?
  /// Output of LKDTM itself, a line each, as printed by the guest.
  package var words: [String]
  package var end: EndReason
  /// Remark of zlab.
  package var note: String?
  /// Seconds from the guest's start to the verdict.
  package var seconds: Double
  /// Path of the guest's console.
  package var log: String
}

/// Result of a task that fired a trigger.
package enum TriggerOutcome: String, Codable, Sendable {
  /// It came back to user space.
  case returned
  /// The kernel ended it.
  case died
  /// It was still in the kernel when the time was over.
  case running
}
