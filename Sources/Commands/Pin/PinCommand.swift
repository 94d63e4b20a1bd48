import ArgumentParser
import Foundation
import Model
import Reports
import ResultStore

struct PinCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pin",
    abstract: "Derive a schedule file from a failing trial, under which the failure shows with any seed.",
    discussion: """
      Repeats the scenario under `--schedule turns` until a trial shows the same signature, traces which functions of \
      the kernel its tasks entered, and derives rules from the places at which one task was interrupted in favour of \
      another. Rules that are not needed are dropped. The rest are measured in trials with fresh seeds, beside trials \
      without rules. Exit status: 0 if at least 90 % of the trials show the failure, 2 if not or if no rules were \
      found, 64 invalid request, 69 infrastructure error.

        zlab pin 3f9a/7
        zlab pin 3f9a/7 --set iterations=1 --output race.yaml
        zlab pin 3f9a/7 --export race.c
        zlab pin 3f9a/7 --signature 0e8584374bed6811 --jobs 2 --format json
      """)

  private static let (usualTrials, usualMaxTrials) = (20, 300)

  @Argument(help: ArgumentHelp("Failing trial", valueName: "run/trial"), completion: trialCompletion)
  var trial: String

  @Option(help: "Signature of the failure, or its first digits (default: that of the trial's first finding)")
  var signature: String?

  @Option(
    help: ArgumentHelp("Schedule file to write (default: a file in the state folder)", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "C program to write, which does what the scenario's actors do; its rate in guests of free vCPUs is measured",
      valueName: "file"),
    completion: .file(extensions: ["c"]))
  var export: String?

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Set a scenario parameter; may be repeated", valueName: "name=value"),
    completion: settingCompletion)
  var settings: [String] = []

  @Option(help: "Number of trials that measure the schedule, and of those without rules")
  var trials = usualTrials

  @Option(help: "Maximum number of trials that look for the failure without rules, and of those that look for rules")
  var maxTrials = usualMaxTrials

  @Option(help: "Random seed; the same seed repeats the same search (default: a random one)")
  var seed: UInt64?

  @OptionGroup(title: "Execution") var jobs: JobsOption
  @OptionGroup(title: "Execution") var host: HostOptions
  @OptionGroup(title: "Output") var format: OutputOptions
  @OptionGroup(title: "Output") var progress: ProgressOptions

  func validate() throws {
    guard (5...10_000).contains(trials) else { throw ValidationError("--trials must be 5 to 10000.") }
    guard (1...100_000).contains(maxTrials) else { throw ValidationError("--max-trials must be 1 to 100000.") }
    if let signature, signature.wholeMatch(of: /[0-9a-f]{4,16}/) == nil {
      throw ValidationError(
        "'\(signature)' is not a signature: expected 4 to 16 hex digits as printed by `zlab report`.")
    }
    if let output, !Schedule.isFile(output) {
      throw ValidationError("--output must end in .yaml, by which --schedule knows a schedule file.")
    }
    if let export, !export.hasSuffix(".c") { throw ValidationError("--export must end in .c: it is a C program.") }
  }

  func run() async throws {
    lowerPriority()
    try host.check()
    let store = try ResultStore(userLocations)
    let (run, trial) = try findTrial(trial, store, for: "zlab pin")
    let session = try PinSession(self, run, trial, store)
    let report = try await host.withHost(userLocations) { host, facts in try await session.pin(on: host, facts) }
    standardError.status(nil)
    switch format.format {
    case .json: try printResult(jsonText(report))
    case .text: try printReport(report.text(format.style))
    }
    if !report.outcome.isPinned { throw ExitStatus.inconclusive.exit }
  }

  /// The command that does the same again.
  func again(_ run: Run, _ trial: Trial, signature: String, seed: UInt64, jobs: Int) -> ReproCommand {
    var command = ReproCommand("pin", ["\(run.id)/\(trial.number)", "--signature", signature])
    command.add("--set", each: settings)
    if trials != Self.usualTrials { command.add("--trials", String(trials)) }
    if maxTrials != Self.usualMaxTrials { command.add("--max-trials", String(maxTrials)) }
    if jobs > 1 { command.add("--jobs", String(jobs)) }
    command.add(host.words + ["--seed", String(seed)])
    return command
  }
}
