package import Records

/// A history made by lot, with a culprit that only the simulation knows.
package struct SimulatedHistory: Sendable {
  /// Parameters of a simulated history.
  package struct Recipe: Codable, Hashable, Sendable {
    /// Commits after the good end.
    package var commits = 1000
    /// The failure rate of bad commits, 0 to 1.
    package var rate = 0.1
    /// Factor on the rate in commits older than one chosen by lot; 1 for the same rate all along.
    package var drift = 1.0
    /// Cost of a build, in trials.
    package var buildCost = 0.0
    /// The share of commits that do not build; never an end.
    package var broken = 0.0
    /// Commits that are broken together, on average, at least 1.
    package var brokenTogether = 1.0
    /// The share of trials that the lab misses.
    package var misses = 0.0
    /// The share of commits that are merges of side branches; 0 is a line.
    package var merges = 0.0
    /// The chance that the good end has the bug too.
    package var badGood = 0.0

    package init() {}

    enum CodingKeys: String, CodingKey {
      case commits, rate, drift, broken, misses, merges
      case buildCost = "build_cost"
      case brokenTogether = "broken_together"
      case badGood = "bad_good"
    }
  }

  package let history: BisectHistory
  /// The id of the culprit; nil when it is older than the good end.
  package let culprit: String?
  let recipe: Recipe
  // By position.
  let isBad: [Bool]
  let isBroken: [Bool]
  // The oldest commit that fails at the full rate.
  let shift: Int

  /// - Throws: `RequestError` for a recipe out of its ranges.
  package init(_ recipe: Recipe, seed: UInt64) throws(RequestError) {
    try recipe.check()
    var lots = SplitMix64(seed: seed)
    history = try .init(commits: commits(recipe, &lots), goods: ["good"], bad: "c\(recipe.commits)")
    let count = recipe.commits
    let isOlder = Double.random(in: 0..<1, using: &lots) < recipe.badGood
    let position = isOlder ? 0 : Int.random(in: 1...count, using: &lots)
    var isBad = [Bool](repeating: false, count: count + 1)
    for descendant in 0...count {
      history.ancestry.forEachRun(descendant) { if $0 <= position, position <= $1 { isBad[descendant] = true } }
    }
    self.isBad = isBad
    culprit = isOlder ? nil : history.id(at: position)
    var isBroken = [Bool](repeating: false, count: count + 1)
    // Of two states, each left by lot: so many broken ones, that many together.
    let (leaves, enters) = (1 / recipe.brokenTogether, recipe.broken / (1 - recipe.broken) / recipe.brokenTogether)
    var breaks = Double.random(in: 0..<1, using: &lots) < recipe.broken
    for place in 1...count {
      isBroken[place] = breaks && place != count
      let lot = Double.random(in: 0..<1, using: &lots)
      breaks = breaks ? lot >= leaves : lot < enters
    }
    self.isBroken = isBroken
    shift = Int.random(in: 0...count, using: &lots)
    self.recipe = recipe
  }

  /// The chance that a judged trial of a commit fails.
  func rate(at position: Int) -> Double {
    guard isBad[position] else { return 0 }
    return min(1, position < shift ? recipe.rate * recipe.drift : recipe.rate)
  }
}

extension SimulatedHistory.Recipe {
  fileprivate func check() throws(RequestError) {
    guard (2...100_000).contains(commits) else { throw RequestError("a simulated history has 2 to 100000 commits") }
    let shares = [("rate", rate), ("share of misses", misses), ("share of merges", merges), ("chance", badGood)]
    for (name, share) in shares where !(0...1).contains(share) {
      throw RequestError("the \(name) must be 0 to 1, not \(share)")
    }
    guard misses <= 0.9, (0...0.5).contains(broken), brokenTogether >= 1, merges <= 0.5 else {
      throw RequestError("at most 90 % of trials can be misses, half of the commits broken, and half of them merges")
    }
    guard buildCost >= 0, buildCost.isFinite, drift >= 0, drift.isFinite, brokenTogether.isFinite else {
      throw RequestError("costs and factors must be numbers from 0 up")
    }
  }
}

/// A main line with side branches that begin at some commit of it and are merged later, as in the kernel's history.
private func commits(_ recipe: SimulatedHistory.Recipe, _ lots: inout SplitMix64) -> [BisectHistory.Commit] {
  var main = ["good"]
  var made: [BisectHistory.Commit] = []
  while made.count < recipe.commits {
    let id = "c\(made.count + 1)"
    let room = recipe.commits - made.count
    if room > 2, Double.random(in: 0..<1, using: &lots) < recipe.merges * 2 {
      let length = Int.random(in: 1...min(room - 1, max(1, Int(2 / max(recipe.merges, 0.02)))), using: &lots)
      var parent = main[Int.random(in: max(0, main.count - 50)..<main.count, using: &lots)]
      for _ in 0..<length {
        let side = "c\(made.count + 1)"
        made.append(.init(id: side, parents: [parent]))
        parent = side
      }
      let merge = "c\(made.count + 1)"
      made.append(.init(id: merge, parents: [main[main.count - 1], parent]))
      main.append(merge)
    } else {
      made.append(.init(id: id, parents: [main[main.count - 1]]))
      main.append(id)
    }
  }
  return made
}
