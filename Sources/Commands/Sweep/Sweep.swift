import LibvirtGuest
import Model
import Reports
import ResultStore
import Runs
import Statistics
import Trials

/// One search: a run for each batch of trials, until the search is over.
struct Sweep {
  let command: SweepCommand
  let setup: RunSetup
  let boot: BootSet
  let store: ResultStore
  let emulator: String
  let seed: UInt64

  /// Makes the trials.
  /// - Throws: `LabError` when results cannot be kept.
  func search(on host: LibvirtHost, _ facts: [String: String]) async throws -> SweepReport {
    let first = command.points * command.trials
    var search = ParameterSearch(
      command.from...command.to, points: command.points, batch: command.trials, most: command.maxTrials ?? 3 * first)
    var runs: [Int: [String]] = [:]
    var (number, hopeless, state) = (0, 0, RunState.finished)
    while state == .finished, !search.next.isEmpty {
      for value in search.next {
        let request = try request(value, number, facts)
        number += 1
        printStatus("sweep: \(command.parameters.joined(separator: ", ")) at \(value)")
        let progress = Progress(goal: request.goal)
        let run = try await RunExecutor(request, host: host, store: store, folders: userLocations) { progress.show($0) }
          .begin()
        progress.end()
        let trials = try store.trials(of: run.id)
        let judged = trials.count { $0.verdict != .miss }
        search.add(ParameterPoint(value: value, failures: trials.count { $0.verdict == .fail }, trials: judged))
        runs[value, default: []].append(run.id)
        // There may be values with which no actor can do its work; when nothing works, it is the lab.
        hopeless = run.state == .abandoned ? hopeless + 1 : 0
        if run.state == .interrupted || hopeless == 3 { state = run.state }
        guard state == .finished else { break }
      }
    }
    return try report(search, runs, state)
  }

  private func request(_ value: Int, _ number: Int, _ facts: [String: String]) throws -> RunRequest {
    try setup.setting(command.values(value)).request(
      on: boot, goal: RunGoal(trials: command.trials), seed: derivedSeed(seed, number), emulator: emulator,
      facts: facts)
  }

  private func report(_ search: ParameterSearch, _ runs: [Int: [String]], _ state: RunState) throws -> SweepReport {
    let points = search.points.map { point in
      SweepReport.Point(
        value: point.value, rate: Rate(failures: point.failures, trials: point.trials),
        runs: runs[point.value] ?? [])
    }
    let kernel = String(boot.kernel.id.prefix(12))
    let best = try search.best.map { point in
      let again = ReproCommand.run(
        try setup.setting(command.values(point.value)), kernel: kernel, goal: RunGoal(trials: 4 * command.trials))
      return SweepReport.Best(value: point.value, command: again.text)
    }
    return SweepReport(
      scenario: setup.scenario.name, kernel: boot.kernel, parameters: command.parameters, state: state, seed: seed,
      points: points, best: best, command: command.again(setup, kernel: kernel, seed: seed).text)
  }
}
