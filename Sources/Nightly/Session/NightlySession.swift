import Foundation
import Model
import ResultStore
import Runs
import Statistics

/// One process's work on a night.
struct NightlySession {
  private let executor: NightExecutor
  private let planned: [Int: PlannedCell]
  private var night: NightRecord
  private var cells: [CellRecord]
  private let start: ContinuousClock.Instant
  private let spentBefore: Double
  /// Kernels that could not be built: their other cells need not try.
  private var broken: [PlannedKernel: CellSkipReason] = [:]
  /// Seconds that history lets expect of cells, by position.
  private var expected: [Int: Double] = [:]

  init(_ executor: NightExecutor, _ night: NightRecord, _ cells: [CellRecord], since start: ContinuousClock.Instant) {
    self.executor = executor
    self.night = night
    self.cells = cells
    self.start = start
    planned = Dictionary(executor.plan.cells.map { ($0.position, $0) }) { first, _ in first }
    spentBefore = night.spent
  }

  /// Works until all is done, the time is over, or it is cancelled.
  mutating func work() async throws -> NightRecord {
    expected = try expectedSeconds()
    let order = cells.indices.sorted { cells[$0].turn < cells[$1].turn }
    for index in order where cells[index].state == .waiting || cells[index].state == .running {
      guard !Task.isCancelled else { break }
      try await work(on: index)
    }
    while !Task.isCancelled, executor.plan.usesLeftOver, let index = try uncertain() {
      try await work(on: index, more: true)
    }
    return try close()
  }

  private var spent: Double { spentBefore + start.duration(to: .now) / .seconds(1) }

  /// Remaining time of the night; nil when it has no end.
  private var left: Duration? { executor.plan.budget.map { $0 - .seconds(spent) } }

  private mutating func work(on index: Int, more: Bool = false) async throws {
    guard let cell = planned[cells[index].position] else { return }
    if let left, left <= .zero { return try put(index, .notReached, "the night's time was over before its turn") }
    if let skipReason = broken[cell.kernel] { return try put(index, skipReason.state, skipReason.reason) }
    cells[index].state = .running
    executor.onEvent(.begun(cells[index], outlook(from: index)))
    let request: RunRequest
    do {
      request = try await executor.lab.request(
        cell,
        NightKernel(id: cells[index].kernelID ?? "", line: cells[index].key.line, revision: cells[index].revision),
        seed: cellSeed(cell, night: night.seed))
    } catch {
      guard !Task.isCancelled else { return }
      let skipReason = try CellSkipReason(error)
      broken[cell.kernel] = skipReason
      return try put(index, skipReason.state, skipReason.reason)
    }
    try await run(request, cell, index, more: more)
  }

  /// Estimated duration of waiting cells: by their own nights, or by what the scenario took on other kernels.
  private func expectedSeconds() throws -> [Int: Double] {
    var seconds: [Int: Double] = [:]
    for record in cells where record.state == .waiting || record.state == .running {
      guard let cell = planned[record.position] else { continue }
      let earlier = try executor.store.tallies(of: record.key, before: night.started, limit: 14)
      var outlook = CellOutlook(cell: cell, kernel: record.kernelID, earlier: earlier)
      if outlook.secondsPerTrial == nil {
        outlook.secondsPerTrial = try executor.store.secondsPerTrial(of: cell.scenario.name)
      }
      seconds[record.position] = outlook.expectedSeconds(jobs: night.jobs)
    }
    return seconds
  }

  private func outlook(from index: Int) -> NightOutlook {
    let waiting = cells.enumerated().filter { $0 == index || $1.state == .waiting || $1.state == .running }
    let known = waiting.compactMap { expected[$0.element.position] }
    let seconds = known.reduce(0, +)
    return NightOutlook(
      cells: waiting.count, seconds: left.map { min(seconds, $0 / .seconds(1)) } ?? seconds,
      unknown: waiting.count - known.count)
  }

