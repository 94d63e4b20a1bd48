import Foundation

/// Observed cost of trials and builds, in seconds; what was assumed counts as one that was seen.
struct Costs: Sendable {
  /// Of a judged trial, with its share of the misses.
  let trial: Double
  let build: Double

  init(_ search: BisectSearch) {
    let (done, settings) = (search.done, search.settings)
    trial = max(1e-6, (settings.trialSeconds + done.trialSeconds) / Double(1 + done.trials))
    build = (settings.buildSeconds + done.buildSeconds) / Double(1 + done.builds)
  }
}

/// The chance that a commit can be tested, by position: what lies next to one that cannot often shares its fault.
struct Testability: Sendable {
  let chances: [Double]

  init(_ search: BisectSearch) {
    var chances = [Double](repeating: 1, count: search.history.count + 1)
    for (position, tally) in search.tallies where tally.skipReason != nil {
      // What the fault explains halves with each step away.
      for distance in 1...6 {
        for place in [position - distance, position + distance] where chances.indices.contains(place) {
          chances[place] = min(chances[place], 1 - exp2(-Double(distance)))
        }
      }
    }
    for (position, tally) in search.tallies {
      if tally.skipReason != nil { chances[position] = 0 } else if tally.trials > 0 { chances[position] = 1 }
    }
    self.chances = chances
  }
}
