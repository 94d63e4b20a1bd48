import Model
import Reports
import Runs
import Schedules
import Trials

/// Trials of orders, several at a time, and what they come to.
struct OrderSearch {
  private(set) var report: ExploreReport
  /// Rules of each failure in the report.
  private(set) var rules: [[ScheduleRule]] = []

  // Failures of shared trials, with the last switch before each.
  private var unassigned: [(failure: ExploreReport.Failure, rules: [ScheduleRule])] = []
  private let probe: TrialProbe
  private let jobs: Int
  private let deadline: ContinuousClock.Instant
  private let stopsEarly: Bool
  private let tell: @Sendable (String) -> Void
  // Pauses to try, each where the one before made the trial a miss: an actor that is held up for long gives up.
  private static let pauses = [400_000, 100_000, 25_000]

  init(
    _ report: ExploreReport, probe: TrialProbe, jobs: Int, deadline: ContinuousClock.Instant, stopsEarly: Bool,
    _ tell: @escaping @Sendable (String) -> Void
  ) {
    (self.report, self.probe, self.jobs, self.deadline) = (report, probe, jobs, deadline)
    (self.stopsEarly, self.tell) = (stopsEarly, tell)
  }

  private var isOver: Bool { ContinuousClock.now >= deadline || (stopsEarly && !report.failures.isEmpty) }

  /// Tries each switch, with the seed of the profile, so that a trial with one comes to its place.
  /// - Parameter shared: makes trials with several switches each; nil for one trial for each.
  /// - Throws: `LabError` when no trial can begin, `CancellationError`.
  mutating func trySwitches(_ points: [SwitchPoint], _ shared: SharedTrials?, seed: UInt64) async throws {
    report.orders = points.count
    report.functions = Set(points.map(\.function)).count
    report.tasks = Set(points.map(\.task)).sorted()
    tell("\(points.count) switches to try")
    var queue = SwitchQueue(points) { shared?.arrivals[$0] != nil }
    try await withThrowingTaskGroup(of: (batch: SwitchQueue.Batch, trials: [Trial]).self) { group in
      var running = 0
      func fill() {
        while running < max(1, jobs), !isOver, let batch = queue.next() {
          running += 1
          group.addTask { [probe] in (batch, try await Self.trials(of: batch, probe, shared, seed)) }
        }
      }
      fill()
      while let result = try await group.next() {
        try Task.checkCancellation()
        running -= 1
        if result.batch.isShared, let trial = result.trials.first {
          take(trial, result.batch, &queue)
        } else {
          take(result.trials, result.batch.points.map { $0.rule() })
        }
        fill()
      }
    }
    // No half of the trial showed these again.
    for (failure, rules) in unassigned where !report.failures.contains(where: { $0.signature == failure.signature }) {
      report.failures.append(failure)
      self.rules.append(rules)
    }
  }

  private static func trials(
    of batch: SwitchQueue.Batch, _ probe: TrialProbe, _ shared: SharedTrials?, _ seed: UInt64
  ) async throws -> [Trial] {
    if let shared, batch.isShared {
      return [try await shared.trial(batch.points, seed: batch.pass == 0 ? seed : derivedSeed(seed, 7000 + batch.pass))]
    }
    var trials: [Trial] = []
    for point in batch.points {
      for pause in Self.pauses where trials.last.map({ $0.verdict == .miss }) ?? true {
        trials.append(try await probe.trial(seed: seed, rules: [point.rule(length: pause)]))
      }
    }
    return trials
  }

  /// Takes a trial with several switches: those that were made are tried if it passed, and the others come again.
  private mutating func take(_ trial: Trial, _ batch: SwitchQueue.Batch, _ queue: inout SwitchQueue) {
    report.trials += 1
    report.shared += 1
    if trial.verdict == .pass {
      let made = SharedTrials.made(batch.points, in: trial)
      let before = report.tried
      (report.tried, report.reached) = (before + made.count, report.reached + made.count)
      report.sharedOrders += made.count
      queue.retry(batch, batch.points.filter { !made.contains($0) })
      if before / 25 < report.tried / 25 { tell("\(report.tried) of \(report.orders) orders tried") }
      return
    }
    if trial.verdict == .miss { report.misses += 1 }
    let last = batch.points.indices.last { trial.reaches(rule: $0) } ?? 0
    let rules = [batch.points[last].rule()]
    for finding in trial.findings where !unassigned.contains(where: { $0.failure.signature == finding.signature }) {
      var failure = ExploreReport.Failure(
        signature: finding.signature, title: finding.title, rules: rules.map(\.description))
      failure.orders = 1
      unassigned.append((failure, rules))
      tell("\(finding.title) in a trial with \(batch.points.count) switches")
    }
    queue.split(batch)
  }

  /// Trials with fresh seeds for each order in which two tasks can come to two functions.
  /// - Parameters:
  ///   - trials: for each order.
  ///   - seed: of a trial by its number in the search.
  /// - Throws: as ``trySwitches(_:seed:)``.
  mutating func tryOrders(
    _ one: String, _ other: String, _ analysis: TraceAnalysis, trials: Int, seed: (Int) -> UInt64
  ) async throws {
    let users = analysis.users(ofFunctions: [one, other]).map { $0.sorted { $0.key < $1.key } }
    report.remarks = zip([one, other], users).map { name, tasks in
      let words = tasks.map { "\($0.key) \($0.value) times" }.joined(separator: ", ")
      return "\(name) in the profile: \(words.isEmpty ? "no task enters it" : words)"
    }
    let orders = ScheduleRule.orders((one, users[0].map(\.key)), (other, users[1].map(\.key)))
    (report.orders, report.functions) = (orders.count, 2)
    report.tasks = Set(users.joined().map(\.key)).sorted()
    for (index, rules) in orders.enumerated() where !isOver {
      var made: [Trial] = []
      while made.count < trials, !isOver {
        let seeds = (made.count..<min(trials, made.count + max(1, jobs))).map { seed(index * trials + $0) }
        made += try await withThrowingTaskGroup(of: Trial.self) { [probe] group in
          for seed in seeds { group.addTask { try await probe.trial(seed: seed, rules: rules) } }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        try Task.checkCancellation()
      }
      take(made, rules)
    }
  }

  /// Takes the trials of one order.
  private mutating func take(_ trials: [Trial], _ rules: [ScheduleRule]) {
    let valid = trials.filter { $0.verdict != .miss }
    report.tried += 1
    report.trials += trials.count
    report.misses += trials.count - valid.count
    let reached = valid.filter { trial in rules.indices.allSatisfy { trial.reaches(rule: $0) } }
    if !reached.isEmpty { report.reached += 1 }
    let alone = PauseEnd.alone.rawValue
    if !reached.isEmpty,
      reached.allSatisfy({ $0.schedule?.rules.contains { ($0.ends[alone] ?? 0) > 0 } == true })
    {
      report.idle += 1
    }
    var seen: Set<String> = []
    for finding in valid.flatMap(\.findings) where seen.insert(finding.signature).inserted {
      if let index = report.failures.firstIndex(where: { $0.signature == finding.signature }) {
        report.failures[index].orders += 1
      } else {
        var failure = ExploreReport.Failure(
          signature: finding.signature, title: finding.title, rules: rules.map(\.description))
        failure.orders = 1
        report.failures.append(failure)
        self.rules.append(rules)
        tell("\(finding.title): \(rules.map(\.description).joined(separator: "; "))")
      }
    }
    if report.tried.isMultiple(of: 25) { tell("\(report.tried) of \(report.orders) orders tried") }
  }
}
