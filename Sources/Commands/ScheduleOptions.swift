import ArgumentParser
import Records

/// The shared choice of how vCPUs run.
struct ScheduleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "mttcg: vCPUs run freely. icount[:SHIFT[:CPUS]]: an instruction takes 2^SHIFT ns of guest time (default: 3); with one CPU, the same way each time.",
      valueName: "schedule"),
    completion: .list(["mttcg", "icount"]), transform: readSchedule)
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
  guard let schedule = Schedule(text) else {
    throw ValidationError(
      "'\(text)' is no schedule: mttcg, icount, icount:SHIFT or icount:SHIFT:CPUS with a SHIFT of 0 to 10 and 1 to 16 CPUS"
    )
  }
  return schedule
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
