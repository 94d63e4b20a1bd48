import Bisect
import Records
import Testing

@Suite struct BisectHistoryTests {
  @Test func `a circle is told`() {
    #expect(throws: RequestError.self) {
      try BisectHistory(
        commits: [.init(id: "a", parents: ["b"]), .init(id: "b", parents: ["a"])], goods: ["g"], bad: "b")
    }
  }
}
