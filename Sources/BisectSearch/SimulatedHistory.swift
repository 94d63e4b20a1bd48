import Foundation
package import Model

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
    /// The chance that a trial of a good commit shows the signature.
    package var stray = 0.0
    /// Places, chosen by lot, at which the rate doubles or halves, by lot.
    package var walk = 0
    /// Bugs of one signature, 1 or 2; the second culprit is chosen as the first.
    package var bugs = 1
    /// The share of failing trials that show a second finding beside the targeted one.
    package var companion = 0.0
    /// True if the bug has another signature, which ends the trial, in commits older than one chosen by lot.
    package var isRenamed = false
    /// The chance that a trial, of any commit, shows a finding of its own that ends nothing.
    package var other = 0.0

    package init() {}

    enum CodingKeys: String, CodingKey {
      case commits, rate, drift, broken, misses, merges, stray, walk, bugs, companion, other
      case isRenamed = "renamed"
      case buildCost = "build_cost"
      case brokenTogether = "broken_together"
      case badGood = "bad_good"
    }
  }

  package let history: BisectHistory
  /// The id of the culprit; nil when it is older than the good end.
  package let culprit: String?
  /// The id of the second bug's culprit; nil in a history with one bug.
  package let secondCulprit: String?
  let recipe: Recipe
  // By position, how many of the bugs it has.
  let bugs: [Int]
  let isBroken: [Bool]
  // The oldest commit that fails at the full rate.
  let shift: Int
  // Below each place the rate is multiplied with the factor.
  let steps: [(place: Int, factor: Double)]
  // The oldest commit whose failures have the targeted signature.
  let renaming: Int

  /// - Throws: `RequestError` for a recipe out of its ranges.
  package init(_ recipe: Recipe, seed: UInt64) throws(RequestError) {
    try recipe.check()
    var lots = SplitMix64(seed: seed)
    history = try .init(commits: commits(recipe, &lots), goods: ["good"], bad: "c\(recipe.commits)")
    let count = recipe.commits
    let isOlder = Double.random(in: 0..<1, using: &lots) < recipe.badGood
    let position = isOlder ? 0 : Int.random(in: 1...count, using: &lots)
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
    var steps: [(place: Int, factor: Double)] = []
    for _ in 0..<recipe.walk {
      steps.append((Int.random(in: 0...count, using: &lots), Bool.random(using: &lots) ? 2 : 0.5))
    }
    self.steps = steps
    let second = recipe.bugs > 1 ? Int.random(in: 1...count, using: &lots) : nil
    let ids = history.ids
    secondCulprit = second.map { ids[$0 - 1] }
    let ancestry = history.ancestry
    let culprits = [position] + (second.map { [$0] } ?? [])
    bugs = (0...count).map { one in culprits.count { ancestry.contains($0, in: one) } }
    renaming = recipe.isRenamed ? Int.random(in: 0...count, using: &lots) : 0
    self.recipe = recipe
  }

  /// The chance that a judged trial of a commit fails.
  func rate(at position: Int) -> Double {
    let older = steps.reduce(position < shift ? recipe.drift : 1) { position < $1.place ? $0 * $1.factor : $0 }
    let one = min(1, recipe.rate * older)
    return 1 - pow(1 - one, Double(bugs[position])) * (1 - recipe.stray)
  }
}

extension SimulatedHistory.Recipe {
  fileprivate func check() throws(RequestError) {
    guard (2...100_000).contains(commits) else { throw RequestError("a simulated history has 2 to 100000 commits") }
    let shares = [
      ("rate", rate), ("share of misses", misses), ("share of merges", merges), ("chance", badGood),
      ("rate of strays", stray), ("share of trials with a companion", companion), ("rate of another finding", other),
    ]
    for (name, share) in shares where !(0...1).contains(share) {
      throw RequestError("the \(name) must be 0 to 1, not \(share)")
    }
    guard misses <= 0.9, (0...0.5).contains(broken), brokenTogether >= 1, merges <= 0.5 else {
      throw RequestError("at most 90 % of trials can be misses, half of the commits broken, and half of them merges")
    }
    guard buildCost >= 0, buildCost.isFinite, drift >= 0, drift.isFinite, brokenTogether.isFinite else {
      throw RequestError("costs and factors must be numbers from 0 up")
    }
    guard (0...1000).contains(walk), (1...2).contains(bugs) else {
      throw RequestError("a simulated history has 0 to 1000 changes of the rate, and 1 or 2 bugs")
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
