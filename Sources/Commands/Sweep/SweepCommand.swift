import ArgumentParser
import Foundation
import LibvirtGuest
import Model
import Reports
import ResultStore
import Runs
import Statistics
import Trials

struct SweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Find the value of a scenario parameter with the highest failure rate.",
    discussion: """
      The first round distributes values over the range, logarithmically if it is wide; later rounds refine around the \
      best value. The trials of each value are a run, see `zlab report`. Exit status: 0 if no trial failed, 1 if \
      one did, 2 if there was no valid trial.

        zlab sweep slot-power-race --kernel debian:bookworm \\
            --parameter max-delay-us --from 0 --to 100000
        zlab sweep vfio-detach-race --kernel latest \\
            --parameter min-delay-us --parameter max-delay-us --from 1 --to 5000
      """)

  @Argument(help: "Scenario: a name from `zlab scenario list`, or a .yaml file", completion: scenarioCompletion)
  var scenario: String

  @Option(
    help: "Kernel: a name or id prefix from `zlab kernel list`, or the path of a bzImage", completion: kernelCompletion
  )
  var kernel = "latest"

  @Option(
    help: "Image recipe, or a disk id prefix (default: the scenario's image)",
    completion: imageCompletion)
  var image: String?

  @Option(
    name: .customLong("parameter"), help: "Parameter to vary; if repeated, all get the same value",
    completion: parameterCompletion)
  var parameters: [String]

  @Option(help: "Lowest value")
  var from: Int

  @Option(help: "Highest value")
  var to: Int

  @Option(help: "Number of trials per value")
  var trials = 5

  @Option(help: "Number of values in the first round")
  var points = 8

  @Option(help: "Maximum number of trials in all rounds (default: three times the first round)")
  var maxTrials: Int?

  @OptionGroup(title: "Execution") var schedule: ScheduleOptions

  @OptionGroup(title: "Execution") var jobs: JobsOption

  @Option(help: "Random seed (default: a random one)")
  var seed: UInt64?

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Set a scenario parameter; may be repeated", valueName: "name=value"),
    completion: settingCompletion)
  var settings: [String] = []

  @OptionGroup(title: "Execution") var host: HostOptions
  @OptionGroup(title: "Slurm") var executor: ExecutorOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var progress: ProgressOptions

  func validate() throws {
    guard !parameters.isEmpty else { throw ValidationError("Expected --parameter.") }
    guard from >= 0, from < to, to <= 1 << 40 else { throw ValidationError("--from must be 0 to below --to.") }
    guard (1...10_000).contains(trials) else { throw ValidationError("--trials must be 1 to 10000.") }
    guard (2...1000).contains(points) else { throw ValidationError("--points must be 2 to 1000.") }
    if let maxTrials, !(1...1_000_000).contains(maxTrials) {
      throw ValidationError("--max-trials must be 1 to 1000000.")
    }
    for setting in settings where parameters.contains(where: { setting.hasPrefix("\($0)=") }) {
      throw ValidationError("--set \(setting) and --parameter are mutually exclusive.")
    }
  }

  func run() async throws {
    try host.check()
    var setup = try RunSetup(
      scenario, settings: readSettings(settings), image: image, execution: schedule)
    (setup.jobs, setup.hostWords) = (jobs.count(memory: setup.scenario.memory), host.words)
    // Before anything is built: a parameter that the scenario does not have.
    _ = try setup.setting(values(from))
    let store = try ResultStore(userLocations)
    setup.cluster = try executor.cluster(store)
    let emulator = try await host.emulatorPath(for: setup.scenario.functions)
    let boot = try await setup.boot(kernel)
    let sweep = Sweep(
      command: self, setup: setup, boot: boot, store: store, emulator: emulator,
      seed: seed ?? UInt64.random(in: 0..<1 << 32))
    let report = try await host.withHost(userLocations) { host, facts in try await sweep.search(on: host, facts) }
    try tell(report)
  }

  private func tell(_ report: SweepReport) throws {
    switch output.format {
    case .json: try printResult(jsonText(report))
    case .text: try printReport(report.text(output.style))
    }
    if report.state == .interrupted { throw ExitStatus.interrupted.exit }
    if report.best != nil { throw ExitStatus.kernelFailed.exit }
    if report.state == .abandoned { throw ExitStatus.labCannot.exit }
    if report.trials == 0 { throw ExitStatus.inconclusive.exit }
  }

  /// The parameters at a value.
  func values(_ value: Int) -> [String: String] {
    Dictionary(parameters.map { ($0, String(value)) }) { first, _ in first }
  }

  /// The command that makes the same search again.
  func again(_ setup: RunSetup, kernel: String, seed: UInt64) -> ReproCommand {
    var command = ReproCommand("sweep", [setup.scenarioName, "--kernel", kernel])
    command.add(setup)
    command.add("--parameter", each: parameters)
    command.add(["--from", String(from), "--to", String(to), "--trials", String(trials), "--points", String(points)])
    command.add("--max-trials", maxTrials.map { String($0) })
    command.add(setup.hostWords + ["--seed", String(seed)])
    return command
  }
}
