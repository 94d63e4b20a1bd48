import ArgumentParser
import BisectLab
import Foundation
import Records
import Reports
import Scenarios
import Statistics

struct BisectStepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Judges the commit that git bisect asks about: builds it, runs the scenario, answers by exit code.",
    discussion: """
      0: good. 1: bad, it shows what is hunted. 125: cannot be tested. 192 and 197, which end `git bisect run`: the \
      request is wrong, the lab cannot. The first step tries git's bad commit too, to learn what it shows and how often.

        git bisect start --no-checkout v6.2 v6.1
        git bisect run zlab bisect step --scenario vfio-detach-race
        zlab bisect step --scenario slot-power-race --signature any --trials 20
      """)

  @Option(help: "A git repository; the current folder when nothing is said.", completion: .directory)
  var source = "."

  @Option(help: "A scenario's name, or a file ending in .yaml.", completion: scenarioCompletion)
  var scenario: String

  @Option(
    name: .customLong("set"), help: ArgumentHelp("A parameter of the scenario.", valueName: "name=value"),
    completion: settingCompletion)
  var settings: [String] = []

  @OptionGroup var hunt: HuntOptions

  @Option(help: "Clean trials that make a commit good; as many as the bad commit's rate asks for when nothing is said.")
  var trials: Int?

  @Option(help: "How sure git's answer shall be, where the number of trials follows from it.")
  var confidence = 0.95

  @OptionGroup var build: BuildOptions
  @OptionGroup var schedule: ScheduleOptions
  @OptionGroup var jobs: JobsOption

  @Option(
    help: "The image's recipe, or the first digits of a disk's id (default: the scenario's own).",
    completion: imageCompletion)
  var image: String?

  @Option(help: "Decides all that is random.")
  var seed: UInt64?

  @OptionGroup var host: HostOptions

  func validate() throws {
    if let trials, !(1...1_000_000).contains(trials) { throw ValidationError("--trials must be 1 to 1000000.") }
    guard (0.5..<1).contains(confidence) else { throw ValidationError("--confidence must be 0.5 to below 1.") }
    guard build.rev == nil else { throw ValidationError("git bisect chooses the revision; --rev means nothing here.") }
  }

  func run() async throws {
    stepBack()
    try host.check()
    // What is wrong with the request is told before a host is asked for.
    var setup = try RunSetup(
      scenario, settings: readSettings(settings), image: image, schedule: schedule.schedule, start: schedule.start)
    setup.jobs = jobs.count(memory: setup.scenario.memory)
    (setup.confidence, setup.hostWords) = (confidence, host.words)
    let answer = try await host.withHost(userFolders) { [setup] host, facts in
      try await BisectStepSession(self, setup, on: host, facts).answer()
    }
    try put(answer.words + "\n")
    throw ExitCode(answer.code)
  }
}

/// What a step says of a commit.
struct StepAnswer {
  let code: Int32
  let words: String

  static func good(_ words: String) -> StepAnswer { StepAnswer(code: 0, words: "good: " + harmless(words)) }
  static func bad(_ words: String) -> StepAnswer { StepAnswer(code: 1, words: "bad: " + harmless(words)) }
  static func untestable(_ words: String) -> StepAnswer {
    StepAnswer(code: 125, words: "cannot be tested: " + harmless(words))
  }
}

/// git reads every code from 1 to 127 but 125 as "this commit is bad" and ends a bisection at 128 and above
/// (git-bisect(1)), so trouble of ours must be above.
func stepCode(_ code: Int32) -> Int32 { code == 0 || code == 1 || code == 125 || code >= 128 ? code : 128 + code }
