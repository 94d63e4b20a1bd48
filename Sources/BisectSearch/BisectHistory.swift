package import Model

/// The commits among which a culprit is searched: everything that the bad end has and the good ends lack.
///
/// A commit is bad exactly when the culprit is the commit itself or one of its ancestors. Inside, commits have
/// positions from 1 up, parents before children; position 0 stands for the good ends, and as a culprit for "older than
/// the good ends".
package struct BisectHistory: Sendable {
  /// A commit as git tells it.
  package struct Commit: Codable, Hashable, Sendable {
    /// Its name: a full hash, or whatever the caller goes by.
    package let id: String
    /// Its parents' names, first parent first; those that are not in the history are on the good side.
    package let parents: [String]
    /// Prior weight of being the culprit, relative to the others; above 0.
    package let weight: Double

    package init(id: String, parents: [String], weight: Double = 1) {
      (self.id, self.parents, self.weight) = (id, parents, weight)
    }
  }

  /// Commits that a history may have; a range of the kernel's between two releases has some 15,000.
  package static let most = 1_000_000

  /// The commits without the good ends, parents before children; the last one is the bad end.
  package let ids: [String]
  /// Of the commits that are known good; the first is tested when their goodness is in doubt.
  package let goods: [String]
  /// Every commit has at most one parent here, and at most one child.
  package var isLinear: Bool { ancestry.isLinear }

  let positions: [String: Int]
  let ancestry: Ancestry
  // By position, the sum of those of commits is 1; position 0 has none.
  let weights: [Double]

  /// Sorts and checks the commits.
  ///
  /// - Parameters:
  ///   - commits: in any order, as `git rev-list --parents bad ^good` gives them.
  ///   - goods: at least one; none of them is in `commits`.
  ///   - bad: one of `commits`, with all others as its ancestors.
  /// - Throws: `RequestError` when that is not so, when there are too many, or when the parents make a circle.
  package init(commits: [Commit], goods: [String], bad: String) throws(RequestError) {
    guard let good = goods.first else { throw RequestError("a bisection requires a good commit") }
    guard goods.allSatisfy({ $0 != bad }) else { throw RequestError("\(bad) cannot be both good and bad") }
    guard !commits.isEmpty else {
      throw RequestError("no commits between good \(good) and bad \(bad)", advice: "Were good and bad swapped?")
    }
    guard commits.count <= Self.most else {
      throw RequestError("\(commits.count) commits in the range exceed the limit of \(Self.most)")
    }
    let (order, places) = try sorted(commits, bad: bad)
    if let good = goods.first(where: { places[$0] != nil }) {
      throw RequestError(
        "\(good) is said to be good, but is one of the commits to search", advice: "Search what it has not: bad ^good.")
    }
    ids = order.map { commits[$0].id }
    self.goods = goods
    positions = places.merging(goods.map { ($0, 0) }) { first, _ in first }
    ancestry = try Ancestry(parents: order.map { index in commits[index].parents.compactMap { places[$0] } })
    let total = commits.reduce(0) { $0 + $1.weight }
    guard total.isFinite, commits.allSatisfy({ $0.weight > 0 }) else {
      throw RequestError("a commit's weight must be a number above 0")
    }
    weights = [0] + order.map { commits[$0].weight / total }
  }

  /// A history without merges.
  ///
  /// - Parameter ids: oldest first; the last one is the bad end.
  /// - Throws: `RequestError` as the other does.
  package init(linear ids: [String], good: String) throws(RequestError) {
    let commits = ids.indices.map { Commit(id: ids[$0], parents: [$0 == 0 ? good : ids[$0 - 1]]) }
    try self.init(commits: commits, goods: [good], bad: ids.last ?? good)
  }

  /// Commits without the good ends.
  package var count: Int { ids.count }
  /// The bad end's name.
  package var bad: String { id(at: count) }

  /// The name of what is tested at a position.
  func id(at position: Int) -> String { position == 0 ? goods[0] : ids[position - 1] }
}

/// Commits in the order in which a walk from the bad end leaves them, first parents first.
///
/// So a commit's ancestors lie in few runs: all that its branch began from, and then its branch.
private func sorted(
  _ commits: [BisectHistory.Commit], bad: String
) throws(RequestError) -> (order: [Int], places: [String: Int]) {
  var indices: [String: Int] = [:]
  for (index, commit) in commits.enumerated() where indices.updateValue(index, forKey: commit.id) != nil {
    throw RequestError("the commit \(commit.id) is twice in the history")
  }
  guard let start = indices[bad] else { throw RequestError("the bad end \(bad) is not in its own history") }
  var order: [Int] = []
  var places: [String: Int] = [:]
  var open: Set<Int> = [start]
  var path = [(index: start, parent: 0)]
  while let (index, parent) = path.last {
    let parents = commits[index].parents
    guard parent < parents.count else {
      order.append(index)
      places[commits[index].id] = order.count
      open.remove(index)
      path.removeLast()
      continue
    }
    path[path.count - 1].parent += 1
    guard let next = indices[parents[parent]], places[parents[parent]] == nil else { continue }
    guard open.insert(next).inserted else {
      throw RequestError("the commit \(parents[parent]) is its own ancestor")
    }
    path.append((next, 0))
  }
  if let stray = commits.first(where: { places[$0.id] == nil }) {
    throw RequestError("\(stray.id) is no ancestor of the bad end \(bad), so it cannot be tested for it")
  }
  return (order, places)
}
