import Model
import Runs
import Schedules

/// Trials of a scenario with more rounds than the profile's, each of which tries another switch in each round.
struct SharedTrials: Sendable {
  let probe: TrialProbe
  /// Begins a round.
  let round: ScheduleRound
  /// For each switch that comes after the beginning of a round the number of its arrival in one.
  let arrivals: [SwitchPoint: Int]

  /// Rounds of such a trial; no more than a schedule may have rules.
  static let rounds = ScheduleFile.mostRules

  func trial(_ points: [SwitchPoint], seed: UInt64) async throws -> Trial {
    try await probe.trial(seed: seed, rules: points.map { $0.rule(arrival: arrivals[$0]) }, round: round)
  }

  /// The switches of a trial that were made: their place was reached, and another vCPU had something to run.
  static func made(_ points: [SwitchPoint], in trial: Trial) -> Set<SwitchPoint> {
    Set(
      points.indices.filter { index in
        trial.reaches(rule: index) && trial.schedule?.rules[index].ends[PauseEnd.alone.rawValue] == nil
      }.map { points[$0] })
  }
}

/// Switches that are still to be tried: several in a trial while that tells something, and then each alone.
struct SwitchQueue {
  /// Switches for one trial.
  struct Batch: Equatable {
    var points: [SwitchPoint]
    /// Times at which these were tried before; each time has a seed of its own.
    var pass = 0
    var isShared: Bool { points.count > 1 }
  }

  private var waiting: [Batch] = []
  private var halves: [Batch] = []
  private var single: [SwitchPoint]
  private(set) var isSharing: Bool
  private var shared = (made: 0, lost: 0)
  // A switch that was not made in a shared trial is put into another one so many times.
  private static let mostPasses = 3

  /// - Parameter canShare: true for a switch that can be tried in a round.
  init(_ points: [SwitchPoint], canShare: (SwitchPoint) -> Bool) {
    waiting = points.filter(canShare).map { Batch(points: [$0]) }
    single = points.filter { !canShare($0) }
    isSharing = !waiting.isEmpty
  }

  mutating func next() -> Batch? {
    if let half = halves.popLast() { return half }
    if isSharing, let pass = waiting.first?.pass {
      let taken = waiting.prefix(SharedTrials.rounds).prefix { $0.pass == pass }
      waiting.removeFirst(taken.count)
      return Batch(points: taken.flatMap(\.points), pass: pass)
    }
    single = waiting.flatMap(\.points) + single
    waiting = []
    return single.isEmpty ? nil : Batch(points: [single.removeFirst()], pass: Self.mostPasses)
  }

  /// Takes back the switches of a shared trial that passed, and in which they were not made.
  mutating func retry(_ batch: Batch, _ points: [SwitchPoint]) {
    shared.made += 1
    if batch.pass + 1 < Self.mostPasses {
      waiting += points.map { Batch(points: [$0], pass: batch.pass + 1) }
    } else {
      single += points
    }
  }

  /// Takes back all switches of a shared trial that did not pass: it has not said which of them did it.
  mutating func split(_ batch: Batch) {
    shared.lost += 1
    // A kernel that fails in most of them, whatever is switched.
    if shared.lost >= 3, shared.lost > shared.made {
      single = (halves + [batch]).flatMap(\.points) + single
      (halves, isSharing) = ([], false)
      return
    }
    let middle = batch.points.count / 2
    halves.append(Batch(points: Array(batch.points[middle...]), pass: batch.pass))
    halves.append(Batch(points: Array(batch.points[..<middle]), pass: batch.pass))
  }
}
