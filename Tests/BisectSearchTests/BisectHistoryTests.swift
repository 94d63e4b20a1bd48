import BisectSearch
import Model
import Testing

@Suite struct BisectHistoryTests {
  @Test func `commits come out with parents before children and the bad end last`() throws {
    let history = try diamond()
    #expect(history.ids.last == "e")
    let place = Dictionary(uniqueKeysWithValues: history.ids.enumerated().map { ($1, $0) })
    for (child, parents) in ["b": ["a"], "c": ["a"], "d": ["b", "c"], "e": ["d"]] {
      for parent in parents { #expect(try #require(place[parent]) < #require(place[child])) }
    }
    #expect(!history.isLinear)
  }

  @Test func `a line is known as one, in whatever order its commits come`() throws {
    let ids = ["a", "b", "c", "d"]
    let line = try BisectHistory(linear: ids, good: "g")
    #expect(line.isLinear)
    #expect(line.ids == ids)
    let commits = [("c", "b"), ("a", "g"), ("d", "c"), ("b", "a")].map {
      BisectHistory.Commit(id: $0.0, parents: [$0.1])
    }
    #expect(try BisectHistory(commits: commits, goods: ["g"], bad: "d").ids == ids)
  }

  @Test(
    arguments: [
      ("a circle", ["a": ["b"], "b": ["a"]], ["g"], "b"),
      ("itself", ["a": ["a"]], ["g"], "a"),
      ("a commit that is no ancestor of the bad end", ["a": ["g"], "b": ["g"]], ["g"], "b"),
      ("a bad end that is not there", ["a": ["g"]], ["g"], "z"),
      ("a good end inside", ["a": ["g"], "b": ["a"]], ["a"], "b"),
      ("no good end", ["a": ["g"]], [], "a"),
      ("one end for both", ["a": ["g"]], ["a"], "a"),
      ("nothing", [:], ["g"], "b"),
    ] as [(String, [String: [String]], [String], String)])
  func `a history that cannot be is told`(
    _ name: String, _ parents: [String: [String]], _ goods: [String], _ bad: String
  ) {
    let commits = parents.map { BisectHistory.Commit(id: $0.key, parents: $0.value) }
    #expect(throws: RequestError.self, "\(name)") { try BisectHistory(commits: commits, goods: goods, bad: bad) }
  }

  @Test func `a commit that comes twice is told`() {
    let commits = [BisectHistory.Commit(id: "a", parents: []), BisectHistory.Commit(id: "a", parents: [])]
    #expect(throws: RequestError.self) { try BisectHistory(commits: commits, goods: ["g"], bad: "a") }
  }
}

/// Two branches from a, merged by d, and e on top.
func diamond() throws -> BisectHistory {
  let parents = [("a", ["g"]), ("b", ["a"]), ("c", ["a"]), ("d", ["b", "c"]), ("e", ["d"])]
  return try BisectHistory(commits: parents.map { .init(id: $0.0, parents: $0.1) }, goods: ["g"], bad: "e")
}
