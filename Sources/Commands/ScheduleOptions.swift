import ArgumentParser
import Foundation
import Model
import Schedules

/// The shared choice of how vCPUs run.
struct ScheduleOptions: ParsableArguments {
  @Option(
    name: .customLong("schedule"),
    help: ArgumentHelp(
      "mttcg: vCPUs run freely. turns[:SHIFT[:CPUS]]: 2 to 4 vCPUs (default: 2) run in turns that the seed decides, the same way each time. icount[:SHIFT]: one vCPU, the same way each time. An instruction takes 2^SHIFT ns of guest time (default: 3). FILE.yaml: turns with the rules of a schedule file.",
      valueName: "schedule"),
    completion: .file(extensions: ["yaml", "yml"]), transform: readSchedule)
  var chosen = ScheduleChoice.named(.mttcg)

  @Flag(help: "Boot a guest for each trial instead of restoring a snapshot.")
  var cold = false

  @Option(
    help: ArgumentHelp(
      "Kinds of findings that fail a trial but do not end it, such as lockdep, so that what comes after them shows too; separated by commas",
      valueName: "kinds"))
  var continueAfter: String?

  var start: TrialStart { cold ? .booted : .restored }

  /// The options that a repeated command needs, where they are not the usual ones.
  var words: [String] {
    let schedule: [String] =
      switch chosen {
      case .named(.mttcg): []
      case .named(let schedule): ["--schedule", schedule.description]
      case .file(let path): ["--schedule", path]
      }
    return schedule + (cold ? ["--cold"] : []) + (continueAfter.map { ["--continue-after", $0] } ?? [])
  }

  /// The schedule file; nil when none is named.
  /// - Throws: `RequestError` when it cannot be read or is wrong.
  func rules() throws(RequestError) -> ScheduleFile? {
    guard case .file(let path) = chosen else { return nil }
    let rules = try readScheduleFile(path)
    guard !cold else {
      throw RequestError("a schedule file needs guests that are restored from a snapshot", advice: "Leave out --cold.")
    }
    return rules
  }
}

/// Reads a schedule file.
/// - Throws: `RequestError` when it cannot be read or is wrong.
func readScheduleFile(_ path: String) throws(RequestError) -> ScheduleFile {
  guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: 1 << 20) else {
    throw RequestError("cannot read the schedule \(path): \(String(cString: strerror(errno)))")
  }
  return try ScheduleFile(parsing: String(decoding: data, as: UTF8.self), file: path)
}

/// Argument of `--schedule`.
enum ScheduleChoice: Hashable {
  case named(Schedule)
  /// An absolute path.
  case file(String)
}

@Sendable private func readSchedule(_ text: String) throws -> ScheduleChoice {
  if Schedule.isFile(text) { return .file(absolutePath(text)) }
  do { return .named(try Schedule.reading(text)) } catch {
    throw ValidationError("the schedule '\(text)' \(error.problem)")
  }
}

/// Reads `--set NAME=VALUE`.
/// - Throws: `RequestError` for anything else.
func readSettings(_ settings: [String]) throws(RequestError) -> [String: String] {
  var values: [String: String] = [:]
  for setting in settings {
    let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw RequestError("--set takes NAME=VALUE, not '\(setting)'") }
    values[String(parts[0])] = String(parts[1])
  }
  return values
}
