package import Model
package import Statistics

/// Keeps count of a run's trials and decides whether another one is due.
package struct TrialScheduler: Sendable {
  private let goal: RunGoal
  private let targets: TargetSignatures
  private var isCaught = false
  private let clock = ContinuousClock.now
  private(set) package var passes = 0
  private(set) package var fails = 0
  private(set) package var misses = 0
  private var missesInARow = 0
  private var running = 0
  private let numbering: TrialNumbering
  private var lastPlace = 0
  /// Places below the last that have no trial: those who had them were killed. The smallest is the last.
  private var gaps: [Int] = []

  /// - Parameters:
  ///   - targets: the signatures that end a run `--until-finding`.
  ///   - earlier: the trials of a run that goes on.
  ///   - forgiving: whether misses at their end are forgotten.
  ///   - numbering: numbers of the trials; those of a part of a run leave the others out.
  package init(
    goal: RunGoal, targets: TargetSignatures = .any, earlier: [Trial], forgiving: Bool = true,
    numbering: TrialNumbering = TrialNumbering()
  ) {
    (self.goal, self.targets, self.numbering) = (goal, targets, numbering)
    for trial in earlier { count(trial) }
    if forgiving { missesInARow = 0 }
    let places = Set(earlier.compactMap { numbering.place(of: $0.number) })
    lastPlace = places.max() ?? 0
    // A run that somebody's own tool wrote may have any numbers.
    if lastPlace <= max(places.count + 1000, goal.trials ?? 0) {
      gaps = (1..<max(1, lastPlace)).filter { !places.contains($0) }.reversed()
    }
  }

  /// The lab has kept failing: three misses with nothing else yet, or five in a row.
  package var isHopeless: Bool { missesInARow >= (passes + fails == 0 ? 3 : 5) }

  /// True if trials that still run are of no use any more.
  package var isOver: Bool { isHopeless || goal.untilFinding && isCaught }

  /// True if the goal is reached, apart from trials that still run.
  package var isDone: Bool {
    if goal.untilFinding && isCaught { return true }
    if let time = goal.time, clock.duration(to: .now) >= .seconds(time) { return true }
    if let trials = goal.trials, passes + fails >= trials { return true }
    return false
  }

  /// The number of a trial that is due now, which counts as running from here; nil when none is.
  package mutating func next() -> Int? {
    guard !isHopeless, !isDone else { return nil }
    if let trials = goal.trials, passes + fails + running >= trials { return nil }
    guard let number = numbering.number(at: gaps.last ?? lastPlace + 1) else { return nil }
    running += 1
    if gaps.popLast() == nil { lastPlace += 1 }
    return number
  }

  /// Counts a trial that ended.
  package mutating func ended(_ trial: Trial) {
    running -= 1
    count(trial)
  }

  private mutating func count(_ trial: Trial) {
    if trial.verdict == .fail, targets.look(at: TrialObservation(trial)) == .shown { isCaught = true }
    switch trial.verdict {
    case .pass: passes += 1
    case .fail: fails += 1
    case .miss: misses += 1
    }
    missesInARow = trial.verdict == .miss ? missesInARow + 1 : 0
  }
}
