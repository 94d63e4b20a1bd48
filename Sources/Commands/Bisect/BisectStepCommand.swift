import ArgumentParser
import Bisection
import Foundation
import Model
import Reports
import Statistics
import Trials

struct BisectStepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Test the current commit of git bisect: build, run the scenario, exit as git bisect run expects.",
    discussion: """
      Exit status: 0 good, 1 bad, 125 untestable; 192 (invalid request) and 197 (infrastructure error) abort \
      `git bisect run`. The first step also tests the bad commit to determine its signatures and failure rate.

        git bisect start --no-checkout v6.2 v6.1
        git bisect run zlab bisect step --scenario vfio-detach-race
        zlab bisect step --scenario slot-power-race --signature any --trials 20
      """)

  @Option(help: "Git repository of the kernel", completion: .directory)
  var source = "."

  @Option(help: "Scenario: a name from `zlab scenario list`, or a .yaml file", completion: scenarioCompletion)
  var scenario: String

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Set a scenario parameter; may be repeated", valueName: "name=value"),
    completion: settingCompletion)
  var settings: [String] = []

  @OptionGroup(title: "Statistics") var targetSelection: TargetOptions

  @Option(help: "Clean trials that make a commit good (default: computed from the failure rate of the bad commit)")
  var trials: Int?

  @Option(help: "Confidence level of the answer, from which the number of trials is computed")
  var confidence = 0.95

  @OptionGroup(title: "Build") var build: BuildOptions
  @OptionGroup(title: "Execution") var schedule: ScheduleOptions
  @OptionGroup(title: "Execution") var jobs: JobsOption

  @Option(
    help: "Image recipe, or a disk id prefix (default: the scenario's image)",
    completion: imageCompletion)
  var image: String?

  @Option(help: "Random seed (default: a random one)")
  var seed: UInt64?

  @OptionGroup(title: "Execution") var host: HostOptions

  func validate() throws {
    if let trials, !(1...1_000_000).contains(trials) { throw ValidationError("--trials must be 1 to 1000000.") }
    guard (0.5..<1).contains(confidence) else { throw ValidationError("--confidence must be 0.5 to below 1.") }
  }

  func run() async throws {
    lowerPriority()
    try host.check()
    // What is wrong with the request is told before a host is asked for.
    var setup = try RunSetup(
      scenario, settings: readSettings(settings), image: image, execution: schedule)
    setup.jobs = jobs.count(memory: setup.scenario.memory)
    (setup.confidence, setup.hostWords) = (confidence, host.words)
    let answer = try await host.withHost(userLocations) { [setup] host, facts in
      try await BisectStepSession(self, setup, on: host, facts).answer()
    }
    try printResult(answer.words + "\n")
    throw ExitCode(answer.code)
  }
}

/// Result of a step.
struct StepAnswer {
  let code: Int32
  let words: String

  static func good(_ words: String) -> StepAnswer { StepAnswer(code: 0, words: "good: " + escapedForTerminal(words)) }
  static func bad(_ words: String) -> StepAnswer { StepAnswer(code: 1, words: "bad: " + escapedForTerminal(words)) }
  static func untestable(_ words: String) -> StepAnswer {
    StepAnswer(code: 125, words: "untestable: " + escapedForTerminal(words))
  }
}

/// git reads every code from 1 to 127 but 125 as "this commit is bad" and ends a bisection at 128 and above
/// (git-bisect(1)), so trouble of ours must be above.
func stepCode(_ code: Int32) -> Int32 { code == 0 || code == 1 || code == 125 || code >= 128 ? code : 128 + code }
