package import Foundation
package import Model
import Statistics
import Storage

/// History of a cell before the night begins.
package struct CellOutlook: Sendable, Hashable {
  package var cell: PlannedCell
  /// True if its kernel is another than the last time; nil when it never ran.
  package var isChanged: Bool?
  /// True if trials failed the last time.
  package var failedBefore: Bool
  /// Time at which it was judged last.
  package var lastTime: Date?
  /// Seconds that one of its trials took on average; nil when it never ran.
  package var secondsPerTrial: Double?

  package init(
    cell: PlannedCell, isChanged: Bool? = nil, failedBefore: Bool = false, lastTime: Date? = nil,
    secondsPerTrial: Double? = nil
  ) {
    self.cell = cell
    self.isChanged = isChanged
    self.failedBefore = failedBefore
    self.lastTime = lastTime
    self.secondsPerTrial = secondsPerTrial
  }

  /// From the last nights of the cell, the newest first.
  /// - Parameter kernel: the id of its kernel now; nil when it is not known.
  package init(cell: PlannedCell, kernel: String?, earlier: [CellTally]) {
    let last = earlier.first
    let trials = earlier.map { $0.judged + $0.misses }.reduce(0, +)
    self.init(
      cell: cell, isChanged: last.flatMap { last in kernel.map { $0 != last.kernel } },
      failedBefore: last.map { $0.fails > 0 } ?? false, lastTime: last?.started,
      secondsPerTrial: trials == 0 ? nil : earlier.map(\.seconds).reduce(0, +) / Double(trials))
  }

  /// Reason why it comes when it does.
  package var why: String {
    switch (isChanged, failedBefore) {
    case (nil, _): "never run before"
    case (true, true): "changed, and failed before"
    case (true, false): "changed"
    case (false, true): "failed before"
    case (false, false): "as before"
    }
  }

  // A failure on a kernel that changed is what a morning most wants to know about.
  fileprivate var rank: Int {
    switch (isChanged, failedBefore) {
    case (true, true): 0
    case (true, false), (nil, _): 1
    case (false, true): 2
    case (false, false): 3
    }
  }

  /// Seconds that it will take with so many guests at a time; nil when it never ran.
  package func expectedSeconds(jobs: Int) -> Double? {
    if let time = cell.scenario.goal.time { return time }
    guard let secondsPerTrial, let trials = cell.scenario.goal.trials else { return nil }
    return secondsPerTrial * Double(trials) / Double(max(1, jobs))
  }
}

/// The order in which a night takes its cells: what changed and what failed first, then what waits longest.
package func nightOrder(_ outlooks: [CellOutlook]) -> [CellOutlook] {
  outlooks.sorted { one, other in
    let (first, second) = (one.lastTime ?? .distantPast, other.lastTime ?? .distantPast)
    return (one.rank, first, one.cell.position) < (other.rank, second, other.cell.position)
  }
}

/// The cell that more trials would tell most about: the one with the widest interval, and of those the least tried.
///
/// - Parameter cells: judged trials and failures by position.
/// - Returns: nil when every rate is known to within two per cent points.
package func mostUncertain(_ cells: [Int: Share], confidence: Double) -> Int? {
  let widths = cells.map { position, share in
    let rate = Rate(failures: share.failures, trials: share.trials, confidence: confidence)
    return (position: position, width: rate.high - rate.low, trials: share.trials)
  }
  let widest = widths.min { ($1.width, $0.trials, $0.position) < ($0.width, $1.trials, $1.position) }
  return widest.flatMap { $0.width > 0.02 ? $0.position : nil }
}

/// The seed of a cell's run: the same for the same cell and seed of the night, whatever else the plan holds.
package func cellSeed(_ cell: PlannedCell, night seed: UInt64) -> UInt64 {
  SplitMix64.number(seed, at: stableNumber(cell.name.utf8))
}

/// The id of a cell's run in a night, 8 hex digits: a night that is taken up again finds it.
/// - Parameter attempt: from 0, for when another run has that id.
package func cellRunID(_ cell: PlannedCell, night: String, attempt: Int) -> String {
  let number = SplitMix64.number(stableNumber(night.utf8), at: stableNumber(cell.name.utf8) &+ UInt64(attempt))
  let digits = String(UInt32(truncatingIfNeeded: number >> 8), radix: 16)
  return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
}
