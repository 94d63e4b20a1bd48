import Foundation
import Model
import Reports
import Statistics
import Testing

@Suite struct SweepReportTests {
  func report(_ failures: [Int: Int]) -> SweepReport {
    let kernel = KernelRecord(
      id: "aabb", name: "debian:bookworm", release: "6.1.0", origin: "", created: Date(timeIntervalSince1970: 0))
    let points = failures.sorted { $0.key < $1.key }.map {
      SweepReport.Point(value: $0.key, rate: Rate(failures: $0.value, trials: 10), runs: ["r\($0.key)"])
    }
    let best = failures.max { $0.value < $1.value }.flatMap {
      $0.value > 0 ? SweepReport.Best(value: $0.key, command: "zlab run race --set d=\($0.key)") : nil
    }
    return SweepReport(
      scenario: "race", kernel: kernel, parameters: ["d"], state: .finished, seed: 3, points: points, best: best,
      command: "zlab sweep race --parameter d")
  }

  @Test func `each value has a bar as long as its rate, and the best one its command`() {
    let text = report([1: 0, 20: 5, 300: 10]).text(Style(colour: false))
    #expect(text.hasPrefix("race on debian:bookworm: 30 trials at 3 values of d\n"))
    #expect(text.contains("  20   5/10   50 %   \(String(repeating: "#", count: 20))\n"))
    #expect(text.contains("  300  10/10  100 %  \(String(repeating: "#", count: 40)) best\n"))
    #expect(text.contains("The best value is 300\n  zlab run race --set d=300\n"))
    #expect(text.contains("To repeat the search\n  zlab sweep race --parameter d\n"))
  }

  @Test func `a search without a failure says so`() {
    #expect(report([1: 0, 2: 0]).text(Style(colour: false)).contains("no trial failed at any value"))
    #expect(report([:]).text(Style(colour: false)).contains("no valid trial"))
  }

  @Test func `the JSON form carries the contract's keys`() throws {
    let json = Data(try jsonText(report([1: 0])).utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    #expect(
      object.keys.sorted() == [
        "best", "command", "kernel", "parameters", "points", "scenario", "schema", "seed", "state",
      ])
    #expect(object["best"] is NSNull)
    let point = try #require((object["points"] as? [[String: Any]])?.first)
    #expect(point["value"] as? Int == 1 && point["runs"] as? [String] == ["r1"])
    #expect((point["rate"] as? [String: Any])?["trials"] as? Int == 10)
  }
}
