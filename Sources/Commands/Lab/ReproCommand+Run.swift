import Foundation
import Model
import Reports
import Schedules
import Trials

extension ReproCommand {
  /// Options of the setup, except the kernel.
  mutating func add(_ setup: RunSetup) {
    add("--image", setup.image == setup.scenario.image ? nil : setup.image)
    for (name, value) in setup.settings.sorted(by: { $0.key < $1.key }) { add("--set", "\(name)=\(value)") }
    add("--schedule", setup.rules?.file ?? (setup.schedule == .mttcg ? nil : setup.schedule.description))
    if setup.start == .booted { add(["--cold"]) }
    add("--jobs", setup.jobs > 1 ? String(setup.jobs) : nil)
  }

  /// `zlab run` on one kernel.
  /// - Parameters:
  ///   - kernel: a name, or an id whose first 12 digits are enough.
  ///   - seed: nil leaves it to chance.
  static func run(_ setup: RunSetup, kernel: String, goal: RunGoal, seed: UInt64? = nil) -> ReproCommand {
    var command = ReproCommand("run", [setup.scenarioName, "--kernel", kernel])
    command.add("--trials", goal.trials.map { String($0) })
    command.add("--for", goal.time.map { "\(Int($0))s" })
    if goal.untilFinding { command.add(["--until-finding"]) }
    command.add(setup)
    if setup.confidence != 0.95 { command.add("--confidence", String(setup.confidence)) }
    if setup.cores > 0 { command.add("--keep-cores", String(setup.cores)) }
    command.add(setup.hostWords)
    command.add("--seed", seed.map { String($0) })
    return command
  }
}

/// A file of the user's by its absolute path; what is no file, such as `debian:6.1` or `-`, as it is.
func absolutePath(_ text: String) -> String {
  guard text != "-", text.contains("/") || FileManager.default.fileExists(atPath: text) else { return text }
  return URL(fileURLWithPath: text).standardizedFileURL.path
}
