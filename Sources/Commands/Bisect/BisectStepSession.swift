import Bisection
import Foundation
import KernelSource
import Kernels
import LibvirtGuest
import Model
import Reports
import ResultStore
import Runs
import Statistics
import Trials

/// One step of `git bisect`: what is asked, and what was learned in the steps before.
struct BisectStepSession {
  private let command: BisectStepCommand
  private let repository: GitRepository
  private let session: GitBisectSession?
  private let setup: RunSetup
  private let store: ResultStore
  private let emulator: String
  private let seed: UInt64
  private let host: LibvirtHost
  private let facts: [String: String]

  /// - Parameter setup: how the trials are made.
  init(
    _ command: BisectStepCommand, _ setup: RunSetup, on host: LibvirtHost, _ facts: [String: String]
  ) async throws {
    (self.host, self.facts) = (host, facts)
    self.command = command
    self.setup = setup
    _ = try command.build.request(command.source, patches: [])
    repository = try GitRepository(at: URL(fileURLWithPath: command.source))
    session = try await repository.bisectSession()
    emulator = try await command.host.emulatorPath(for: setup.scenario.functions)
    store = try ResultStore(userLocations)
    seed = command.seed ?? UInt64.random(in: 0..<1 << 32)
  }

  /// Judges the commit.
  /// - Throws: `RequestError`, `LabError` and `CancellationError` for what says nothing about it.
  func answer() async throws -> StepAnswer {
    // A broken lab is told by the bad end, before a commit is blamed for it.
    let lesson = try await lesson()
    let (source, name) = try await source()
    let kernel: KernelRecord
    do { kernel = try await build(source, name) } catch let error as RequestError {
      return .untestable("\(name) does not build: \(error.problem)")
    }
    let wanted =
      command.trials
      ?? trialsForClean(
        shown: lesson.shown, judged: lesson.judged,
        error: errorPerStep(confidence: command.confidence, commits: lesson.commits))
    return try await judge(kernel, name, lesson.targets, wanted)
  }

  /// Trials until a target shows, or as many as wanted went on to their end without it.
  private func judge(_ kernel: KernelRecord, _ name: String, _ targets: TargetSignatures, _ wanted: Int) async throws
    -> StepAnswer
  {
    var all: [Trial] = []
    // What another finding cut short is made up for, twice.
    for _ in 0..<3 {
      let clean = Tally(all.map { TrialObservation($0) }, targeting: targets).clean
      let (run, trials) = try await trials(of: kernel, wanted - clean, targets)
      all += trials
      let tally = Tally(all.map { TrialObservation($0) }, targeting: targets)
      tell(others: all, targets)
      if tally.shown > 0 {
        let title = all.lazy.filter { targets.look(at: TrialObservation($0)) == .shown }.compactMap(
          \.worstFinding?.title
        )
        .first
        return .bad(
          "\(name) shows \(title ?? "it") in \(tally.shown) of \(count(tally.judged, "trial")), run \(run.id)")
      }
      if tally.clean >= wanted {
        return .good("\(name) does not show the target signatures in \(count(tally.clean, "trial")), run \(run.id)")
      }
      if run.state == .abandoned || tally.judged + tally.censored == 0 { break }
    }
    let tally = Tally(all.map { TrialObservation($0) }, targeting: targets)
    let never = all.allSatisfy { $0.boot == nil } ? "does not boot" : "has too few valid trials"
    let note = all.last?.note.map { ": \($0)" } ?? ""
    return .untestable(
      "\(name) \(never): \(tally.clean) of \(wanted) clean, \(tally.censored) cut short by another finding, "
        + "\(tally.misses) missed\(note)")
  }

  private func tell(others trials: [Trial], _ targets: TargetSignatures) {
    let other = trials.filter { $0.verdict == .fail && targets.look(at: TrialObservation($0)) != .shown }
    for title in Set(other.compactMap(\.worstFinding?.title)).sorted() {
      printStatus("zlab: ignoring a finding with another signature: \(escapedForTerminal(title))")
    }
  }

