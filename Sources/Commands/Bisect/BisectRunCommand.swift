import ArgumentParser
import BisectSearch
import Bisection
import Foundation
import KernelSource
import Model
import Reports
import ResultStore
import Statistics
import Trials

struct BisectRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run or resume a bisection until the culprit is found.",
    discussion: """
      Exit status: 0 if one culprit is found, 2 if there is none or more than one suspect, 69 infrastructure error.

        zlab bisect run
        zlab bisect run --name detach --for 8h --format mail > culprit.txt
      """)

  @OptionGroup var name: BisectName

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("Time limit: start no batch of trials later than this, for instance 8h", valueName: "time"),
    transform: timeArgument)
  var time: Duration?

  @OptionGroup(title: "Slurm") var executor: ExecutorOptions

  @Option(help: "Output format on stdout")
  var format: BisectFormat = .text

  @OptionGroup var color: ColorOption
  @OptionGroup var verbosity: ProgressOptions

  func run() async throws {
    lowerPriority()
    let folder = try name.folder
    let plan = try folder.plan()
    let options = try folder.buildOptions(plan)
    let host = try folder.hostOptions(plan)
    let store = try ResultStore(userLocations)
    let cluster = try executor.cluster(store)
    let progress = BisectProgress()
    let deadline = time.map { ContinuousClock.now + $0 }
    let answer = try await interruptible(plan) {
      defer { progress.end() }
      let emulator = try await host.emulatorPath(for: RunSetup(plan).scenario.functions)
      return try await host.withHost(userLocations) { guests, facts in
        let bench = try LocalBisectEnvironment(plan, options, emulator: emulator, facts: facts, cluster: cluster)
        return try await BisectExecutor(folder, bench: bench, host: guests, store: store, folders: userLocations) {
          progress.show($0)
        }.execute(until: deadline)
      }
    }
    try printResult(try await report(folder), format)
    if let answer { throw answer.exitCode }
    throw ExitStatus.inconclusive.exit
  }

  private func interruptible<Value>(_ plan: BisectPlan, _ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch is CancellationError {
      printStatus("zlab: interrupted; resume with `\(ReproCommand.bisectRun(plan.name).text)`")
      throw ExitStatus.interrupted.exit
    }
  }
}

/// Report of the state of a bisection, with what can be said of a culprit.
func report(_ folder: BisectFolder) async throws -> BisectReport {
  let (plan, range) = (try folder.plan(), try folder.range())
  let state = try BisectState(plan, range, try folder.journal().lines)
  var report = BisectReport(state, state.search.assessment, folder: folder.folder.path)
  report.worker = folder.worker
  guard let culprit = report.culprit, let commit = state.commit(culprit.id) else { return report }
  report.checks = try checks(commit, state, in: folder)
  let repository = try GitRepository(at: URL(fileURLWithPath: plan.repository))
  report.maintainers = await maintainers(of: commit.id, in: repository)
  return report
}

/// Commands that show once more what the culprit does and its parent does not.
private func checks(_ culprit: Commit, _ state: BisectState, in folder: BisectFolder) throws -> [String] {
  let (plan, setup) = (state.plan, try RunSetup(state.plan))
  let trials = max(10, trialsForClean(shown: state.tallyOfBad.shown, judged: state.tallyOfBad.judged, error: 0.01))
  return try ([culprit.id] + culprit.parents.prefix(1)).flatMap { id in
    let name = "bisect-\(id.prefix(12))"
    var build = ReproCommand("kernel build", [plan.repository, "--rev", id, "--name", name])
    build.add(try folder.buildOptions(plan).words)
    return [build.text, ReproCommand.run(setup, kernel: name, goal: RunGoal(trials: trials)).text]
  }
}

extension BisectAnswer {
  /// Exit status of `zlab bisect run`; see docs/contracts.md.
  var exitCode: ExitCode {
    switch outcome {
    case .found where suspects.count <= 1: ExitStatus.pass.exit
    case .onlyMisses: ExitStatus.labCannot.exit
    default: ExitStatus.inconclusive.exit
    }
  }
}
