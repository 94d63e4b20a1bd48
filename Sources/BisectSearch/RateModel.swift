import Foundation

/// The failure rates of bad and of good commits that are held possible, and how the former may change along the history.
struct RateModel: Sendable {
  /// A pace at which the rate changes.
  struct Pace: Sendable {
    /// Changes in the whole history, on average.
    let changes: Double
    /// The chance of this pace before any trial.
    let chance: Double
    /// The same where an answer states its confidence.
    let statedChance: Double
    let move: RateGrid.Move
  }

  let grid: RateGrid
  let paces: [Pace]
  let strays: StrayRates
  /// By point of the grid, the weight with which an answer states its confidence, beside that of the search.
  let restatedPoints: [Double]

  init(_ settings: BisectSettings) {
    strays = StrayRates(settings)
    // Hardly ever, and then by a factor of up to 8 to either side.
    let rare = -log1p(-settings.rateChange)
    let anywhere = 1 / 8.0...8
    guard let model = settings.changes else {
      grid = RateGrid(from: settings.smallestRate)
      paces = [Pace(changes: rare, chance: 1, statedChance: 1, move: grid.move(anywhere))]
      restatedPoints = [Double](repeating: 1, count: grid.count)
      return
    }
    let grid = RateGrid(from: settings.smallestRate, below: model.below, weight: model.belowWeight)
    let (rest, statedRest) = model.kinds.reduce((1.0, 1.0)) { ($0.0 - $1.chance, $0.1 - $1.statedChance) }
    paces =
      [Pace(changes: rare, chance: rest, statedChance: statedRest, move: grid.move(anywhere))]
      + model.kinds.map { kind in
        Pace(
          changes: kind.changes, chance: kind.chance, statedChance: kind.statedChance, move: grid.move(kind.factors))
      }
    restatedPoints = (0..<grid.count).map { $0 < grid.lower ? model.statedBelowWeight / model.belowWeight : 1 }
    self.grid = grid
  }
}