  /// Source to build: the commit under test, or the working tree when the user has changed it for this test.
  private func source() async throws -> (KernelSource, String) {
    let (id, isCheckedOut) = try await repository.commitUnderTest()
    if isCheckedOut, try await repository.hasChanges() {
      printStatus("zlab: \(repository.folder.path) has uncommitted changes; testing \(id.prefix(12)) with them")
      return (.folder(repository.folder), "\(id.prefix(12)) with changes")
    }
    return (.git(repository: repository.folder, revision: id), String(id.prefix(12)))
  }

  private func build(_ source: KernelSource, _ name: String) async throws -> KernelRecord {
    let progress = BuildProgress(name)
    defer { progress.end() }
    var request = try command.build.request(repository.folder.path, patches: [])
    request.source = source
    return try await KernelBuilder(folders: userLocations, mirror: command.build.mirror).build(request) {
      progress.show($0)
    }
  }

  private func trials(
    of kernel: KernelRecord, _ count: Int, untilShown: Bool = true, _ targets: TargetSignatures
  ) async throws -> (Run, [Trial]) {
    let goal = RunGoal(trials: count, untilFinding: untilShown)
    let again = ReproCommand.run(
      setup, kernel: String(kernel.id.prefix(12)), goal: RunGoal(trials: count), seed: seed)
    var request = try setup.request(
      on: try await setup.boot(kernel.id), goal: goal, seed: seed, emulator: emulator, facts: facts,
      command: again.text)
    request.targets = targets
    let progress = Progress(goal: goal)
    defer { progress.end() }
    let run = try await RunExecutor(request, host: host, store: store, folders: userLocations) { progress.show($0) }
      .begin()
    if run.state == .interrupted { throw CancellationError() }
    return (run, try store.trials(of: run.id))
  }

  /// Signatures and failure rate of git's bad commit: from the steps before, or found out now.
  private func lesson() async throws -> StepCalibration {
    let asked = command.targetSelection.targetSelection
    let targets: TargetSignatures = if case .signatures(let targeted) = asked { .signatures(targeted) } else { .any }
    // Nothing to learn, or nobody to learn from.
    if command.trials != nil, asked != .learned { return StepCalibration(targets: targets) }
    guard let session else {
      guard command.trials != nil else {
        throw RequestError(
          "no git bisect in progress in \(repository.folder.path): there is no bad commit to determine the failure rate from",
          advice: "Start one with `git bisect start BAD GOOD`, or give --trials.")
      }
      return StepCalibration(targets: targets)
    }
    let place = StepCalibration.place(repository, command, setup, userLocations)
    if let known = StepCalibration(at: place, of: session.identity) { return known }
    let lesson = try await calibrate(session, targets)
    try await lesson.keep(at: place, of: session.identity)
    return lesson
  }

  private func calibrate(_ session: GitBisectSession, _ targets: TargetSignatures) async throws -> StepCalibration {
    let name = String(session.bad.prefix(12))
    printStatus("zlab: testing the bad commit \(name) first to determine its signatures and failure rate")
    let kernel = try await build(.git(repository: repository.folder, revision: session.bad), name)
    var all: [Trial] = []
    // Five failures tell a rate well enough; a hundred clean trials are enough of a bug that does not show.
    while true {
      let (run, trials) = try await trials(of: kernel, 10, untilShown: false, targets)
      all += trials
      if run.state == .abandoned {
        throw LabError(
          "repeated infrastructure errors on the bad commit \(name): \(trials.last?.note ?? "only misses")")
      }
      let tally = Tally(all.map { TrialObservation($0) }, targeting: targets)
      if tally.shown >= 5 || tally.shown >= 1 && tally.judged >= 100 { break }
      if tally.judged + tally.censored >= 100 {
        throw RequestError(
          "the bad commit \(name) does not show the target signatures in \(tally.judged) trials",
          advice: "Try --signature any or other parameters; `zlab sweep` helps to find them.")
      }
    }
    return StepCalibration(all, targets, command.targetSelection.targetSelection, commits: session.candidates)
  }
}
