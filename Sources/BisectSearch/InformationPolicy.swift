import Foundation

/// Chooses what teaches most about the culprit in a second.
///
/// A test of a commit ends with the first failure or after n clean trials. What it teaches is the mutual information
/// of its outcome and the culprit, with the rate averaged out for each class of commits; what it costs are its trials
/// on average, and a build where there is none yet.
struct InformationPolicy {
  /// A test, and what it is worth.
  struct Choice {
    var position: Int
    var trials: Int
    /// In bits.
    var information: Double
    /// On average.
    var expectedTrials: Double
    var seconds: Double
    var worth: Double
  }

  let search: BisectSearch
  let posterior: Posterior
  let costs: Costs
  // By position, that of all before.
  private let masses: [Double]
  private let clean: [Double]
  private let open: [Int]
  private let builds: [Double]

  init(_ search: BisectSearch, _ posterior: Posterior) {
    (self.search, self.posterior) = (search, posterior)
    costs = Costs(search)
    masses = sums(posterior.chances.count) { posterior.chances[$0] }
    clean = Testability(search).chances
    var builds = [Double](repeating: costs.build, count: posterior.chances.count)
    for (position, tally) in search.tallies where tally.isBuilt { builds[position] = 0 }
    self.builds = builds
    let ancestry = search.history.ancestry
    let masses = masses
    let clean = clean
    // Of a commit that is surely good or surely bad nothing can be learned.
    open = masses.indices.dropLast().filter { position in
      let mass = ancestry.sum(position, of: masses)
      return clean[position] > 0 && mass > 1e-9 && mass < 1 - 1e-9
    }
  }

  /// nil when nothing can be learned any more.
  var best: Choice? {
    var best: Choice?
    for trials in batches { consider(trials, &best) }
    return best
  }

  /// Numbers of trials worth a thought: each some third more than the one before.
  private var batches: [Int] {
    let (least, most) = (search.settings.smallestBatch, search.settings.largestBatch)
    // Where builds cost nothing, it is best to think again as soon as something is known: after a part of the trials
    // that a failure takes.
    guard costs.build > 0 else {
      let rate = zip(posterior.grid.rates, posterior.rates).reduce(0) { $0 + $1.0 * $1.1 }
      return [min(most, max(1, Int(search.settings.haste / rate) / least) * least)]
    }
    var result: [Int] = []
    var next = Double(least)
    while Int(next) < most {
      result.append(Int(next) / least * least)
      next = max(next * 1.35, next + Double(least))
    }
    return result + [most]
  }

  private func consider(_ trials: Int, _ best: inout Choice?) {
    let tables = tables(trials)
    let ancestry = search.history.ancestry
    for position in open {
      let mass = ancestry.sum(position, of: masses)
      let build = builds[position]
      // What is learned is at most whether the commit is bad.
      if let best, entropy(mass) < best.worth * (build + costs.trial) { continue }
      // What is no ancestor, as a culprit, leaves the commit good: it shows strays only.
      let strays = max(0, tables.strays.total - ancestry.sum(position, of: tables.strays.shown))
      let shown = min(1, ancestry.sum(position, of: tables.shown) + strays)
      let noise = max(0, tables.strays.noise - ancestry.sum(position, of: tables.strays.noises))
      let information = max(0, entropy(shown) - ancestry.sum(position, of: tables.noise) - noise)
      let expected = max(1, (1 - mass) * Double(trials) + ancestry.sum(position, of: tables.length))
      let seconds = build + costs.trial * expected
      let worth = information * clean[position] / seconds
      guard worth > (best?.worth ?? 1e-15) else { continue }
      best = Choice(
        position: position, trials: trials, information: information, expectedTrials: expected, seconds: seconds,
        worth: worth)
    }
  }

  /// Sums over positions.
  private struct Tables {
    /// The chance that it is the culprit and so many trials of a bad commit show it.
    var shown: [Double]
    /// Entropy of the results given the culprit, in bits.
    var noise: [Double]
    /// The trials that it takes.
    var length: [Double]
    /// Of trials of a good commit.
    var strays: (shown: [Double], noises: [Double], total: Double, noise: Double)
  }

  private func tables(_ trials: Int) -> Tables {
    let grid = posterior.grid
    let clean = grid.clean(trials)
    let noises = clean.map { entropy($0) }
    let curiosity = search.settings.curiosity
    let lengths = grid.rates.indices.map { (1 - clean[$0]) / grid.rates[$0] }
    let cells = posterior.cells.map { one in
      var (shown, length, noise) = (1.0, 0.0, 0.0)
      for index in clean.indices {
        shown -= one.rates[index] * clean[index]
        length += one.rates[index] * lengths[index]
        noise += one.rates[index] * noises[index]
      }
      return (shown: shown, noise: curiosity * noise + (1 - curiosity) * entropy(shown), length: length)
    }
    let strays = posterior.cells.map { -expm1(Double(trials) * log1p(-$0.stray)) }
    let (chances, members) = (posterior.chances, posterior.members)
    let noise = strays.map { entropy($0) }
    let stray = sums(chances.count) { chances[$0] * strays[Int(members[$0])] }
    let strayNoise = sums(chances.count) { chances[$0] * noise[Int(members[$0])] }
    return Tables(
      shown: sums(chances.count) { chances[$0] * cells[Int(members[$0])].shown },
      noise: sums(chances.count) { chances[$0] * cells[Int(members[$0])].noise },
      length: sums(chances.count) { chances[$0] * cells[Int(members[$0])].length },
      strays: (stray, strayNoise, stray[chances.count], strayNoise[chances.count]))
  }
}

/// The sums of all values before, from none to all.
private func sums(_ count: Int, _ value: (Int) -> Double) -> [Double] {
  var result = [Double](repeating: 0, count: count + 1)
  for index in 0..<count { result[index + 1] = result[index] + value(index) }
  return result
}

/// Of an event with this chance, in bits.
func entropy(_ chance: Double) -> Double {
  guard chance > 0, chance < 1 else { return 0 }
  return -chance * log2(chance) - (1 - chance) * log1p(-chance) * 1.442_695_040_888_963_4
}
