import BisectSearch
import Bisection
import Foundation
import Model
import Statistics
import Testing

@Suite struct JournalTests {
  private func entry(_ number: Int) -> JournalEntry {
    .built(commit: Lab.id(number), kernel: "k\(number)", seconds: Double(number))
  }

  /// A bisection whose journal has three lines, and the journal's file.
  private func written() async throws -> (Lab, URL) {
    let lab = try await Lab(commits: 5)
    var journal = try lab.folder.journal()
    for number in 1...3 { try journal.add(entry(number)) }
    return (lab, lab.folder.folder.appending(path: "journal"))
  }

  @Test func `what was added is read again`() async throws {
    let (lab, _) = try await written()
    #expect(try lab.folder.journal().lines.map(\.entry) == (1...3).map(entry))
  }

  // Cut anywhere, as by a kill in the midst of a write.
  @Test func `a torn last line never was, and what comes after it is whole`() async throws {
    let (lab, file) = try await written()
    let whole = try Data(contentsOf: file)
    let second = try #require(whole.split(separator: 0x0a).dropFirst(2).first).startIndex
    for length in second..<whole.count {
      try whole.prefix(length).write(to: file)
      var journal = try lab.folder.journal()
      #expect(journal.lines.map(\.entry) == (1...2).map(entry), "cut at \(length)")
      try journal.add(entry(4))
      #expect(try lab.folder.journal().lines.map(\.entry) == [1, 2, 4].map(entry), "cut at \(length)")
    }
  }

  @Test func `a last line of other bytes never was either`() async throws {
    let (lab, file) = try await written()
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count - 10] ^= 1
    try bytes.write(to: file)
    #expect(try lab.folder.journal().lines.count == 2)
  }

  @Test func `a line before the last that is damaged is told`() async throws {
    let (lab, file) = try await written()
    var bytes = try Data(contentsOf: file)
    bytes[30] ^= 1
    try bytes.write(to: file)
    #expect(throws: LabError.self) { try lab.folder.journal() }
  }

  @Test func `a name that would lead elsewhere is refused`() async throws {
    let lab = try await Lab(commits: 2)
    for name in ["..", "a/b", "", ".hidden", "-x", String(repeating: "n", count: 65)] {
      #expect(throws: RequestError.self) { try BisectFolder(name, in: lab.folders) }
    }
    await #expect(throws: RequestError.self) { try await lab.folder.create(lab.folder.plan(), lab.range) }
  }

  @Test func `as many clean trials are asked for as the rate wants`() {
    // Every trial fails: the first clean ones say much. One of twenty: hundreds.
    #expect((1...6).contains(trialsForClean(shown: 20, judged: 20, error: 0.01)))
    let rare = trialsForClean(shown: 5, judged: 100, error: 0.01)
    #expect((85...400).contains(rare))
    #expect(trialsForClean(shown: 5, judged: 100, error: 0.05) < rare)
    #expect(trialsForClean(shown: 1, judged: 1000, error: 1e-9) == 10_000)
    #expect(abs(errorPerStep(confidence: 0.95, commits: 1024) - 0.005) < 1e-9)
  }
}
