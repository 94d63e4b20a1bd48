import ArgumentParser
import Campaign
import Foundation
import Nightly
import Records
import Reports
import ResultStore

struct NightlyRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Carries out a plan.",
    discussion: """
      Exits 1 when a finding counts that is no known issue, 2 when a cell was not judged as planned, 69 when none was.

        zlab nightly run plan.yaml --dry-run
        zlab nightly run plan.yaml --format mail | sendmail -t
      """)

  @Argument(help: "The plan, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var plan: String?

  @Option(
    help: ArgumentHelp("Goes on with a night that was cut short; 'latest' is the newest.", valueName: "night"),
    completion: nightCompletion)
  var resume: String?

  @Flag(help: "Only say what would be done, and how long it would take.")
  var dryRun = false

  @Option(help: "Decides all that is random; the same seed makes the same trials.")
  var seed: UInt64?

  @OptionGroup var host: HostOptions

  @Option(help: "How the result is written to standard output.")
  var format: ReportFormat = .text

  func validate() throws {
    guard (plan == nil) != (resume == nil) else { throw ValidationError("Give a plan, or --resume NIGHT.") }
    if resume != nil, dryRun || seed != nil { throw ValidationError("--resume does what the night was asked for.") }
  }

  func run() async throws {
    stepBack()
    try host.check()
    if let resume { return try await goOn(try openNightStore(), resume) }
    let plan = try readPlan(plan ?? "", needsKernels: dryRun)
    let store = try openNightStore()
    if dryRun { return try put(DryRun(plan, store, jobs: jobs(plan)).text()) }
    let lock = try await NightLock(userFolders, for: "the plan \(plan.name) of \(plan.file)")
    let draft = NightRecord(
      id: try freshID(store), plan: plan.name, planText: plan.text, planFile: plan.file,
      seed: seed ?? UInt64.random(in: 0..<1 << 32), started: Date(), jobs: try jobs(plan), command: "", host: [:])
    try await work(plan, store, draft, isNew: true)
    _ = consume lock
  }

  private func goOn(_ store: ResultStore, _ text: String) async throws {
    guard let night = try store.night(text) else {
      guard let latest = try store.nights(limit: 1).first else {
        throw RequestError("there is no night yet", advice: "`zlab nightly PLAN` makes one.")
      }
      throw RequestError("there is no night '\(text)'", advice: "The latest is \(latest.id).")
    }
    let plan = try parseStoredPlan(night.planText, file: night.planFile)
    let lock = try await NightLock(userFolders, for: "the night \(night.id) of \(plan.file)")
    guard night.state != .finished else {
      say("zlab: the night \(night.id) of \(minuteText(night.started)) UTC had finished; this is its report")
      return try await tell(night, plan, store)
    }
    try await work(plan, store, night, isNew: false)
    _ = consume lock
  }

  private func work(_ plan: Plan, _ store: ResultStore, _ record: NightRecord, isNew: Bool) async throws {
    let progress = NightProgress()
    defer { progress.end() }
    let emulator = try host.emulatorPath()
    var night = try await host.withHost(userFolders) { libvirt, facts in
      let lab = UserNightLab(
        emulator: emulator, facts: facts, hostWords: host.words, jobs: record.jobs, confidence: plan.confidence)
      let conductor = NightConductor(plan, lab: lab, host: libvirt, store: store, folders: userFolders) {
        progress.show($0)
      }
      guard isNew else { return try await conductor.resume(record) }
      var draft = record
      draft.command = words(plan, record.seed)
      draft.host = facts
      draft.known = try knownIssues(of: plan)
      return try await conductor.begin(draft)
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
    try put(render(report, as: format, style: .forTerminal, addresses: MailAddresses(to: plan.recipients)))
    guard night.state != .interrupted else {
      say("zlab: interrupted; `zlab nightly --resume \(night.id)` goes on")
      throw ExitStatus.interrupted.exit
    }
    await sendMail(report, plan)
    let room = try makeRoom(plan.retention, store: store, folders: userFolders)
    if room != RetentionCount() {
      say(
        "zlab: removed the logs of \(count(room.folders, "old trial")), and the trials of \(count(room.runs, "old run"))"
      )
    }
    if let status = report.nightStatus { throw status.exit }
  }

  private func words(_ plan: Plan, _ seed: UInt64) -> String {
    ReproCommand("nightly", [plan.file] + host.words + ["--seed", String(seed)]).text
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
  do { return try ResultStore(userFolders) } catch {
    say("zlab: \(error)")
    return try ResultStore(userFolders)
  }
}