  private mutating func run(_ request: RunRequest, _ cell: PlannedCell, _ index: Int, more: Bool) async throws {
    var (request, earlier) = (request, try known(cell, request, cells[index].run))
    request.id = earlier.id
    (request.line, request.jobs) = (cells[index].key.line, night.jobs)
    (request.goal, request.confidence) = (cell.scenario.goal, executor.plan.confidence)
    if var run = earlier.run {
      if more { run.goal.trials = run.goal.trials.map { $0 + (cell.scenario.goal.trials ?? 0) } }
      request.goal = run.goal
      earlier.run = run
    }
    let onEvent = watch(index)
    let runs = RunExecutor(
      request, host: executor.host, store: executor.store, folders: executor.folders,
      freeMemory: executor.freeMemory, onEvent: onEvent)
    do {
      let ended: Run
      if let run = earlier.run {
        // One that had ended is not begun again: the process was killed between its end and the cell's.
        let isOver = run.state == .finished || run.state == .abandoned
        ended = isOver && !more ? run : try await runs.resume(run, within: left, forgiving: false)
      } else {
        ended = try await runs.begin(within: left)
      }
      cells[index].run = ended.id
      if ended.state != .interrupted { try judge(index, ended) }
    } catch {
      guard !Task.isCancelled else { return }
      cells[index].run = try executor.store.knownRun(earlier.id)?.id
      try put(index, .abandoned, try CellSkipReason(error).reason)
    }
  }

  /// The run of this cell, when it was begun, and its id.
  /// - Parameter recorded: the run that was put down with the cell, which is this night's whatever the clock said then.
  private func known(
    _ cell: PlannedCell, _ request: RunRequest, _ recorded: String?
  ) throws -> (id: String, run: Run?) {
    for attempt in 0..<100 {
      let id = cellRunID(cell, night: night.id, attempt: attempt)
      guard let run = try executor.store.knownRun(id) else { return (id, nil) }
      let isOurs = id == recorded || run.started >= night.started.addingTimeInterval(-1)
      if run.seed == request.seed, isOurs { return (id, run) }
    }
    throw LabError("cannot find an id for a run of the night \(night.id)")
  }

  /// Tells the run's events, and puts the run down with its cell as soon as it is there.
  private func watch(_ index: Int) -> @Sendable (RunEvent) -> Void {
    let (cell, night, executor) = (cells[index], night, executor)
    return { event in
      if case .started(let run) = event {
        var cell = cell
        cell.run = run.id
        // Whoever takes the night up finds the run without it.
        try? executor.store.update(cell, of: night)
      }
      executor.onEvent(.run(cell, event))
    }
  }

  private mutating func judge(_ index: Int, _ run: Run) throws {
    try executor.store.update(cells[index], of: night)
    guard run.state != .abandoned else { return try put(index, .abandoned, "the lab kept failing") }
    let tally = try executor.store.tallies(ofNight: night.id)[cells[index].position]
    if let wanted = run.goal.trials, let tally, tally.judged < wanted {
      return try put(index, .notReached, "the night's time was over after \(tally.judged) of \(wanted) trials")
    }
    if let missed = run.rules?.rules.firstIndex(where: { $0.reached == 0 }), tally?.fails == 0 {
      // Trials without the rule say nothing about the order that the schedule asks for.
      return try put(index, .notReached, "rule \(missed + 1) of the schedule was reached in no trial")
    }
    try put(index, .finished, nil)
  }

  private mutating func put(_ index: Int, _ state: CellState, _ reason: String?) throws {
    (cells[index].state, cells[index].reason) = (state, reason)
    night.spent = spent
    try executor.store.update(cells[index], of: night)
    executor.onEvent(.ended(cells[index]))
  }

  /// The cell that gets what is left of the night; nil when nothing is, or nothing is uncertain.
  private func uncertain() throws -> Int? {
    guard let left, left > .zero else { return nil }
    let tallies = try executor.store.tallies(ofNight: night.id)
    var shares: [Int: Share] = [:]
    for cell in cells where cell.state == .finished && planned[cell.position]?.scenario.goal.trials != nil {
      shares[cell.position] = tallies[cell.position].map { Share(failures: $0.fails, trials: $0.judged) }
    }
    return mostUncertain(shares, confidence: executor.plan.confidence).flatMap { position in
      cells.firstIndex { $0.position == position }
    }
  }

  private mutating func close() throws -> NightRecord {
    night.spent = spent
    // The clock may have been set back meanwhile.
    night.ended = max(Date(), night.started)
    night.state = Task.isCancelled ? .interrupted : .finished
    let news = try nightNews(night, store: executor.store)
    try executor.store.end(night, news: news)
    executor.onEvent(.over(night, news))
    return night
  }
}
