import Model
import Statistics

extension RunReport {
  /// The rules of the schedule file: how often each was reached, and their course in one trial.
  /// - Parameter isDrawn: whether the course of one trial follows.
  package func scheduleText(_ style: Style, isDrawn: Bool = true) -> [String] {
    guard let schedule = run.rules else { return [] }
    let valid = summary.passes + summary.fails
    var lines = ["", style.strong("Schedule") + " " + escapedForTerminal(schedule.file)]
    for (index, rule) in schedule.rules.enumerated() {
      let reached =
        rule.reached == 0 ? style.doubtful("never reached") : "reached in \(rule.reached) of \(count(valid, "trial"))"
      lines.append("  rule \(index + 1): \(escapedForTerminal(rule.rule)): \(reached)")
    }
    if !schedule.isReached, summary.fails == 0, valid > 0 {
      lines.append(
        "  The run is inconclusive: trials that do not reach a rule say nothing about the order it asks for.")
    }
    let shown =
      trials.first { $0.verdict == .fail && $0.schedule?.events.isEmpty == false }
      ?? trials.first { $0.verdict == .pass && $0.schedule?.events.isEmpty == false }
    if isDrawn, let shown { lines += [""] + drawing(of: shown, schedule, style) }
    return lines
  }

  /// The course of the rules in a trial: a column for each vCPU, time downwards.
  private func drawing(of trial: Trial, _ schedule: RunSchedule, _ style: Style) -> [String] {
    let events = Array((trial.schedule?.events ?? []).prefix(Self.mostEvents))
    let vcpus = Set(events.map(\.vcpu)).sorted()
    guard let first = events.first, vcpus.count <= 4 else { return [] }
    var rows = [
      ["instructions"]
        + vcpus.map { vcpu in
          let tasks = events.filter { $0.vcpu == vcpu }.compactMap(\.task)
          let names = tasks.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
          return "vCPU \(vcpu)"
            + (names.isEmpty ? "" : ": " + escapedForTerminal(names.prefix(3).joined(separator: ", ")))
        }
    ]
    var pausing: Set<Int> = []
    for (index, event) in events.enumerated() where schedule.rules.indices.contains(event.rule) {
      let next = events.dropFirst(index + 1).first { $0.vcpu == event.vcpu }
      let pauses = event.end == nil && next?.end != nil && next?.rule == event.rule && next?.end != .alone
      guard event.end != .alone else { continue }
      rows.append(
        [String(event.total - first.total)]
          + vcpus.map { vcpu in
            guard vcpu == event.vcpu else { return pausing.contains(vcpu) ? "|" : "" }
            if let end = event.end { return "goes on: " + words(for: end) }
            return (pauses ? "|| " : "") + escapedForTerminal(schedule.rules[event.rule].place)
          })
      if event.end != nil { pausing.remove(event.vcpu) } else if pauses { pausing.insert(event.vcpu) }
    }
    var lines = [
      style.strong("Course of trial \(trial.number)") + style.faint("   || pauses"),
      table(rows.map { ["  " + $0[0]] + $0[1...] }),
    ]
    if (trial.schedule?.events.count ?? 0) > events.count { lines.append("  and so on") }
    if let finding = trial.findings.first { lines.append("  then: " + style.bad(escapedForTerminal(finding.title))) }
    return lines
  }

  private static let mostEvents = 16

  private func words(for end: PauseEnd) -> String {
    switch end {
    case .reached: "the awaited task came"
    case .ran: "the others have run"
    case .limit: "limit, the awaited task did not come"
    case .idle: "the others wait"
    case .alone: "nobody else can run"
    }
  }
}
