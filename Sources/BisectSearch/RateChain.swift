import Foundation

/// Likelihood of the commits weighed so far, if the culprit is in a cell that has this state.
struct RateState {
  /// Not normalized: the chance of everything so far, with this rate at the last bad commit, for each of the model's
  /// paces one after the other.
  private var belief: [Double]
  /// The same, without its share of the paces, had the rate never changed.
  private var steady: [Double]
  /// The chance, for each of the paces together with its own, that the rate did not change so far.
  private var unchanged: [Double]
  private var scale = 0.0
  private var last: Int?
  private var good = GoodTrials()

  init(_ model: RateModel) {
    steady = model.grid.prior
    unchanged = model.paces.map(\.chance)
    belief = model.paces.flatMap { pace in model.grid.prior.map { $0 * pace.chance } }
  }

  func logEvidence(_ model: RateModel) -> Double {
    log(belief.reduce(0, +)) + scale + model.strays.logEvidence(good)
  }

  func cell(chance: Double, _ model: RateModel) -> Posterior.Cell {
    let (sum, count) = (belief.reduce(0, +), model.grid.count)
    var rates = [Double](repeating: 0, count: count)
    for (index, value) in belief.enumerated() { rates[index % count] += value / sum }
    let restated = restated(model)
    return Posterior.Cell(
      rates: rates, stray: model.strays.summary(good), hasStrays: good.failures > 0, chance: chance,
      restated: restated.all / sum, steady: min(1, restated.steady / restated.all))
  }

  /// The sum of the belief with the weights by which an answer states its confidence, and of that without a change.
  private func restated(_ model: RateModel) -> (all: Double, steady: Double) {
    let (points, weights) = (model.grid.count, model.restatedPoints)
    var (all, same) = (0.0, 0.0)
    for (pace, one) in model.paces.enumerated() {
      let own = weights.indices.reduce(0) { $0 + belief[pace * points + $1] * weights[$1] }
      all += own * one.statedChance / one.chance
      same += unchanged[pace] * one.statedChance / one.chance
    }
    return (all, same * weights.indices.reduce(0) { $0 + steady[$1] * weights[$1] })
  }

  /// Takes in the trials of commits that are good.
  mutating func add(good trials: GoodTrials) { good = good + trials }

  /// Takes in the evidence of a commit that is bad, and older than those before.
  /// - Parameter count: of the commits in the whole history.
  mutating func add(bad evidence: RateGrid.Evidence, at position: Int, count: Int, _ model: RateModel) {
    let gap = Double((last ?? position) - position) / Double(count)
    let points = model.grid.count
    if gap > 0 {
      for (index, pace) in model.paces.enumerated() {
        let share = -expm1(-pace.changes * gap)
        unchanged[index] *= 1 - share
        model.grid.blur(&belief, from: index * points, share: share, pace.move)
      }
    }
    var sum = 0.0
    for start in stride(from: 0, to: belief.count, by: points) {
      for rate in 0..<points {
        belief[start + rate] *= evidence.values[rate]
        sum += belief[start + rate]
      }
    }
    for rate in steady.indices { steady[rate] *= evidence.values[rate] }
    scale += evidence.scale
    last = position
    // Much evidence would leave the range of numbers.
    guard sum > 0, sum < 1e-100 else { return }
    for index in belief.indices { belief[index] /= sum }
    for rate in steady.indices { steady[rate] /= sum }
    scale += log(sum)
  }
}

/// The forward algorithm over the tested commits, for all cells at once: cells for whom the same commits were bad so
/// far share a state.
struct RateChain {
  private let search: BisectSearch
  private let members: [Int]
  private var states: [RateState]
  // By cell.
  private var places: [Int]

  /// By cell, what all evidence says if the culprit is there.
  static func states(_ search: BisectSearch) -> [RateState] {
    var chain = RateChain(search)
    if search.history.ancestry.isLinear { return chain.along() }
    for position in search.tested { chain.weigh(position) }
    return chain.places.map { chain.states[$0] }
  }

  private init(_ search: BisectSearch) {
    self.search = search
    members = search.partition.members
    states = [RateState(search.model)]
    places = [Int](repeating: 0, count: members.count)
  }

  private func add(_ tally: BisectSearch.Tally, at position: Int, to state: inout RateState) {
    guard let evidence = tally.evidence else { return }
    state.add(bad: evidence, at: position, count: search.history.count, search.model)
  }

  /// In a line the cells are the gaps between tested commits, and one state walks from the newest to the oldest.
  private func along() -> [RateState] {
    let tallies = search.tested.map { search.tallies[$0] ?? BisectSearch.Tally() }
    var good = tallies.reduce(GoodTrials()) { $0 + GoodTrials($1) }
    var state = RateState(search.model)
    var result = [RateState](repeating: state, count: members.count)
    var next = 0
    for cell in members.indices.sorted(by: { members[$0] > members[$1] }) {
      while next < tallies.count, search.tested[next] >= members[cell] {
        add(tallies[next], at: search.tested[next], to: &state)
        good = good - GoodTrials(tallies[next])
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
    let good = GoodTrials(tally)
    for index in hasGood.indices where hasGood[index] { states[index].add(good: good) }
  }
}
