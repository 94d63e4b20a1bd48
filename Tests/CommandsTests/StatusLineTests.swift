import Foundation
import Testing

/// Output on a terminal, with the built binary.
@Suite struct StatusLineTests {
  let zlab: ZlabFixture

  init() throws { zlab = try ZlabFixture() }

  @Test(arguments: [24, 40, 200])
  func `a status line is never wider than the terminal`(columns: Int) async throws {
    let result = try await zlab.onTerminal(
      "zlab", "bisect", "simulate", "--commits", "20", "--rate", "0.5", "--histories", "30", columns: columns)
    #expect(result.code == 0, "\(result.output)")
    let drawn = result.output.components(separatedBy: "\r\u{1b}[K").dropFirst().map {
      $0.prefix { $0 != "\r\n" && $0 != "\n" }
    }
    let lines = [result.output.prefix { $0 != "\r" }] + drawn
    let statuses = lines.filter { $0.contains("information at") }
    #expect(!statuses.isEmpty)
    #expect(statuses.allSatisfy { $0.count < columns }, "\(statuses)")
    #expect(columns < 40 || statuses.contains { $0.hasSuffix("histories") })
  }

  @Test func `an error of the argument parser has the form of every other error`() async throws {
    for arguments in [["run", "--kernle", "x"], ["report", "a", "b"], ["no-such-command"], ["kernel", "show"]] {
      let process = try zlab.start(arguments)
      process.say("")
      let result = await process.end()
      #expect(result.code == 64)
      let lines = result.talk.split(separator: "\n").map(String.init)
      #expect(lines.first?.hasPrefix("zlab: ") == true, "\(result.talk)")
      #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  ") }, "\(result.talk)")
      #expect(lines.last?.contains("--help`") == true, "\(result.talk)")
      #expect(!result.talk.contains("Usage:") && !result.talk.contains("Error:"))
      #expect(result.output.isEmpty)
    }
  }

  @Test func `what a tool said on several lines is told on several lines, and never as an escape`() async throws {
    // A repository that git refuses says so on more than one line.
    let plan = zlab.home.appending(path: "plan.yaml")
    let repository = zlab.home.appending(path: "not-a-repository").path
    try FileManager.default.createDirectory(atPath: repository + "/.git", withIntermediateDirectories: true)
    try Data(
      """
      schema: zlab.plan/1
      name: p
      sources: [{git: \(repository), branch: main, fetch: origin}]
      scenarios: [nothing, rng-unplug]
      """.utf8
    ).write(to: plan)
    let result = try await zlab.run("nightly", plan.path)
    #expect(result.code == 64 || result.code == 69, "\(result.talk)")
    #expect(!result.talk.contains("u{a}") && !result.output.contains("u{a}"), "\(result.talk)\n\(result.output)")
  }
}
