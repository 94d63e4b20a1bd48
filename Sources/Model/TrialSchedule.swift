/// Reason for the end of a pause.
package enum PauseEnd: String, Codable, Sendable, CaseIterable {
  /// The task that was waited for reached its place.
  case reached
  /// The other vCPUs have run as many instructions as they were to.
  case ran
  /// The task that was waited for had not come within the rule's limit.
  case limit
  /// No other vCPU had anything to run.
  case idle
  /// No other vCPU had anything to run when the task arrived, so that there was no pause.
  case alone
}

/// Counts of one rule of a schedule in one trial.
package struct RuleCounts: Codable, Sendable, Hashable {
  /// Times at which its task came to its place.
  package var arrivals: Int
  /// Ends of its pauses, by ``PauseEnd``.
  package var ends: [String: Int]

  package init(arrivals: Int = 0, ends: [String: Int] = [:]) { (self.arrivals, self.ends) = (arrivals, ends) }
}

/// Event of a schedule's rule: a task that comes to its place, or, with ``end``, one whose pause is over.
package struct ScheduleEvent: Codable, Sendable, Hashable {
  /// 0-based, in the schedule.
  package var rule: Int
  /// Instructions that all vCPUs had run.
  package var total: Int
  package var vcpu: Int
  /// The task's name as the guest's kernel has it; nil at the end of a pause.
  package var task: String?
  package var end: PauseEnd?

  package init(rule: Int, total: Int, vcpu: Int) { (self.rule, self.total, self.vcpu) = (rule, total, vcpu) }
}

/// Course of a schedule's rules in one trial.
package struct TrialSchedule: Codable, Sendable, Hashable {
  /// In the order of the schedule.
  package var rules: [RuleCounts]
  /// The first events, in order.
  package var events: [ScheduleEvent]

  package init(rules: [RuleCounts], events: [ScheduleEvent]) { (self.rules, self.events) = (rules, events) }
}

/// Rule of a run's schedule file.
package struct RunRule: Codable, Sendable, Hashable {
  /// The rule as a sentence.
  package var rule: String
  /// Place at which it holds a task back.
  package var place: String
  /// Valid trials in which a task came to it, so far.
  package var reached: Int

  package init(rule: String, place: String) { (self.rule, self.place, reached) = (rule, place, 0) }
}

/// Schedule file of a run.
package struct RunSchedule: Codable, Sendable, Hashable {
  /// Path of the file.
  package var file: String
  /// The file as it was read.
  package var text: String
  package var rules: [RunRule]
  /// Order of the tasks in a traced trial with these rules; nil when none was traced.
  package var story: [StoryStep]?

  package init(file: String, text: String, rules: [RunRule]) {
    (self.file, self.text, self.rules) = (file, text, rules)
  }

  /// Counts the trials in which each rule was reached.
  package mutating func count(_ trials: [Trial]) {
    for index in rules.indices {
      rules[index].reached = trials.count { $0.verdict != .miss && $0.reaches(rule: index) }
    }
  }

  /// True if each rule was reached in a valid trial.
  package var isReached: Bool { rules.allSatisfy { $0.reached > 0 } }
}

extension Trial {
  /// True if a task came to the place of a rule.
  package func reaches(rule index: Int) -> Bool {
    guard let rules = schedule?.rules, rules.indices.contains(index) else { return false }
    return rules[index].arrivals > 0
  }
}
