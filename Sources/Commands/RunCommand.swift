import ArgumentParser
import Campaign
import Foundation
import LibvirtGuest
import Records
import Reports
import ResultStore
import Scenarios
import Statistics

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a scenario on a kernel, trial after trial, and judges it.",
    discussion: """
      Exits 0 when no trial failed, 1 when the kernel failed, 2 when too few trials could be judged.

        zlab run slot-power-race --kernel debian:bookworm --until-finding
        zlab run slot-power-race --kernel debian:trixie --trials 20 --jobs 2
        zlab run ./mine.yaml --kernel arch/s390/boot/bzImage --for 10m
        zlab run slot-power-race --kernel debian:trixie --to-exclude 3f9a
      """)

  @Argument(help: "A scenario's name, or a file ending in .yaml.", completion: scenarioCompletion)
  var scenario: String?

  @Option(help: "A cached kernel, or the path of a bzImage.", completion: kernelCompletion)
  var kernel = "latest"

  @Option(help: "The image's recipe.")
  var image = "mini"

  @OptionGroup var goal: GoalOptions
  @OptionGroup var schedule: ScheduleOptions

  @OptionGroup var jobs: JobsOption

  @Option(help: "Decides all that is random; the same seed makes the same trials.")
  var seed: UInt64?

  @Option(name: .customLong("set"), help: ArgumentHelp("A parameter of the scenario.", valueName: "name=value"))
  var settings: [String] = []

  @Option(help: "Goes on with a run that was cut short.")
  var resume: String?

  @OptionGroup var host: HostOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (scenario == nil) != (resume == nil) else { throw ValidationError("Give a scenario, or --resume RUN.") }
    if resume != nil,
      goal.isGiven || !schedule.words.isEmpty || seed != nil || !settings.isEmpty || kernel != "latest"
        || image != "mini"
    {
      throw ValidationError(
        "--resume goes on with what the run was asked for; only --jobs and where it runs may change.")
    }
  }

  func run() async throws {
    stepBack()
    try host.check()
    let store = try ResultStore(userFolders)
    let earlier = try resume.map { try store.run($0) }
    var request = if let earlier { try await repeated(earlier) } else { try await fresh(store) }
    let progress = Progress(goal: request.goal)
    let run = try await host.withHost(userFolders) { host, facts in
      request.host = facts
      let conductor = RunConductor(request, host: host, store: store, folders: userFolders) { progress.show($0) }
      if let earlier { return try await conductor.resume(earlier) }
      return try await conductor.begin()
    }
    progress.end()
    try tell(RunReport(run: run, state: run.state, trials: try store.trials(of: run.id)))
  }

  private func tell(_ report: RunReport) throws {
    switch output.format {
    case .json: try put(jsonText(report))
    case .text: try put(report.text(output.style))
    }
    if report.state == .interrupted {
      say("zlab: interrupted; `zlab run --resume \(report.run.id)` goes on")
      throw ExitStatus.interrupted.exit
    }
    if let status = report.exitStatus { throw status.exit }
  }

  private func fresh(_ store: ResultStore) async throws -> RunRequest {
    var found = try Catalogue.find(scenario ?? "")
    try found.set(readSettings(settings))
    let goal = try goal.goal(store)
    let emulator = try host.emulatorPath()
    let boot = try await BootSet(kernel: kernel, image: image)
    let seed = seed ?? UInt64.random(in: 0..<1 << 32)
    let jobs = jobs.count(memory: found.memory)
    return boot.request(
      found, emulator: emulator, goal: goal, jobs: jobs, seed: seed, confidence: self.goal.confidence,
      schedule: schedule.schedule, start: schedule.start, command: command(found, boot.kernel, seed, goal, jobs))
  }

  /// The same request that began the run.
  private func repeated(_ run: Run) async throws -> RunRequest {
    guard run.goal != RunGoal() else {
      throw RequestError(
        "the run \(run.id) is one side of a comparison, which cannot be resumed",
        advice: "`zlab verify` again: what was built is in the cache.")
    }
    var found = try Scenario(parsing: run.scenarioText, file: "the scenario of run \(run.id)")
    try found.set(run.parameters)
    let emulator = try host.emulatorPath()
    let boot = try await BootSet(kernel: run.kernel.id, image: run.image.name)
    guard boot.image.id == run.image.id else {
      throw LabError(
        "the image that run \(run.id) began with is gone, and its recipe or packages have changed since",
        advice: "Start a new run: \(run.command)")
    }
    return boot.request(
      found, emulator: emulator, goal: run.goal, jobs: jobs.count(memory: found.memory), seed: run.seed,
      confidence: run.confidence,
      schedule: run.schedule ?? .mttcg, start: run.start ?? .booted, command: run.command)
  }

  /// The words that make the same run again, whatever is random.
  private func command(_ scenario: Scenario, _ kernel: KernelRecord, _ seed: UInt64, _ goal: RunGoal, _ jobs: Int)
    -> String
  {
    let file = self.scenario.flatMap { $0.contains(".y") ? URL(fileURLWithPath: $0).standardizedFileURL.path : nil }
    var words = ["zlab", "run", file ?? scenario.name, "--kernel", String(kernel.id.prefix(12))]
    if let trials = goal.trials { words += ["--trials", String(trials)] }
    if let time = goal.time { words += ["--for", "\(Int(time))s"] }
    if goal.untilFinding { words.append("--until-finding") }
    words += jobsWords(jobs)
    if image != "mini" { words += ["--image", image] }
    for setting in settings { words += ["--set", setting] }
    words += schedule.words
    if self.goal.confidence != 0.95 { words += ["--confidence", String(self.goal.confidence)] }
    words += host.words
    return (words + ["--seed", String(seed)]).map(shellQuoted).joined(separator: " ")
  }
}
