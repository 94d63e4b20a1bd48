import Foundation

/// The failure rates of bad and of good commits that are held possible, and how the former may change along the history.
struct RateModel: Sendable {
  /// A pace at which the rate changes.
  struct Pace: Sendable {
    /// Changes in the whole history, on average.
    let changes: Double
    /// The chance of this pace before any trial.
    let chance: Double
  }

  let grid: RateGrid
  let paces: [Pace]
  let strays: StrayRates

  init(_ settings: BisectSettings) {
    strays = StrayRates(settings)
    let rare = -log1p(-settings.rateChange)
    guard let drift = settings.drift else {
      grid = RateGrid(from: settings.smallestRate)
      paces = [Pace(changes: rare, chance: 1)]
      return
    }
    grid = RateGrid(from: settings.smallestRate, below: drift.below, weight: drift.belowWeight)
    paces =
      [Pace(changes: rare, chance: 1 - drift.chance)]
      + drift.changes.map { Pace(changes: $0, chance: drift.chance / Double(drift.changes.count)) }
  }
}
