import ArgumentParser
import Foundation
import Model
import Nightly
import Reports
import ResultStore
import Runs

struct NightlyRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a plan.",
    discussion: """
      Exit status: 0 clean, 1 if a finding is not a known issue, 2 if a cell was not completed, 69 if none was.

        zlab nightly run plan.yaml --dry-run
        zlab nightly run plan.yaml --format mail | sendmail -t
      """)

  @Argument(help: "Plan file (YAML)", completion: .file(extensions: ["yaml", "yml"]))
  var plan: String?

  @Option(
    help: ArgumentHelp("Resume an interrupted night; 'latest' is the newest", valueName: "night"),
    completion: nightCompletion)
  var resume: String?

  @Flag(help: "Print the matrix and the expected time; run nothing")
  var dryRun = false

  @OptionGroup(title: "Selection") var selection: CellSelection

  @Option(help: "Random seed; the same seed repeats the same trials (default: a random one)")
  var seed: UInt64?

  @OptionGroup(title: "Execution") var host: HostOptions
  @OptionGroup(title: "Slurm") var executor: ExecutorOptions

  @Option(help: "Output format on stdout")
  var format: ReportFormat = .text

  @OptionGroup var color: ColorOption
  @OptionGroup var verbosity: ProgressOptions

  func validate() throws {
    guard (plan == nil) != (resume == nil) else { throw ValidationError("Expected a plan or --resume NIGHT.") }
    if resume != nil, dryRun || seed != nil || !selection.words.isEmpty {
      throw ValidationError("--resume uses the options of the original night.")
    }
  }

  func run() async throws {
    lowerPriority()
    try host.check()
    if let resume { return try await goOn(try openNightStore(), resume) }
    var plan = try readPlan(plan ?? "", needsKernels: dryRun)
    let store = try openNightStore()
    plan.selection = try selection.positions(in: plan, store)
    if dryRun {
      try await checkRevisions(of: plan)
      try await host.checkDevices(of: functions(of: plan))
      return try printReport(DryRun(plan, store, jobs: jobs(plan)).text())
    }
    let lock = try await NightLock(userLocations, for: "the plan \(plan.name) of \(plan.file)")
    let draft = NightRecord(
      id: try freshID(store), plan: plan.name, planText: plan.text, planFile: plan.file,
      seed: seed ?? UInt64.random(in: 0..<1 << 32), started: Date(), jobs: try jobs(plan), command: "", host: [:])
    try await work(plan, store, draft, isNew: true)
    _ = consume lock
  }

  private func goOn(_ store: ResultStore, _ text: String) async throws {
    guard let night = try store.night(text) else {
      guard let latest = try store.nights(limit: 1).first else {
        throw RequestError("no nights", advice: "Start one with `zlab nightly PLAN`.")
      }
      throw RequestError("night '\(text)' not found", advice: "The latest is \(latest.id).")
    }
    let plan = try parseStoredPlan(night.planText, file: night.planFile)
    let lock = try await NightLock(userLocations, for: "the night \(night.id) of \(plan.file)")
    guard night.state != .finished else {
      printStatus(
        "zlab: the night \(night.id) of \(minuteText(night.started)) UTC is already finished; printing its report")
      return try await tell(night, plan, store)
    }
    // What was selected is stored with the cells alone.
    if try store.cells(of: night.id).isEmpty, night.command.contains(" --only ") || night.command.contains(" --failed")
    {
      throw RequestError(
        "night \(night.id) was interrupted before its cells were selected", advice: "Start it again: \(night.command)")
    }
    try await work(plan, store, night, isNew: false)
    _ = consume lock
  }

  private func work(_ plan: Plan, _ store: ResultStore, _ record: NightRecord, isNew: Bool) async throws {
    let progress = NightProgress()
    defer { progress.end() }
    let emulator = try await host.emulatorPath(for: functions(of: plan))
    let cluster = try executor.cluster(store, plan: plan.executor)
    var night = try await host.withHost(userLocations) { libvirt, facts in
      let lab = LocalKernelProvider(
        emulator: emulator, facts: facts, hostWords: host.words, jobs: record.jobs, confidence: plan.confidence,
        cluster: cluster)
      let executor = NightExecutor(plan, lab: lab, host: libvirt, store: store, folders: userLocations) {
        progress.show($0)
      }
      guard isNew else { return try await executor.resume(record) }
      var draft = record
      draft.command = again(plan.file, seed: record.seed).text
      draft.host = facts
      draft.known = try knownIssues(of: plan)
      return try await executor.begin(draft)
    }
    progress.end()
    // What a person wrote down while the night went on holds too.
    if let known = try? knownIssues(of: plan), known != night.known {
      night.known = known
      try store.update(night)
    }
    try await tell(night, plan, store)
  }

  private func tell(_ night: NightRecord, _ plan: Plan, _ store: ResultStore) async throws {
    let report = try readReport(night, store)
    try printResult(render(report, as: format, style: .forTerminal, addresses: MailAddresses(to: plan.recipients)))
    guard night.state != .interrupted else {
      printStatus("zlab: interrupted; resume with `\(ReproCommand.resume("nightly", night.id).text)`")
      throw ExitStatus.interrupted.exit
    }
    await sendMail(report, plan, store)
    let room = try makeRoom(plan.retention, store: store, folders: userLocations)
    if room != RetentionCount() {
      printStatus(
        "zlab: removed the logs of \(count(room.folders, "old trial")), and the trials of \(count(room.runs, "old run"))"
      )
    }
    if let status = report.nightStatus { throw status.exit }
  }

  /// The command that makes the same night again.
  func again(_ file: String, seed: UInt64) -> ReproCommand {
    ReproCommand("nightly", [file] + selection.words + host.words + ["--seed", String(seed)])
  }

  private func jobs(_ plan: Plan) throws -> Int {
    if let jobs = plan.jobs { return jobs }
    // The largest guest of any cell decides.
    let memory = try plan.scenarios.map { try scenarioMemory($0) }.max() ?? 512
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return automaticJobs(cores: cores, freeMemory: availableMemory(), guestMemory: memory)
  }

  private func freshID(_ store: ResultStore) throws -> String {
    while true {
      let id = String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
      if try store.night(id) == nil, try store.knownRun(id) == nil { return id }
    }
  }
}

/// The results, or new ones when those that are there are damaged and were set aside: a night must not fail for that.
func openNightStore() throws -> ResultStore {
  do { return try ResultStore(userLocations) } catch {
    printStatus("zlab: \(error)")
    return try ResultStore(userLocations)
  }
}
