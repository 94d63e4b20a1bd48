package import Model

extension TraceAnalysis {
  /// Rules that the trace suggests, each time a rendezvous of two tasks, the likeliest first.
  ///
  /// At a change of the trace from a task A to a task B on another vCPU, A may have been in the middle of what B must not
  /// see. The rules make that order come about with any seed: A pauses at a place that it had just passed, and B waits
  /// at a place that it came to next until A is there. The last changes before the report come first.
  /// - Parameter most: number of candidates.
  package func candidates(most: Int) -> [[ScheduleRule]] {
    var found: [(rank: Int, rules: [ScheduleRule])] = []
    for (depth, index) in runs.indices.reversed().prefix(Self.changes).enumerated() {
      guard let passed = passed(before: index) else { continue }
      let goes = runs[index]
      let ahead = telling(goes.prefix(Self.window), nearest: goes.lowerBound, most: Self.choices)
      for (first, at) in passed.enumerated() {
        for (second, waits) in ahead.enumerated() {
          guard let rules = rendezvous(entries[at], entries[waits]) else { continue }
          found.append((2 * depth + first + second, rules))
        }
      }
    }
    let sorted = found.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
    let unique = sorted.map(\.element.rules).reduce(into: [[ScheduleRule]]()) { if !$0.contains($1) { $0.append($1) } }
    return Array(unique.prefix(most))
  }

  // Of the changes between tasks, of the entries around each, of the places on each side.
  private static let (changes, window, choices) = (12, 600, 3)
  // Instructions for which the interrupted task is held: 3 ms of guest time with the usual shift.
  package static let pause = 400_000

  /// Entries of another task that was interrupted on another vCPU before a run, also of its runs before, for its last
  /// may be short.
  private func passed(before index: Int) -> [Int]? {
    let task = entries[runs[index].lowerBound]
    guard
      let other = runs[..<index].last(where: {
        let entry = entries[$0.lowerBound]
        return entry.task != task.task && entry.vcpu != task.vcpu
      })
    else { return nil }
    let holder = entries[other.upperBound - 1].task
    let own = entries.indices.prefix(other.upperBound).filter { entries[$0].task == holder }.suffix(Self.window)
    return telling(own, nearest: other.upperBound, most: Self.choices)
  }

  private func rendezvous(_ holder: FunctionTrace.Entry, _ other: FunctionTrace.Entry) -> [ScheduleRule]? {
    guard let (held, waiting) = taskName(of: holder).flatMap({ held in taskName(of: other).map { (held, $0) } }),
      let at = place(of: holder), let waits = place(of: other)
    else { return nil }
    return ScheduleRule.rendezvous(held: (held, at), waiting: (waiting, waits))
  }

  /// The rules with a pause of so many instructions replaced by one that ends when another task comes to a place that
  /// it came to during the last such pause; the likeliest first.
  /// - Parameters:
  ///   - rules: under which the trace was made.
  ///   - course: what became of them.
  package func symbolic(_ rules: [ScheduleRule], in course: TrialSchedule) -> [[ScheduleRule]] {
    rules.indices.flatMap { index -> [[ScheduleRule]] in
      guard case .run = rules[index].until, let pause = course.pauses(of: index).last else { return [] }
      // A quarter of the pause was too short.
      let late = pause.totals.lowerBound + UInt64(pause.totals.count / 4)
      let during = entries.indices.filter {
        (late...pause.totals.upperBound).contains(entries[$0].total) && entries[$0].vcpu != pause.vcpu
      }
      return telling(during, nearest: during.last ?? 0, most: 2 * Self.choices).compactMap { entry in
        guard let task = taskName(of: entries[entry]), let place = place(of: entries[entry]) else { return nil }
        var other = rules
        other[index] = ScheduleRule(
          task: rules[index].task, at: rules[index].place, arrival: rules[index].arrival,
          until: .reach(task: task, place))
        return other
      }
    }
  }
}

/// Pause of a vCPU.
struct SchedulePause: Hashable {
  let vcpu: Int
  /// Instructions of all vCPUs from its beginning to its end.
  let totals: ClosedRange<UInt64>
}

extension TrialSchedule {
  /// Pauses of a rule that came to an end, in order.
  func pauses(of rule: Int) -> [SchedulePause] {
    events.indices.compactMap { index in
      let start = events[index]
      guard start.rule == rule, start.end == nil,
        let end = events[(index + 1)...].first(where: { $0.vcpu == start.vcpu && $0.end != nil }), end.rule == rule,
        end.end != .alone, start.total >= 0, start.total <= end.total
      else { return nil }
      return SchedulePause(vcpu: start.vcpu, totals: UInt64(start.total)...UInt64(end.total))
    }
  }
}
