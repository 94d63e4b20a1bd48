import Campaign
import LibvirtGuest
import Records
import Reports
import ResultStore
import Scenarios
import Statistics

/// One search: a run for each batch of trials, until the search is over.
struct Sweep {
  let command: SweepCommand
  let scenario: Scenario
  let boot: BootSet
  let store: ResultStore
  let emulator: String
  let jobs: Int
  let seed: UInt64

  /// Makes the trials.
  /// - Throws: `LabError` when results cannot be kept.
  func search(on host: LibvirtHost, _ facts: [String: String]) async throws -> SweepReport {
    let first = command.points * command.trials
    var search = KnobSearch(
      command.from...command.to, points: command.points, batch: command.trials, most: command.most ?? 3 * first)
    var runs: [Int: [String]] = [:]
    var (number, hopeless, state) = (0, 0, RunState.finished)
    while state == .finished, !search.next.isEmpty {
      for value in search.next {
        let request = try request(value, number, facts)
        number += 1
        say("sweep: \(command.knobs.joined(separator: ", ")) at \(value)")
        let progress = Progress(goal: request.goal)
        let run = try await RunConductor(request, host: host, store: store, folders: userFolders) { progress.show($0) }
          .begin()
        progress.end()
        let trials = try store.trials(of: run.id)
        let judged = trials.count { $0.verdict != .miss }
        search.add(KnobPoint(value: value, failures: trials.count { $0.verdict == .fail }, trials: judged))
        runs[value, default: []].append(run.id)
        // There may be values with which no actor can do its work; when nothing works, it is the lab.
        hopeless = run.state == .abandoned ? hopeless + 1 : 0
        if run.state == .interrupted || hopeless == 3 { state = run.state }
        guard state == .finished else { break }
      }
    }
    return report(search, runs, state)
  }

  private func request(_ value: Int, _ number: Int, _ facts: [String: String]) throws -> RunRequest {
    var scenario = scenario
    try scenario.set(command.values(value))
    let seed = derivedSeed(seed, number)
    var request = try boot.request(
      scenario, emulator: emulator, goal: RunGoal(trials: command.trials), jobs: jobs, seed: seed,
      confidence: 0.95, schedule: command.schedule.schedule, start: command.schedule.start,
      command: command.command(boot.kernel, jobs: jobs, value: value, trials: command.trials, seed: seed))
    request.host = facts
    return request
  }

  private func report(_ search: KnobSearch, _ runs: [Int: [String]], _ state: RunState) -> SweepReport {
    let points = search.points.map { point in
      SweepReport.Point(
        value: point.value, rate: Rate(failures: point.failures, trials: point.trials),
        runs: runs[point.value] ?? [])
    }
    let best = search.best.map { point in
      SweepReport.Best(
        value: point.value,
        command: command.command(boot.kernel, jobs: jobs, value: point.value, trials: 4 * command.trials))
    }
    return SweepReport(
      scenario: scenario.name, kernel: boot.kernel, knobs: command.knobs, state: state, seed: seed, points: points,
      best: best, command: command.command(boot.kernel, jobs: jobs, seed: seed))
  }
}
