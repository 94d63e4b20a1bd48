import Foundation
import Testing

/// Schedule files on real guests.
@Suite(.serialized) struct ScheduleTests {
  private let zlab: ZlabFixture
  private static let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Schedules/vfio-detach.yaml").path

  init() throws { zlab = try ZlabFixture() }

  private func file(_ rules: String) throws -> String {
    let file = zlab.home.appending(path: "race.yaml")
    try Data("schema: zlab.schedule/1\nrules:\n\(rules)\n".utf8).write(to: file)
    return file.path
  }

  /// A run's report, its consoles, and the exit code.
  private func run(
    _ scenario: String, kernel: String, schedule: String, _ more: [String] = []
  ) async throws -> (code: Int32, report: [String: Any], consoles: [Data]) {
    let process = try zlab.start(
      ["run", scenario, "--kernel", kernel, "--schedule", schedule, "--seed", "5", "--format", "json"] + more)
    process.say("")
    let result = await process.end()
    let parsed = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let report = try #require(parsed, "\(result.talk)")
    let (folder, trials) = (
      try #require(report["folder"] as? String), try #require(report["trials"] as? [[String: Any]])
    )
    let consoles = try trials.map { trial in
      let number = try #require(trial["number"] as? Int)
      return try Data(contentsOf: URL(fileURLWithPath: "\(folder)/trial-000\(number)/console.log"))
    }
    return (result.code, report, consoles)
  }

  private func reached(_ report: [String: Any]) throws -> [Int] {
    let schedule = try #require(report["rules"] as? [String: Any])
    return try #require(schedule["rules"] as? [[String: Any]]).compactMap { $0["reached"] as? Int }
  }

  @Test func `two lines make a race show in each trial, the same way each time, and the fix is clean under them`()
    async throws
  {
    let bad = try await zlab.builtKernel(["known-bad-iommu", "known-bad-vfio"])
    let words = ["--set", "iterations=1", "--trials", "3"]
    let first = try await run("vfio-detach-race", kernel: bad, schedule: Self.example, words)
    #expect(first.code == 1)
    let summary = try #require(first.report["summary"] as? [String: Any])
    #expect(summary["fails"] as? Int == 3)
    #expect(try reached(first.report) == [3, 3])
    let second = try await run("vfio-detach-race", kernel: bad, schedule: Self.example, words)
    #expect(first.consoles == second.consoles && first.consoles[0].count > 500)
    let good = try await zlab.builtKernel(["known-bad-iommu", "known-bad-vfio", "fix-vfio"])
    let fixed = try await run("vfio-detach-race", kernel: good, schedule: Self.example, words)
    #expect([0, 2].contains(fixed.code))
    #expect((fixed.report["summary"] as? [String: Any])?["fails"] as? Int == 0)
    #expect(fixed.code == (try reached(fixed.report).contains(0) ? 2 : 0))
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `a place that the kernel does not have is refused, and leaves no run`() async throws {
    try await StockKernels.shared.need("bookworm")
    let schedule = try file("  - { at: zpci_deconfigure_devise, until: { run: 100 } }")
    let result = try await zlab.run(
      "run", "nothing", "--kernel", "debian:bookworm", "--schedule", schedule, "--trials", "1")
    #expect(result.code == 64, "\(result.talk)")
    #expect(result.talk.contains("this kernel has no function 'zpci_deconfigure_devise'"), "\(result.talk)")
    #expect(result.talk.contains("zpci_deconfigure_device"), "\(result.talk)")
    let cold = try await zlab.run(
      "run", "nothing", "--kernel", "debian:bookworm", "--schedule", schedule, "--trials", "1", "--cold")
    #expect(cold.code == 64 && cold.talk.contains("Leave out --cold"), "\(cold.talk)")
    let list = try await zlab.run("report", "--list", "--format", "json")
    #expect(list.output.filter { !$0.isWhitespace } == "[]", "\(list.output)")
  }

  @Test func `a rule that is never reached makes no run clean`() async throws {
    try await StockKernels.shared.need("bookworm")
    let schedule = try file(
      """
        - { task: nothing, at: do_exit, until: { run: 1000 } }
        - { task: nobody, at: do_exit, until: { blocks: true } }
      """)
    let result = try await run("nothing", kernel: "debian:bookworm", schedule: schedule, ["--trials", "1"])
    #expect(result.code == 2)
    #expect((result.report["summary"] as? [String: Any])?["verdict"] as? String == "inconclusive")
    #expect(try reached(result.report) == [1, 0])
    let list = try await zlab.run("report", "--list", "--format", "json")
    #expect(list.output.contains("inconclusive"))
    let text = try await zlab.run("report", "latest")
    #expect(text.code == 2)
    #expect(text.output.contains("never reached") && text.output.contains("The run is inconclusive"))
  }
}
