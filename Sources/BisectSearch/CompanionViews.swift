import Foundation

/// Ways to read the trials: by the targets alone, and for each ``Companion`` with it counted as one of them.
struct CompanionViews {
  private let companions: [Companion]
  /// By view, the one without a companion first; by cell.
  private let states: [[RateState]]
  /// By view and cell: the logarithm of the chance of everything, up to a term that all share.
  private let logs: [[Double]]

  init(_ search: BisectSearch) {
    companions = Companion.all(search)
    states = [RateChain.states(search)] + companions.map { RateChain.states(search.counting($0)) }
    let odds = [0] + companions.map(\.logOdds)
    logs = zip(states, odds).map { states, odds in states.map { $0.logEvidence(search.model) + odds } }
  }

  /// By cell, with all views together.
  var logEvidence: [Double] {
    guard logs.count > 1 else { return logs[0] }
    return logs[0].indices.map { cell in
      let most = logs.map { $0[cell] }.max() ?? 0
      return most + log(logs.reduce(0) { $0 + exp($1[cell] - most) })
    }
  }

  /// The cell, averaged over all views by their shares.
  func cell(_ index: Int, chance: Double, _ model: RateModel) -> Posterior.Cell {
    guard states.count > 1 else { return states[0][index].cell(chance: chance, model) }
    let shares = shares(index)
    let cells = states.map { $0[index].cell(chance: chance, model) }
    func mean(_ value: (Posterior.Cell) -> Double) -> Double {
      zip(cells, shares).reduce(0) { $0 + value($1.0) * $1.1 }
    }
    let rates = (0..<model.grid.count).map { point in mean { $0.rates[point] } }
    let restated = mean(\.restated)
    let strayed = mean { $0.hasStrays ? 1 : 0 } >= 0.5
    return Posterior.Cell(
      rates: rates, stray: mean(\.stray), hasStrays: strayed, chance: chance, restated: restated,
      steady: mean { $0.restated * $0.steady } / restated)
  }

  /// The chance of each companion, by those of the cells.
  func companions(chances: [Double]) -> [(signature: String, chance: Double)] {
    companions.enumerated().map { view, companion in
      (companion.signature, chances.indices.reduce(0) { $0 + chances[$1] * shares($1)[view + 1] })
    }
  }

  private func shares(_ cell: Int) -> [Double] {
    let most = logs.map { $0[cell] }.max() ?? 0
    let values = logs.map { exp($0[cell] - most) }
    let sum = values.reduce(0, +)
    return values.map { $0 / sum }
  }
}
