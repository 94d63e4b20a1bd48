import ArgumentParser
import Foundation
import Model
import Reports
import ResultStore
import Runs

struct ExploreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract: "Try the orders of a scenario's tasks one by one, each with one forced preemption.",
    discussion: """
      Profiles a trial under `--schedule turns` that passes: which functions of the kernel its tasks enter. Then holds a \
      task at one entry of one function while the others run, in a trial of its own for each entry, with the same seed. \
      What fails is repeated with fresh seeds and becomes a schedule file. Without a failure the report says what was \
      covered. With --between and --and, only the orders in which tasks come to two functions are tried.

      Exit status: 0 if every order was reached and none failed, 1 if one failed, 2 if some were not tried or not \
      reached, 64 invalid request, 69 infrastructure error.

        zlab explore vfio-detach-race --kernel mine --set iterations=1 --jobs 2
        zlab explore slot-power-race --kernel debian:trixie --budget 30m
        zlab explore recover-race --kernel debian:sid --set seconds=1 \\
          --between recover_store --and power_write_file
      """)

  private static let (usualTrials, usualBudget) = (10, Duration.seconds(600))

  @Argument(help: "Scenario: a name from `zlab scenario list`, or a .yaml file", completion: scenarioCompletion)
  var scenario: String

  @Option(
    help: "Kernel: a name or id prefix from `zlab kernel list`, or the path of a bzImage", completion: kernelCompletion
  )
  var kernel = "latest"

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Set a scenario parameter; may be repeated", valueName: "name=value"),
    completion: settingCompletion)
  var settings: [String] = []

  @Option(help: ArgumentHelp("Function of one task; requires --and", valueName: "function"))
  var between: String?

  @Option(help: ArgumentHelp("Function of the other task", valueName: "function"))
  var and: String?

  @Option(
    help: ArgumentHelp("Time limit of the search, such as 10m (default: 10m)", valueName: "time"),
    transform: timeArgument)
  var budget = usualBudget

  @Option(help: "Trials with fresh seeds for each failure that is found, and for each order of --between")
  var trials = usualTrials

  @Flag(help: "Stop at the first failure")
  var untilFinding = false

  @Option(help: "Random seed; the same seed repeats the same search (default: a random one)")
  var seed: UInt64?

  @OptionGroup(title: "Execution") var jobs: JobsOption
  @OptionGroup(title: "Execution") var host: HostOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var progress: ProgressOptions

  func validate() throws {
    guard (between == nil) == (and == nil) else { throw ValidationError("--between and --and require each other.") }
    guard (1...10_000).contains(trials) else { throw ValidationError("--trials must be 1 to 10000.") }
    guard budget >= .seconds(1) else { throw ValidationError("--budget must be at least 1s.") }
  }

  func run() async throws {
    lowerPriority()
    try host.check()
    let store = try ResultStore(userLocations)
    let session = try ExploreSession(self, store)
    let report = try await host.withHost(userLocations) { host, facts in try await session.explore(on: host, facts) }
    standardError.status(nil)
    switch output.format {
    case .json: try printResult(jsonText(report))
    case .text: try printReport(report.text(output.style))
    }
    switch report.outcome {
    case .found, .turnsSuffice: throw ExitStatus.kernelFailed.exit
    case .unconfirmed, .incomplete, .notReached: throw ExitStatus.inconclusive.exit
    case .exhausted: break
    }
  }

  /// The command that does the same again.
  func again(_ setup: RunSetup, kernel: String, seed: UInt64) -> ReproCommand {
    var command = ReproCommand("explore", [setup.scenarioName, "--kernel", kernel])
    for (name, value) in setup.settings.sorted(by: { $0.key < $1.key }) { command.add("--set", "\(name)=\(value)") }
    command.add("--between", between)
    command.add("--and", and)
    if budget != Self.usualBudget { command.add("--budget", "\(budget.components.seconds)s") }
    if trials != Self.usualTrials { command.add("--trials", String(trials)) }
    if untilFinding { command.add(["--until-finding"]) }
    if setup.jobs > 1 { command.add("--jobs", String(setup.jobs)) }
    command.add(host.words + ["--seed", String(seed)])
    return command
  }
}
