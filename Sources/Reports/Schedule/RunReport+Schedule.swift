package import Model
import Statistics

extension RunReport {
  /// The rules of the schedule file: how often each was reached, and the course of one trial.
  /// - Parameter isDrawn: whether the course follows.
  package func scheduleText(_ style: Style, isDrawn: Bool = true) -> [String] {
    guard let part = schedulePart else { return [] }
    var lines = ["", style.strong("Schedule") + " " + escapedForTerminal(part.schedule.file)]
    for (index, rule) in part.schedule.rules.enumerated() {
      let reached = rule.reached == 0 ? style.doubtful("never reached") : part.reached(index)
      lines.append("  rule \(index + 1): \(escapedForTerminal(rule.rule)): \(reached)")
    }
    if !part.schedule.isReached, summary.fails == 0, part.valid > 0 {
      lines.append(
        "  The run is inconclusive: trials that do not reach a rule say nothing about the order it asks for.")
    }
    if isDrawn, let course = part.course { lines += [""] + course.text(style, most: Self.mostRows) }
    return lines
  }

  private static let mostRows = 40

  /// The schedule file of the run, and what it did; nil when it has none.
  package var schedulePart: SchedulePart? {
    run.rules.map { SchedulePart(schedule: $0, valid: summary.passes + summary.fails, trials: trials) }
  }
}

/// Schedule file of a run with what its rules did.
package struct SchedulePart: Sendable, Hashable {
  package let schedule: RunSchedule
  /// Number of valid trials.
  package let valid: Int
  /// Course of the trial that shows most; nil when no rule was reached.
  package let course: ScheduleCourse?

  package init(schedule: RunSchedule, valid: Int, trials: [Trial]) {
    (self.schedule, self.valid) = (schedule, valid)
    course = ScheduleCourse(of: schedule, in: trials)
  }

  /// Words for how often a rule was reached.
  package func reached(_ index: Int) -> String {
    let reached = schedule.rules[index].reached
    return reached == 0 ? "never reached" : "reached in \(reached) of \(count(valid, "trial"))"
  }

  /// The rules and the drawing as HTML, without a heading.
  package var html: String {
    let rules = schedule.rules.enumerated().map { index, rule in
      "<li>\(escaped(clipped(rule.rule, 400))): \(reached(index))</li>"
    }
    let drawing = course.map {
      "<h3>\(escaped($0.heading))</h3>\n<div class=\"wide\">\($0.drawing)</div>"
    }
    return "<p><code>\(escaped(clipped(schedule.file, 300)))</code></p>\n<ol>\(rules.joined())</ol>\n\(drawing ?? "")"
  }
}
