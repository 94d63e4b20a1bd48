package import Model

/// Schedule that a person wrote: rules that hold back tasks at places of the kernel, on top of `turns`.
///
/// The format is `zlab.schedule/1` (docs/schedules.md).
package struct ScheduleFile: Sendable, Hashable {
  /// Name of the file, for messages.
  package var file: String
  /// Purpose, one line; may be empty.
  package var summary: String
  /// Schedule that decides wherever no rule does; always one with turns.
  package var base: Schedule
  /// 1 to ``mostRules``.
  package var rules: [ScheduleRule]
  /// The file as it was read.
  package var text: String

  /// Maximum number of rules: RULES_MOST of Sources/Schedules/plugin/turn-rules.h.
  package static let mostRules = 16

  package init(file: String, summary: String = "", base: Schedule, rules: [ScheduleRule]) {
    (self.file, self.summary, self.base, self.rules) = (file, summary, base, rules)
    text = ""
    text = yaml
  }
}

extension ScheduleFile {
  /// The schedule as a run's record keeps it.
  package var record: RunSchedule {
    let rules = rules.map { RunRule(rule: $0.description, place: $0.place.description) }
    return RunSchedule(file: file, text: text, rules: rules)
  }
}

/// Rule of a schedule: a task that reaches a place pauses until something else has happened.
package struct ScheduleRule: Sendable, Hashable {
  /// Name of the task: an actor of the scenario, a task as the kernel calls it (a final `*` stands for the rest), or
  /// nil for any.
  package var task: String?
  package var place: SchedulePlace
  /// The arrival that counts, from 1; nil for each.
  package var arrival: Int?
  package var until: ScheduleCondition
  /// Instructions that the other vCPUs may run during a pause, which ends then in any case.
  package var limit: Int

  package init(
    task: String?, at place: SchedulePlace, arrival: Int? = nil, until: ScheduleCondition, limit: Int? = nil
  ) {
    (self.task, self.place, self.arrival, self.until) = (task, place, arrival, until)
    self.limit = limit ?? Self.usualLimit
    if case .run(let count) = until { self.limit = count }
  }

  /// Limit of a pause that waits for a task: 32 ms of guest time with the usual shift.
  package static let usualLimit = 4_000_000
}

/// Place in the kernel's code.
package struct SchedulePlace: Sendable, Hashable {
  package enum Position: Sendable, Hashable {
    /// Its first instruction.
    case entry
    /// The nth call of another function in it, from 1 in the order of the code; `isAfter`: when that has returned.
    case call(String, nth: Int, isAfter: Bool)
    /// Bytes from its first instruction; of one build only.
    case offset(Int)
  }

  package var function: String
  package var position: Position

  package init(_ function: String, _ position: Position = .entry) {
    (self.function, self.position) = (function, position)
  }
}

/// Condition that ends a pause.
package enum ScheduleCondition: Sendable, Hashable {
  /// A task reaches a place.
  case reach(task: String?, SchedulePlace)
  /// A task gives up its vCPU: it calls `schedule()`.
  case block(task: String?)
  /// The other vCPUs have run so many instructions.
  case run(Int)
}

extension SchedulePlace: CustomStringConvertible {
  package var description: String {
    switch position {
    case .entry: function
    case .offset(let offset): "\(function)+0x\(String(offset, radix: 16))"
    case .call(let callee, let nth, let isAfter):
      "\(function), \(isAfter ? "after" : "before") \(nth == 1 ? "" : "call \(nth) of ")\(callee)"
    }
  }
}

extension ScheduleRule: CustomStringConvertible {
  /// The rule in one sentence without a final stop.
  package var description: String {
    let which = arrival.map { " (arrival \($0))" } ?? ""
    return "\(task ?? "any task") at \(place)\(which) waits until \(until)"
  }
}

extension ScheduleCondition: CustomStringConvertible {
  package var description: String {
    switch self {
    case .reach(let task, let place): "\(task ?? "another task") reaches \(place)"
    case .block(let task): "\(task ?? "another task") blocks"
    case .run(let count): "other vCPUs have run \(count) instructions"
    }
  }
}
