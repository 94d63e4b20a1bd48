import Foundation

/// Likelihood of the commits weighed so far, if the culprit is in a cell that has this state.
struct RateState {
  /// Not normalized: the chance of everything so far, with this rate at the last bad commit.
  private var belief: [Double]
  /// The same without any change of the rate.
  private var steady: [Double]
  private var scale = 0.0
  private var last: Int?

  init(_ grid: RateGrid) { (belief, steady) = (grid.prior, grid.prior) }

  var logEvidence: Double { log(belief.reduce(0, +)) + scale }

  func cell(chance: Double) -> Posterior.Cell {
    let sum = belief.reduce(0, +)
    return Posterior.Cell(rates: belief.map { $0 / sum }, steady: min(1, steady.reduce(0, +) / sum), chance: chance)
  }

  /// Takes in the evidence of a commit that is good.
  mutating func add(good: Double) { scale += good }

  /// Takes in the evidence of a commit that is bad, and older than those before.
  ///
  /// - Parameter change: the chance that the rate changes in the whole history, which has `count` commits.
  mutating func add(bad evidence: RateGrid.Evidence, at position: Int, change: Double, count: Int, _ grid: RateGrid) {
    let gap = Double((last ?? position) - position) / Double(count)
    let share = -expm1(gap * log1p(-change))
    if gap > 0 { belief = grid.blurred(belief, share: share) }
    var sum = 0.0
    for rate in belief.indices {
      belief[rate] *= evidence.values[rate]
      steady[rate] *= (1 - share) * evidence.values[rate]
      sum += belief[rate]
    }
    scale += evidence.scale
    last = position
    // Much evidence would leave the range of numbers.
    guard sum > 0, sum < 1e-100 else { return }
    for rate in belief.indices {
      belief[rate] /= sum
      steady[rate] /= sum
    }
    scale += log(sum)
  }
}

/// The forward algorithm over the tested commits, for all cells at once: cells for whom the same commits were bad so
/// far share a state.
struct RateChain {
  private let grid: RateGrid
  private let search: BisectSearch
  private let members: [Int]
  private var states: [RateState]
  // By cell.
  private var places: [Int]

  /// By cell, what all evidence says if the culprit is there.
  static func states(_ search: BisectSearch, _ grid: RateGrid) -> [RateState] {
    var chain = RateChain(search, grid)
    if search.history.ancestry.isLinear { return chain.along() }
    for position in search.tested { chain.weigh(position) }
    return chain.places.map { chain.states[$0] }
  }

  private init(_ search: BisectSearch, _ grid: RateGrid) {
    (self.search, self.grid) = (search, grid)
    members = search.partition.members
    states = [RateState(grid)]
    places = [Int](repeating: 0, count: members.count)
  }

  private func good(_ tally: BisectSearch.Tally) -> Double {
    let stray = search.settings.stray
    return Double(tally.failures) * log(stray) + Double(tally.trials - tally.failures) * log1p(-stray)
  }

  private func add(_ tally: BisectSearch.Tally, at position: Int, to state: inout RateState) {
    guard let evidence = tally.evidence else { return }
    let change = search.settings.rateChange
    state.add(bad: evidence, at: position, change: change, count: search.history.count, grid)
  }

  /// In a line the cells are the gaps between tested commits, and one state walks from the newest to the oldest.
  private func along() -> [RateState] {
    let tallies = search.tested.map { search.tallies[$0] ?? BisectSearch.Tally() }
    var good = tallies.reduce(0) { $0 + self.good($1) }
    var state = RateState(grid)
    var result = [RateState](repeating: state, count: members.count)
    var next = 0
    for cell in members.indices.sorted(by: { members[$0] > members[$1] }) {
      while next < tallies.count, search.tested[next] >= members[cell] {
        add(tallies[next], at: search.tested[next], to: &state)
        good -= self.good(tallies[next])
        next += 1
      }
      result[cell] = state
      result[cell].add(good: good)
    }
    return result
  }

  /// Takes in the trials of one commit, which is older than those before.
  private mutating func weigh(_ position: Int) {
    let tally = search.tallies[position] ?? BisectSearch.Tally()
    let isBad = members.map { search.history.ancestry.contains($0, in: position) }
    var hasGood = [Bool](repeating: false, count: states.count)
    for (cell, place) in places.enumerated() where !isBad[cell] { hasGood[place] = true }
    // A state whose cells part ways is needed twice from here on.
    var bad = [Int](repeating: -1, count: states.count)
    for (cell, place) in places.enumerated() where isBad[cell] {
      if bad[place] < 0 {
        bad[place] = hasGood[place] ? states.count : place
        if hasGood[place] { states.append(states[place]) }
        add(tally, at: position, to: &states[bad[place]])
      }
      places[cell] = bad[place]
    }
    let good = good(tally)
    for index in hasGood.indices where hasGood[index] { states[index].add(good: good) }
  }
}
