import Foundation
import Model
import Reports
import Schedules
import Trials

/// A command line that reproduces something, from whatever folder it is pasted into; the only maker of such lines.
///
/// What is as `zlab` has it by default is left out, and files of the user's are named by absolute paths.
struct ReproCommand {
  private(set) var words: [String]

  /// - Parameter verb: the command, for instance `bisect start`.
  init(_ verb: String, _ arguments: [String] = []) {
    words = ["zlab"] + verb.split(separator: " ").map(String.init) + arguments
  }

  /// As a shell reads it.
  var text: String { words.map(shellQuoted).joined(separator: " ") }

  /// An option of one value; nothing when there is none.
  mutating func add(_ option: String, _ value: String?) {
    if let value { words += [option, value] }
  }

  /// The option once for each value.
  mutating func add(_ option: String, each values: [String]) {
    for value in values { words += [option, value] }
  }

  /// Words that an option group makes of itself.
  mutating func add(_ more: [String]) { words += more }

  /// Options of the setup, except the kernel.
  mutating func add(_ setup: RunSetup) {
    add("--image", setup.image == setup.scenario.image ? nil : setup.image)
    for (name, value) in setup.settings.sorted(by: { $0.key < $1.key }) { words += ["--set", "\(name)=\(value)"] }
    if let rules = setup.rules {
      words += ["--schedule", rules.file]
    } else if setup.schedule != .mttcg {
      words += ["--schedule", setup.schedule.description]
    }
    if setup.start == .booted { words.append("--cold") }
    if setup.jobs > 1 { words += ["--jobs", String(setup.jobs)] }
  }
}

extension ReproCommand {
  /// `zlab run` on one kernel.
  /// - Parameters:
  ///   - kernel: a name, or an id whose first 12 digits are enough.
  ///   - seed: nil leaves it to chance.
  static func run(_ setup: RunSetup, kernel: String, goal: RunGoal, seed: UInt64? = nil) -> ReproCommand {
    var command = ReproCommand("run", [setup.scenarioName, "--kernel", kernel])
    command.add("--trials", goal.trials.map { String($0) })
    command.add("--for", goal.time.map { "\(Int($0))s" })
    if goal.untilFinding { command.words.append("--until-finding") }
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
