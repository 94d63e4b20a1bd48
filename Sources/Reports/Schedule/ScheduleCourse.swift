package import Model

/// Course of the tasks of a trial in lanes, one for each vCPU, time downwards: what a schedule's rules did, or which
/// functions tasks entered.
package struct ScheduleCourse: Sendable, Hashable {
  /// Event of a task.
  package enum Event: Sendable, Hashable {
    /// It enters a function, within so many others of the course.
    case call(String, depth: Int)
    /// It comes to the place of a rule and goes on.
    case place(String)
    /// It pauses, at a place where that is known.
    case pause(String?)
    /// Its pause is over, for a reason where that is known.
    case resume(String?)
  }

  package struct Row: Sendable, Hashable {
    /// Instructions of all vCPUs since the course begins; nil where it is between those of the rows around.
    package let instructions: Int?
    /// Index in ``ScheduleCourse/lanes``.
    package let lane: Int
    package let event: Event
  }

  package struct Lane: Sendable, Hashable {
    package let vcpu: Int
    /// Names of its tasks, as the guest has them; at most three.
    package let tasks: [String]
  }

  package let heading: String
  /// 1 to 4, by their vCPUs.
  package let lanes: [Lane]
  package private(set) var rows: [Row] = []
  /// The failure that it ends with; nil for a trial that passed.
  package let finding: Finding?

  private init?(_ heading: String, tasks: [(vcpu: Int, name: String?)], finding: Finding?) {
    let vcpus = Set(tasks.map(\.vcpu)).sorted()
    guard (1...4).contains(vcpus.count) else { return nil }
    lanes = vcpus.map { vcpu in
      let names = tasks.filter { $0.vcpu == vcpu }.compactMap(\.name).reduce(into: [String]()) {
        if !$0.contains($1) { $0.append($1) }
      }
      return Lane(vcpu: vcpu, tasks: Array(names.prefix(3)))
    }
    (self.heading, self.finding) = (heading, finding)
  }

  /// The lane of the CPU that reported the failure; nil where the report does not say.
  package var reportingLane: Int? { finding?.cpu.flatMap { cpu in lanes.firstIndex { $0.vcpu == cpu } } }

  private mutating func add(_ instructions: Int?, _ vcpu: Int, _ event: Event) {
    guard let lane = lanes.firstIndex(where: { $0.vcpu == vcpu }) else { return }
    rows.append(Row(instructions: instructions, lane: lane, event: event))
  }
}

extension ScheduleCourse {
  /// Course of the rules in a trial; nil where none was reached.
  package init?(of trial: Trial, _ schedule: RunSchedule) {
    let events = (trial.schedule?.events ?? []).filter { schedule.rules.indices.contains($0.rule) }
    guard let first = events.first else { return nil }
    self.init(
      "Course of trial \(trial.number)", tasks: events.map { ($0.vcpu, $0.task) }, finding: trial.findings.first)
    for (index, event) in events.enumerated() where event.end != .alone {
      let instructions = event.total - first.total
      let place = schedule.rules[event.rule].place
      if let end = event.end {
        add(instructions, event.vcpu, .resume(words(for: end)))
        continue
      }
      let next = events.dropFirst(index + 1).first { $0.vcpu == event.vcpu }
      let pauses = next?.end != nil && next?.rule == event.rule && next?.end != .alone
      add(instructions, event.vcpu, pauses ? .pause(place) : .place(place))
    }
  }

  /// Course of a trial whose functions were traced; nil for an empty one.
  package init?(_ story: [StoryStep], finding: Finding?) {
    self.init(
      "Order of the tasks, by some of the functions that they enter", tasks: story.map { ($0.vcpu, $0.task) },
      finding: finding)
    for step in story {
      if let pauses = step.pauses { add(step.instructions, step.vcpu, pauses ? .pause(nil) : .resume(nil)) }
      for (index, function) in step.functions.enumerated() {
        let depth = step.depths.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? 0
        add(index == 0 ? step.instructions : nil, step.vcpu, .call(function, depth: min(max(0, depth), 12)))
      }
    }
  }

  /// The course that says most about a run: its story, or that of a failing trial, or of any valid one.
  package init?(of schedule: RunSchedule, in trials: [Trial]) {
    let failing = trials.first { $0.verdict == .fail }
    if let story = schedule.story, !story.isEmpty {
      self.init(story, finding: failing?.findings.first)
      return
    }
    let shown =
      trials.first { $0.verdict == .fail && $0.schedule?.events.isEmpty == false }
      ?? trials.first { $0.verdict == .pass && $0.schedule?.events.isEmpty == false }
    guard let shown else { return nil }
    self.init(of: shown, schedule)
  }
}

private func words(for end: PauseEnd) -> String {
  switch end {
  case .reached: "the awaited task came"
  case .ran: "the others have run"
  case .limit: "limit, the awaited task did not come"
  case .idle: "the others wait"
  case .alone: "nobody else can run"
  }
}
