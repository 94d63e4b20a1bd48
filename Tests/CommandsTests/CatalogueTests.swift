import Foundation
import Testing

/// A sample of docs/catalogue.md: scenarios on a kernel where they fail and on one where they do not, by its commands.
@Suite(.serialized) struct CatalogueTests {
  /// Two lines of the table, by their commands without the number of trials.
  struct Pair: Sendable, CustomTestStringConvertible {
    let bad: String
    let good: String
    var testDescription: String { bad }
  }

  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  private let zlab: ZlabFixture

  init() async throws {
    zlab = try ZlabFixture()
    for release in ["bookworm", "trixie"] { try await StockKernels.shared.need(release) }
  }

  @Test(arguments: [
    Pair(bad: "busy-slot-race --kernel debian:bookworm", good: "busy-slot-race --kernel debian:trixie"),
    Pair(bad: "rng-unplug --kernel debian:bookworm", good: "rng-unplug --kernel debian:trixie"),
    Pair(
      bad: "remove-power-race --kernel debian:bookworm",
      good: "remove-power-race --kernel debian:trixie --set other=remove"),
    Pair(bad: "vfio-init-race --kernel bad-6.1", good: "vfio-init-race --kernel debian:trixie"),
    Pair(bad: "host-vfio-unplug --kernel bad-6.1", good: "host-vfio-unplug --kernel debian:trixie"),
  ]) func `a scenario fails where the catalogue says so, and only there`(_ pair: Pair) async throws {
    let (bad, good) = (try row(pair.bad), try row(pair.good))
    #expect(bad.failed == bad.judged && good.failed == 0)

    // What follows from memory that was freed may come before what is found mostly.
    var titles: [String] = []
    for _ in 1...4 where !titles.contains(where: bad.found.contains) {
      let failing = try await run(pair.bad, "--until-finding", "--trials", "8")
      #expect(failing.code == 1, "\(failing.talk)")
      titles += try trials(failing).flatMap { try #require($0["findings"] as? [[String: Any]]) }
        .compactMap { $0["title"] as? String }
    }
    #expect(titles.contains(where: bad.found.contains), "\(titles)")

    let passing = try await run(pair.good, "--trials", "2", "--jobs", "2")
    #expect(passing.code == 0, "\(passing.output) \(passing.talk)")
    #expect(try trials(passing).map { $0["verdict"] as? String } == ["pass", "pass"])
    #expect(try zlab.emulators().isEmpty)
  }

  private func run(_ command: String, _ goal: String...) async throws -> ZlabResult {
    var words = command.split(separator: " ").map(String.init)
    for (index, word) in words.enumerated() where word == "bad-6.1" { words[index] = try await knownBad() }
    let process = try zlab.start(["run"] + words + goal + ["--format", "json"])
    process.say("")
    return await process.end()
  }

  /// The kernel that docs/catalogue.md calls bad-6.1, which VerifyTests use too.
  private func knownBad() async throws -> String {
    let patches = ["iommu", "vfio"].flatMap {
      ["--patch", Self.tests.appending(path: "Patches/6.1-known-bad-\($0).patch").path]
    }
    let process = try zlab.start(["kernel", "build", "debian:6.1"] + patches + ["--format", "json"])
    process.say("")
    let result = await process.end()
    let kernel = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    return try #require(kernel?["id"] as? String, "\(result.talk)")
  }

  private func trials(_ result: ZlabResult) throws -> [[String: Any]] {
    let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let trials = try #require(report?["trials"] as? [[String: Any]], "\(result.talk)")
    return trials.filter { $0["verdict"] as? String != "miss" }
  }

  /// Row of the catalogue for a command: `| `zlab run …` | 3 of 4 | titles |`.
  private func row(_ command: String) throws -> (failed: Int, judged: Int, found: [String]) {
    let file = Self.tests.deletingLastPathComponent().appending(path: "docs/catalogue.md")
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") where line.contains("zlab run") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count >= 2, cells[0].replacing(#/ --trials \d+/#, with: "") == "`zlab run \(command)`",
        let numbers = cells[1].wholeMatch(of: /(\d+) of (\d+)/),
        let failed = Int(numbers.1), let judged = Int(numbers.2)
      else { continue }
      let found = cells.count > 2 ? cells[2].components(separatedBy: "; ") : []
      return (failed, judged, found)
    }
    throw MissingRow(command: command)
  }

  private struct MissingRow: Error {
    let command: String
  }
}
