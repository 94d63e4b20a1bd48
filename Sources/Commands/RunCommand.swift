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
        zlab run --replay 3f9a/7
      """)

  @Argument(help: "A scenario's name, or a file ending in .yaml.", completion: scenarioCompletion)
  var scenario: String?

  @Option(help: "A cached kernel, or the path of a bzImage.", completion: kernelCompletion)
  var kernel = "latest"

  @Option(
    help: "The image's recipe, or the first digits of a disk's id (default: the scenario's own).",
    completion: imageCompletion)
  var image: String?

  @OptionGroup var goal: GoalOptions
  @OptionGroup var schedule: ScheduleOptions

  @OptionGroup var jobs: JobsOption

  @Option(help: "Decides all that is random; the same seed makes the same trials.")
  var seed: UInt64?

  @Option(
    name: .customLong("set"), help: ArgumentHelp("A parameter of the scenario.", valueName: "name=value"),
    completion: settingCompletion)
  var settings: [String] = []

  @Option(help: "Goes on with a run that was cut short.", completion: runCompletion)
  var resume: String?

  @Option(
    help: ArgumentHelp(
      "Repeats one trial of a run exactly as it was given: kernel, image, scenario, schedule, start and seed.",
      valueName: "run/trial"), completion: trialCompletion)
  var replay: String?

  @OptionGroup var remains: RemainsOptions

  @OptionGroup var host: HostOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard [scenario, resume, replay].count(where: { $0 != nil }) == 1 else {
      throw ValidationError("Give a scenario, or --resume RUN, or --replay RUN/TRIAL.")
    }
    if resume != nil || replay != nil,
      goal.isGiven || !schedule.words.isEmpty || seed != nil || !settings.isEmpty || kernel != "latest"
        || image != nil
    {
      throw ValidationError(
        "--resume and --replay do what the run was asked for; only --jobs and where it runs may change.")
    }
  }

  func run() async throws {
    stepBack()
    try host.check()
    let store = try ResultStore(userFolders)
    let earlier = try resume.map { try store.run($0) }
    var request =
      if let earlier {
        try await repeated(earlier)
      } else if let replay {
        try await replaying(replay, store)
      } else {
        try await fresh(store)
      }
    request.cores = remains.most
    let before = try earlier.flatMap { try store.countedRun($0.id)?.counts }
    let progress = Progress(goal: request.goal, earlier: before ?? RunCounts([]))
    let run = try await host.withHost(userFolders) { host, facts in
      request.host = facts
      let conductor = RunConductor(request, host: host, store: store, folders: userFolders) { progress.show($0) }
      if let earlier { return try await conductor.resume(earlier) }
      return try await conductor.begin()
    }
    progress.end()
    try tell(runReport(run, state: run.state, store: store))
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
    var setup = try RunSetup(
      scenario ?? "", settings: readSettings(settings), image: image, schedule: schedule.schedule,
      start: schedule.start)
    let goal = try goal.goal(store)
    let emulator = try host.emulatorPath()
    let boot = try await setup.boot(kernel)
    (setup.jobs, setup.confidence) = (jobs.count(memory: setup.scenario.memory), self.goal.confidence)
    (setup.cores, setup.hostWords) = (remains.most, host.words)
    return try setup.request(
      on: boot, goal: goal, seed: seed ?? UInt64.random(in: 0..<1 << 32), emulator: emulator)
  }
}
