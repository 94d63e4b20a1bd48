import Foundation
import Testing

/// Schedules derived from failing trials, on real guests.
@Suite(.serialized) struct PinTests {
  private let zlab: ZlabFixture
  private static let race = ["--set", "iterations=1"]
  private static let schema = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  init() throws { zlab = try ZlabFixture() }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  /// A trial of free vCPUs that fails.
  private func failingTrial(_ kernel: String) async throws -> String {
    let process = try zlab.start(
      ["run", "vfio-detach-race", "--kernel", kernel, "--until-finding", "--trials", "60", "--format", "json"]
        + Self.race)
    process.say("")
    let result = await process.end()
    try #require(result.code == 1, "\(result.talk)")
    let report = try object(result.output)
    let trials = try #require(report["trials"] as? [[String: Any]])
    let failing = try #require(trials.first { $0["verdict"] as? String == "fail" })
    return "\(try #require(report["id"] as? String))/\(try #require(failing["number"] as? Int))"
  }

  private func pin(_ trial: String, _ more: [String]) async throws -> ZlabResult {
    let process = try zlab.start(["pin", trial, "--seed", "1", "--jobs", "2", "--trials", "5"] + more)
    process.say("")
    return await process.end()
  }

  @Test func `a failure of free vCPUs becomes a schedule file that shows it with fresh seeds`() async throws {
    let kernel = try await zlab.builtKernel(["known-bad-iommu", "known-bad-vfio"])
    let trial = try await failingTrial(kernel)
    let file = zlab.home.appending(path: "race.yaml").path, program = zlab.home.appending(path: "race.c").path
    // Later than usual, so that turns alone show it seldom.
    let result = try await pin(
      trial, ["--max-trials", "120", "--output", file, "--export", program, "--format", "json"])
    let report = try object(result.output)
    let outcome = try #require(report["outcome"] as? String)
    let export = report["export"] as? [String: Any]
    #expect((export != nil) == ["pinned", "unreliable", "turns-suffice"].contains(outcome))
    if let export {
      let text = try String(contentsOfFile: program, encoding: .utf8)
      let comment = text.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).filter { $0 != "*" }.joined(
        separator: " ")
      #expect(comment.contains("found by zlab with the scenario vfio-detach-race on"), "\(comment)")
      #expect(comment.contains("(uid 0x1, fid 0x10)") && comment.contains("gcc -O2 -static"), "\(comment)")
      // Its guests ran it: a program that is not there, or does nothing, makes each trial a miss.
      let rate = try #require(export["rate"] as? [String: Any])
      let (failures, trials) = (rate["failures"] as? Int ?? -1, rate["trials"] as? Int ?? 0)
      #expect(failures >= 0 && trials > 0, "\(rate)")
      let share = "\(failures == 0 ? "none" : String(failures)) of \(trials) guest"
      #expect(comment.contains("shows the failure in \(share)"), "\(comment)")
      #expect((export["delays"] as? [Int])?.count == 2)
    }
    // Turns alone may show it in all of so few trials; then there is nothing to derive.
    if outcome == "turns-suffice" { return #expect(result.code == 0) }
    #expect(result.code == (outcome == "pinned" ? 0 : 2), "\(result.talk)")
    // A trial that fails by another order of its tasks than usual may have no schedule within so few trials.
    if ["pinned", "unreliable"].contains(outcome) {
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect((report["schedule"] as? [String: Any])?["text"] as? String == text)
    }
    // Empty where none of three trials that are traced shows the failure again.
    for step in try #require(report["story"] as? [[String: Any]]) { #expect(step["vcpu"] is Int) }
    let json = zlab.home.appending(path: "pin.json")
    try Data(result.output.utf8).write(to: json)
    let root = Self.schema.path
    let valid = try await zlab.shell(
      "--version >/dev/null; \(root)/scripts/validate-json \(root)/docs/schemas/zlab.pin-1.json <\(json.path)")
    #expect(valid.code == 0, "\(valid.output)\(valid.talk)")
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `what does not show under turns, and what cannot be pinned, is said with what to do`() async throws {
    let kernel = try await zlab.builtKernel(["known-bad-iommu", "known-bad-vfio"])
    let trial = try await failingTrial(kernel)
    // The user lets go long after the function has left.
    let late = ["min-delay-us=400000", "max-delay-us=500000"].flatMap { ["--set", $0] }
    let none = try await pin(trial, late + ["--max-trials", "5"])
    #expect(none.code == 2, "\(none.talk)")
    #expect(none.output.contains("not pinned, it does not show under turns"), "\(none.output)")
    #expect(none.output.contains("0 of 5 trials"), "\(none.output)")
    let other = try await pin(trial, ["--signature", "ffffffff"])
    #expect(other.code == 64 && other.talk.contains("has no finding with the signature 'ffffffff'"), "\(other.talk)")
    let missing = try await pin(trial.split(separator: "/")[0] + "/999", [])
    #expect(missing.code == 64 && missing.talk.contains("has no trial 999"), "\(missing.talk)")
  }

  @Test func `an interrupted pin leaves no guest and no files of its probes`() async throws {
    let kernel = try await zlab.builtKernel(["known-bad-iommu", "known-bad-vfio"])
    let trial = try await failingTrial(kernel)
    let process = try zlab.start(["pin", trial, "--seed", "1", "--trials", "100"])
    process.say("")
    while try zlab.emulators(guestsOnly: true).isEmpty { try await Task.sleep(for: .milliseconds(20)) }
    process.signal(SIGINT)
    let result = await process.end()
    #expect(result.code == 130, "\(result.talk)")
    #expect(try zlab.emulators().isEmpty)
    let left = try FileManager.default.subpathsOfDirectory(atPath: zlab.home.path).filter { $0.hasSuffix("/pin") }
    #expect(left.isEmpty, "\(left)")
  }
}
