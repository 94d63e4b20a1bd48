import Foundation
import Storage
import Testing

@Suite struct CachePruningTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-prune-\(UUID().uuidString)")

  /// Things of one MiB each that were last used so many hours ago.
  private func items(_ ages: [Double]) throws -> [CacheItem] {
    try ages.enumerated().map { number, hours in
      let place = folder.appending(path: "thing-\(number)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data(repeating: 1, count: 1 << 20).write(to: place.appending(path: "data"))
      let date = Date(timeIntervalSinceNow: -3600 * hours)
      try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: place.path)
      return CacheItem(kind: "thing", name: "thing-\(number)", place: place)
    }
  }

  @Test func `what is older goes, what is younger stays`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let gone = itemsToPrune(try items([7, 50, 10, 30]), olderThan: 20 * 3600, largerThan: nil)
    #expect(gone.map(\.name) == ["thing-1", "thing-3"])
  }

  @Test func `the longest unused goes first, until the rest is small enough`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let all = try items([7, 50, 10, 30])
    #expect(all.allSatisfy { $0.size >= 1 << 20 && $0.size < 2 << 20 })
    let gone = itemsToPrune(all, olderThan: nil, largerThan: 5 << 19)
    #expect(gone.map(\.name) == ["thing-1", "thing-3"])
    #expect(itemsToPrune(all, olderThan: nil, largerThan: 100 << 20).isEmpty)
  }

  @Test func `what may be in use stays, whatever its size`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let all = try items([0.1, 5, 8])
    #expect(itemsToPrune(all, olderThan: 0, largerThan: 0).map(\.name) == ["thing-2"])
    markUsed(folder.appending(path: "thing-2"))
    let again = all.map { CacheItem(kind: $0.kind, name: $0.name, place: URL(fileURLWithPath: $0.path)) }
    #expect(itemsToPrune(again, olderThan: 0, largerThan: 0).isEmpty)
  }
}
