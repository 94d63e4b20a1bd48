import ArgumentParser
import Model
import ResultStore
import Statistics

/// Options for the stopping rule of a run.
struct GoalOptions: ParsableArguments {
  @Option(help: "Number of valid trials; those lost to infrastructure errors are repeated (default: 10)")
  var trials: Int?

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("Time limit: start no trial later than this, for instance 90s, 10m or 8h", valueName: "time"),
    transform: timeArgument)
  var time: Duration?

  @Flag(help: "Stop at the first failing trial")
  var untilFinding = false

  @Option(
    help: ArgumentHelp(
      "Choose the number of trials so that, if all pass, the failure rate of this earlier run is excluded",
      valueName: "run"), completion: runCompletion)
  var toExclude: String?

  @Option(help: "Confidence level of intervals and of the failure rate that a clean run excludes")
  var confidence = 0.95

  func validate() throws {
    if let trials, !(1...1_000_000).contains(trials) { throw ValidationError("--trials must be 1 to 1000000.") }
    guard (0.5..<1).contains(confidence) else { throw ValidationError("--confidence must be 0.5 to below 1.") }
    if trials != nil && toExclude != nil { throw ValidationError("--trials and --to-exclude are mutually exclusive.") }
  }

  /// True if anything was asked for.
  var isGiven: Bool { trials != nil || time != nil || untilFinding || toExclude != nil || confidence != 0.95 }

  /// Goal given by the options.
  func goal(_ store: () throws -> ResultStore) throws -> RunGoal {
    let asked = try toExclude.map { try trialsToExclude($0, store()) } ?? trials
    let openEnded = untilFinding || time != nil
    return RunGoal(
      trials: asked ?? (openEnded ? nil : 10), time: time.map { $0 / .seconds(1) }, untilFinding: untilFinding)
  }

  /// The lower end of the other run's interval counts: its true rate is hardly smaller.
  private func trialsToExclude(_ text: String, _ store: ResultStore) throws -> Int {
    let run = try store.run(text)
    let counts = try store.countedRun(run.id)?.counts ?? RunCounts([])
    let rate = Rate(failures: counts.fails, trials: counts.fails + counts.passes, confidence: confidence)
    guard let count = Statistics.trialsToExclude(rate: rate.low, confidence: confidence) else {
      throw RequestError("run \(run.id) has no failing trial, so there is no failure rate to exclude")
    }
    return count
  }
}
