import ArgumentParser
import Records

/// The shared choice of how vCPUs run.
struct ScheduleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "mttcg: vCPUs run freely. icount[:SHIFT]: one vCPU that counts instructions, the same way each time.",
      valueName: "schedule"),
    completion: .list(["mttcg", "icount"]), transform: readSchedule)
  var schedule = Schedule.mttcg

  /// The option that a repeated command needs, where it is not the usual one.
  var words: [String] { schedule == .mttcg ? [] : ["--schedule", schedule.description] }
}

@Sendable private func readSchedule(_ text: String) throws -> Schedule {
  guard let schedule = Schedule(text) else {
    throw ValidationError("'\(text)' is no schedule: mttcg, icount or icount:SHIFT with a SHIFT of 0 to 10")
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
