import ArgumentParser
import Foundation
import LibvirtGuest
import Model
import Nightly
import Reports
import ResultStore
import Runs
import Slurm
import Statistics
import Storage
import Trials

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a scenario on a kernel and report its failure rate.",
    discussion: """
      Exit status: 0 if no trial failed, 1 if the kernel failed, 2 if there were too few valid trials, 69 infrastructure error.

        zlab run slot-power-race --kernel debian:bookworm --until-finding
        zlab run slot-power-race --kernel debian:trixie --trials 20 --jobs 2
        zlab run ./mine.yaml --kernel arch/s390/boot/bzImage --for 10m
        zlab run slot-power-race --kernel debian:trixie --to-exclude 3f9a
        zlab run vfio-detach-race --kernel mine --schedule race.yaml
        zlab run --replay 3f9a/7
        zlab run --failed 3f9a --kernel fixed
        zlab run slot-power-race --kernel debian:trixie --trials 100 --seed 7 \
          --shard 1/4 --into part-1
      """)

  @Argument(help: "Scenario: a name from `zlab scenario list`, or a .yaml file", completion: scenarioCompletion)
  var scenario: String?

  @Option(
    help: "Kernel: a name or id prefix from `zlab kernel list`, or the path of a bzImage (default: latest)",
    completion: kernelCompletion)
  var kernel: String?

  @Option(
    help: "Image recipe, or a disk id prefix (default: the scenario's image)",
    completion: imageCompletion)
  var image: String?

  @OptionGroup(title: "Trials") var goal: GoalOptions
  @OptionGroup(title: "Execution") var schedule: ScheduleOptions

  @OptionGroup(title: "Execution") var jobs: JobsOption

  @OptionGroup(title: "Execution") var shard: ShardOptions

  @OptionGroup(title: "Slurm") var executor: ExecutorOptions

  @Flag(help: "With --executor slurm: submit the trials and return; `--attach` waits for them")
  var detach = false

  @Option(
    help: ArgumentHelp("Wait for the trials of a run that was submitted with --detach", valueName: "run"),
    completion: runCompletion)
  var attach: String?

  @Option(help: "Random seed; the same seed repeats the same trials (default: a random one)")
  var seed: UInt64?

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Set a scenario parameter; may be repeated", valueName: "name=value"),
    completion: settingCompletion)
  var settings: [String] = []

  @Option(help: "Resume an interrupted run", completion: runCompletion)
  var resume: String?

  @Option(
    help: ArgumentHelp(
      "Repeat one trial of a run with the same kernel, image, scenario, schedule, start and seed",
      valueName: "run/trial"), completion: trialCompletion)
  var replay: String?

  @Option(
    help: ArgumentHelp(
      "Repeat the failed trials of a run with their seeds, on the same kernel or the one of --kernel",
      valueName: "run"), completion: runCompletion)
  var failed: String?

  @OptionGroup(title: "Diagnostics") var diagnostics: CoreDumpOptions

  @OptionGroup(title: "Execution") var host: HostOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var verbosity: ProgressOptions

  func validate() throws {
    guard [scenario, resume, replay, attach, failed].count(where: { $0 != nil }) == 1 else {
      throw ValidationError("Expected a scenario, --resume RUN, --attach RUN, --replay RUN/TRIAL or --failed RUN.")
    }
    if scenario == nil,
      goal.isGiven || !schedule.words.isEmpty || seed != nil || !settings.isEmpty
        || kernel != nil && failed == nil || image != nil
    {
      throw ValidationError(
        "--resume, --replay and --failed use the options of the original run; only --jobs, --keep-cores, --connect and --emulator can be changed, and --kernel with --failed."
      )
    }
    if shard.into != nil {
      guard scenario != nil, executor.executor ?? .local == .local else {
        throw ValidationError("--into takes a scenario, and guests of this host.")
      }
      guard seed != nil else { throw ValidationError("--into needs --seed, which must be the same for all parts.") }
    }
  }

  func run() async throws {
    lowerPriority()
    try host.check()
    if let folder = shard.into { return try await runShard(into: folder) }
    let store = try ResultStore(userLocations)
    let earlier = try (resume ?? attach).map { try store.run($0) }
    var request =
      if let earlier {
        try await repeated(earlier)
      } else if let replay {
        try await replaying(replay, store)
      } else if let failed {
        try await repeatingFailed(failed, store)
      } else {
        try await fresh { store }
      }
    if earlier == nil || diagnostics.keepCores != nil { request.cores = diagnostics.keepCores ?? 0 }
    let before = try earlier.flatMap { try store.countedRun($0.id)?.counts }
    let progress = Progress(goal: request.goal, earlier: before ?? RunCounts([]))
    let detaching = Detaching()
    request.executors = try provider(request, earlier, store, detaching)
    let (run, isDetached) = try await host.withHost(userLocations) { host, facts in
      request.host = facts
      let executor = RunExecutor(request, host: host, store: store, folders: userLocations) { progress.show($0) }
      return try await detaching.run {
        if let earlier { return try await executor.resume(earlier) }
        return try await executor.begin()
      }
    }
    progress.end()
    if isDetached {
      return try printResult("run \(run.id) is submitted; `zlab run --attach \(run.id)` waits for it\n")
    }
    try tell(runReport(run, state: run.state, store: store))
  }

  /// Executors on a cluster; nil for guests of this host. A run that goes on does so where it was begun.
  private func provider(
    _ request: RunRequest, _ earlier: Run?, _ store: ResultStore, _ detaching: Detaching
  ) throws -> SlurmProvider? {
    var options = try executor.slurm(slots: jobs.jobs == nil ? nil : request.jobs)
    if let earlier, executor.executor == nil {
      options = SlurmProvider.options(ofRun: earlier.id, in: userLocations.batches)
      guard options != nil || attach == nil else {
        throw RequestError(
          "run \(earlier.id) has no jobs to wait for",
          advice: "`\(ReproCommand.resume("run", earlier.id).text)` resumes it.")
      }
    }
    guard let options else {
      if detach { throw RequestError("--detach needs --executor slurm") }
      return nil
    }
    if detach, request.goal.untilFinding || request.goal.trials == nil {
      throw RequestError("--detach needs a number of trials", advice: "Use --trials without --until-finding and --for.")
    }
    let finish: @Sendable () -> Void = { detaching.finish() }
    return Cluster(options: options, store: store).executors(for: request, onSubmitted: detach ? finish : nil)
  }

  private func tell(_ report: RunReport) throws {
    switch output.format {
    case .json: try printResult(jsonText(report))
    case .text: try printReport(report.text(output.style))
    }
    if report.state == .interrupted {
      printStatus("zlab: interrupted; resume with `\(ReproCommand.resume("run", report.run.id).text)`")
      throw ExitStatus.interrupted.exit
    }
    if let status = report.exitStatus { throw status.exit }
  }

  /// The request of the options.
  /// - Parameter store: asked only where an option refers to an earlier run.
  func fresh(_ store: () throws -> ResultStore) async throws -> RunRequest {
    var setup = try RunSetup(
      scenario ?? "", settings: readSettings(settings), image: image, execution: schedule)
    let goal = try goal.goal(store)
    let emulator = try await host.emulatorPath(for: setup.scenario.functions)
    let boot = try await setup.boot(kernel ?? "latest")
    (setup.jobs, setup.confidence) = (jobs.count(memory: setup.scenario.memory), self.goal.confidence)
    (setup.cores, setup.hostWords) = (diagnostics.keepCores ?? 0, host.words)
    return try setup.request(
      on: boot, goal: goal, seed: seed ?? UInt64.random(in: 0..<1 << 32), emulator: emulator)
  }
}
