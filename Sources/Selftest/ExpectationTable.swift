import Model

extension TriggerExpectation {
  /// Expected result of each known trigger, by name.
  static let all: [String: TriggerExpectation] = Dictionary(
    table.map { ($0.trigger, $0) }, uniquingKeysWith: { first, _ in first })

  /// By the files of `drivers/misc/lkdtm` in Linux 6.1 and 6.12, as seen on s390x guests of both.
  static let table = bugs + heap + perms + refcounts + usercopy + fortify + others

  /// Of a trigger that ends in one kind of report, in the function that is named after it.
  static func plain(_ trigger: String, _ kind: FindingKind, with: Set<String> = []) -> TriggerExpectation {
    TriggerExpectation(trigger, report(kind, in: "lkdtm_" + trigger, with: with))
  }

  /// The functions that may be blamed where the trigger's own ends in a call, which the compiler makes a jump: its frame
  /// is gone, and until 6.3 that of its caller too.
  static func jumping(_ trigger: String) -> Set<String> { ["lkdtm_" + trigger, "lkdtm_do_action", "direct_entry"] }

  /// Of a trigger after which no kernel has anything to report.
  static func quiet(_ trigger: String, _ reason: String) -> TriggerExpectation {
    TriggerExpectation(trigger, silence: reason)
  }
}

/// The names of the triggers that zlab knows.
package let knownTriggers: [String] = TriggerExpectation.all.keys.sorted()
