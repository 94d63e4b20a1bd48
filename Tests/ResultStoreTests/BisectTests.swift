import Foundation
import Model
import ResultStore
import Storage
import Testing

/// Bisections in the database.
@Suite final class BisectTests {
  let homes = (0..<2).map { _ in FileManager.default.temporaryDirectory.appending(path: "zlab-b-\(UUID().uuidString)") }
  let store: ResultStore
  let other: ResultStore

  init() throws {
    store = try ResultStore(Locations(environment: ["ZLAB_HOME": homes[0].path]))
    other = try ResultStore(Locations(environment: ["ZLAB_HOME": homes[1].path]))
  }
  deinit { for home in homes { try? FileManager.default.removeItem(at: home) } }

  private func bisect(_ name: String, at seconds: Double, _ signatures: [String], seed: UInt64 = 1) -> BisectRecord {
    BisectRecord(
      name: name, repository: "/linux", scenario: "s", seed: seed, started: Date(timeIntervalSince1970: seconds),
      signatures: signatures, trials: 12, builds: 3, command: "zlab bisect start")
  }

  private func found(_ bisect: BisectRecord) -> BisectRecord {
    var bisect = bisect
    (bisect.state, bisect.outcome, bisect.confidence, bisect.suspects) = (.finished, .found, 0.97, ["c1"])
    bisect.ended = bisect.started + 60
    bisect.culprit = BisectRecord.Culprit(id: "c1", subject: "break it", author: "A <a@b>")
    return bisect
  }

  @Test func `what was put down last holds, and an answer comes before what goes on`() throws {
    let (old, new) = (bisect("old", at: 10, ["a", "b"]), bisect("new", at: 20, ["a"]))
    for record in [old, new, found(old), found(old)] { try store.put(record) }
    #expect(try store.bisects(targeting: "a") == [found(old), new])
    #expect(try store.bisects(targeting: "b") == [found(old)])
    var narrowed = found(old)
    narrowed.signatures = ["a"]
    try store.put(narrowed)
    #expect(try store.bisects(targeting: "b").isEmpty)
    #expect(try store.check().rows["bisect"] == 2)
  }

  @Test func `one that is given up is shown no more, and one with an answer cannot be given up`() throws {
    let (old, new) = (bisect("old", at: 10, ["a"]), bisect("new", at: 20, ["a"]))
    try store.put(found(old))
    try store.put(new)
    for id in [old.id, new.id, "never@"] { try store.dropBisect(id) }
    #expect(try store.bisects(targeting: "a") == [found(old)])
    // The name is free again: another start is another one.
    try store.put(bisect("new", at: 30, ["a"]))
    #expect(try store.bisects(targeting: "a").count == 2)
  }

  @Test func `they move to another machine, where they follow what the first one exports later`() throws {
    try store.put(bisect("one", at: 10, ["a"]))
    var first = try exported(store)
    first[0] = first[0].replacing(/"machine":"[^"]*"/, with: "\"machine\":\"another\"")
    #expect(try takeIn(first, other).bisects == 1)
    #expect(try takeIn(first, other) == ImportCount())
    try store.put(found(bisect("one", at: 10, ["a"])))
    #expect(try takeIn([first[0]] + exported(store).dropFirst(), other) == ImportCount())
    #expect(try other.bisects(targeting: "a") == [found(bisect("one", at: 10, ["a"]))])
    #expect(try exported(other)[1].contains("\"foreign\":true"))
    // What is ours is not overwritten by what comes from elsewhere.
    let ours = try exported(store)[1]
    #expect(try takeIn(first, store) == ImportCount())
    #expect(try exported(store)[1] == ours)
  }

  @Test func `another one of the same id is refused, and so is an id that is none`() throws {
    try store.put(bisect("one", at: 10, ["a"]))
    try other.put(bisect("one", at: 10, ["a"], seed: 2))
    #expect(try takeIn(exported(store), other).conflicts == ["the bisection one"])
    let wrong = try exported(store).map { $0.replacing("\"id\":\"one@", with: "\"id\":\"two@") }
    #expect(throws: RequestError.self) { try takeIn(wrong, other) }
  }
}
