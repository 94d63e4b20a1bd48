import Model
import Statistics

extension PinReport {
  /// The report for a person: the outcome, both rates, the order of the tasks, the schedule file and the commands.
  package func text(_ style: Style) -> String {
    var lines = [
      "\(escapedForTerminal(finding.title)) of trial \(trial), \(escapedForTerminal(scenario)) on "
        + "\(escapedForTerminal(kernel.name)): " + outcome(style)
    ]
    if let measured { lines.append("  with the schedule: " + words(measured)) }
    if let control { lines.append("  under turns without rules: " + words(control)) }
    if let twin { lines.append("  trial under turns that shows it: \(twin)") }
    if tried.trials > 0 {
      lines.append("  tried to find it: \(count(tried.schedules, "schedule")) in \(count(tried.trials, "trial"))")
    }
    lines += advice.map { ["", $0] } ?? []
    lines += storyText(style)
    if let measurement { lines += measurement.scheduleText(style, isDrawn: story.isEmpty) }
    if let schedule {
      lines += ["", style.strong("Schedule file")]
      lines += schedule.text.split(separator: "\n").map { "  " + escapedForTerminal(String($0)) }
    }
    if let export {
      lines += ["", style.strong("Program") + " " + escapedForTerminal(export.file)] + ["  " + export.words]
    }
    if let reproduce { lines += ["", style.strong("To reproduce"), "  " + escapedForTerminal(reproduce)] }
    if let replay { lines.append("  \(replay)   one trial, the same way each time") }
    lines += ["", style.strong("To repeat the search"), "  " + escapedForTerminal(command)]
    return lines.joined(separator: "\n") + "\n"
  }

  private func outcome(_ style: Style) -> String {
    switch outcome {
    case .pinned: style.good("pinned")
    case .turnsSuffice: style.good("shows under turns, rules are not needed")
    case .unreliable: style.doubtful("not pinned, the schedule shows it too seldom")
    case .noSchedule: style.doubtful("not pinned, no schedule found")
    case .noTwin: style.doubtful("not pinned, it does not show under turns")
    case .notRepeatable: style.doubtful("not pinned, its trial under turns cannot be repeated")
    }
  }

  private var advice: String? {
    switch outcome {
    case .pinned: nil
    case .turnsSuffice:
      "To find the order that it takes, make it rarer: --set with fewer iterations or a shorter time."
    case .unreliable: "Another --seed starts from another trial, and may find other rules."
    case .noSchedule: "Raise --max-trials, or try another --seed: another trial suggests other rules."
    case .noTwin: "Raise --max-trials, or --set parameters of the scenario with which it shows more often."
    case .notRepeatable:
      "What makes trials with the same seed differ: functions plugged by the host, a disk, a driver that uses its function."
    }
  }

  /// A column for each vCPU, time downwards.
  private func storyText(_ style: Style) -> [String] {
    ScheduleCourse(story, finding: finding).map { [""] + $0.text(style, most: Self.mostRows) } ?? []
  }

  private static let mostRows = 120

  private func words(_ sample: Sample) -> String {
    guard let value = sample.rate.value else { return "no valid trial, run \(sample.run)" }
    return "\(sample.rate.failures) of \(count(sample.rate.trials, "trial")), \(percent(value)), "
      + "95 % interval \(percent(sample.rate.low)) to \(percent(sample.rate.high)), run \(sample.run)"
  }
}
