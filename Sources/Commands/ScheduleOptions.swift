import ArgumentParser
import Model

/// The shared choice of how vCPUs run.
struct ScheduleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "mttcg: vCPUs run freely. turns[:SHIFT[:CPUS]]: 2 to 4 vCPUs (default: 2) run in turns that the seed decides, the same way each time. icount[:SHIFT]: one vCPU, the same way each time. An instruction takes 2^SHIFT ns of guest time (default: 3).",
      valueName: "schedule"),
    completion: .list(["mttcg", "icount", "turns"]), transform: readSchedule)
  var schedule = Schedule.mttcg

  @Flag(help: "Boot a guest for each trial instead of restoring a snapshot.")
  var cold = false

  var start: TrialStart { cold ? .booted : .restored }

  /// The options that a repeated command needs, where they are not the usual ones.
  var words: [String] {
    (schedule == .mttcg ? [] : ["--schedule", schedule.description]) + (cold ? ["--cold"] : [])
  }
}

@Sendable private func readSchedule(_ text: String) throws -> Schedule {
  do { return try Schedule.reading(text) } catch {
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
