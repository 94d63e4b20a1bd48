import Foundation

/// Posterior probability of every commit, together with the failure rate.
///
/// Commits of one cell are told apart by their weights only, and share one belief about the rate. The rate may change
/// along the history: a hidden Markov chain over the tested commits, from the newest to the oldest, summed up by the
/// forward algorithm (Rabiner, Proc. IEEE 77, 1989).
struct Posterior: Sendable {
  /// Commits with the same evidence.
  struct Cell: Sendable {
    /// Distribution of the rate at the oldest tested commit that is bad if the culprit is here; sums up to 1.
    let rates: [Double]
    /// The rate at which good commits show the targeted signature, on average, if the culprit is here.
    let stray: Double
    /// True if good commits failed, given that the culprit is here.
    let hasStrays: Bool
    /// That the culprit is here.
    let chance: Double
    /// Factor on ``chance``, up to one that all cells share, by which an answer states its confidence.
    let restated: Double
    /// That the rate was the same all along, if the culprit is here, as an answer states it.
    let steady: Double
  }

  let grid: RateGrid
  let cells: [Cell]
  /// By position, the index of its cell.
  let members: [Int32]
  /// By position, the chance that it is the culprit; they sum up to 1.
  let chances: [Double]
  /// Findings that may be of the same bug as the targets, with the chance of that.
  let companions: [(signature: String, chance: Double)]

  init(_ search: BisectSearch) {
    let model = search.model
    grid = model.grid
    let views = CompanionViews(search)
    let evidence = views.logEvidence
    let most = evidence.max() ?? 0
    let factors = evidence.map { exp($0 - most) }
    let (weights, members) = (search.history.weights, search.partition.cells)
    let doubt = search.settings.doubtOfGood
    var shares = weights
    var masses = [Double](repeating: 0, count: evidence.count)
    var sum = 0.0
    for position in shares.indices {
      let share = (position == 0 ? doubt : (1 - doubt) * weights[position]) * factors[Int(members[position])]
      shares[position] = share
      masses[Int(members[position])] += share
      sum += share
    }
    for position in shares.indices { shares[position] /= sum }
    (self.members, chances) = (members, shares)
    cells = masses.indices.map { views.cell($0, chance: masses[$0] / sum, model) }
    companions = views.companions(chances: masses.map { $0 / sum })
  }

  /// The chance that the culprit is at one of these positions, as an answer states it: see ``RateChangeModel``.
  func stated(_ positions: some Sequence<Int>) -> Double {
    let own = positions.reduce(0) { $0 + chances[$1] * cells[Int(members[$1])].restated }
    return min(1, own / restated)
  }

  /// By position, the chance that it is the culprit, as an answer states it.
  var stated: [Double] {
    let sum = restated
    return chances.indices.map { chances[$0] * cells[Int(members[$0])].restated / sum }
  }

  private var restated: Double { cells.reduce(0) { $0 + $1.chance * $1.restated } }

  /// The belief about the rate near the culprit, wherever that is.
  var rates: [Double] {
    var result = [Double](repeating: 0, count: grid.count)
    for cell in cells { for index in result.indices { result[index] += cell.chance * cell.rates[index] } }
    return result
  }

  /// The chance that good commits showed the targeted signature.
  var strayed: Double { cells.reduce(0) { $0 + ($1.hasStrays ? $1.chance : 0) } }

  /// The rate at which good commits show the targeted signature, on average.
  var stray: Double { cells.reduce(0) { $0 + $1.chance * $1.stray } }

  /// The chance that the rate changed somewhere between the culprit and the bad end, as an answer states it.
  var statedChanged: Double {
    cells.reduce(0) { $0 + $1.chance * $1.restated * (1 - $1.steady) } / restated
  }

  /// The chance that the rate is below the smallest one worth searching with, by the weights of the search.
  var tooRare: Double { rates.prefix(grid.lower).reduce(0, +) }
}
