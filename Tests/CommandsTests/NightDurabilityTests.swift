import Foundation
import Testing

/// SIGKILL at random moments of a night with real guests: nobody must be able to tell afterwards.
@Suite(.serialized) struct NightDurabilityTests {
  private static let plan = """
    schema: zlab.plan/1
    name: torture
    sources: [{release: bookworm}, {kernel: nowhere}]
    scenarios: [nothing, crash.yaml]
    trials: 20
    jobs: 2
    """

  init() async throws { try await StockKernels.shared.need("bookworm") }

  private func fixture() throws -> (ZlabFixture, plan: String) {
    let zlab = try ZlabFixture()
    return (zlab, try zlab.planOfCrashes(Self.plan))
  }

  /// Content of the database for the night: time stamps, process numbers and names drawn by chance left out.
  private func contents(_ zlab: ZlabFixture, _ night: String) async throws -> [String] {
    let export = try await zlab.run("db", "export")
    #expect(export.code == 0, "\(export.talk)")
    let lines = try export.output.split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
    let nights = lines.compactMap { $0["night"] as? [String: Any] }
    let whole = try #require(nights.first { ($0["record"] as? [String: Any])?["id"] as? String == night })
    let cells = try #require(whole["cells"] as? [[String: Any]])
    var names: [String: String] = [:]
    var told: [String] = []
    for cell in cells {
      let name = "\(cell["position"] ?? "")"
      if let run = cell["run"] as? String { names[run] = name }
      told.append("cell \(name): \(cell["state"] ?? "") \(cell["turn"] ?? "") \(cell["reason"] ?? "")")
    }
    for news in try #require(whole["news"] as? [[String: Any]]) {
      let now = try #require(news["now"] as? [String: Int])
      told.append(
        "news: \(news["kind"] ?? "") \(news["signature"] ?? "") \(now["failures"] ?? 0) of \(now["trials"] ?? 0)")
    }
    for line in lines {
      if let run = (line["run"] as? [String: Any])?["record"] as? [String: Any], let name = names["\(run["id"] ?? "")"]
      {
        told.append("run \(name): \(run["seed"] ?? "") \(run["state"] ?? "")")
      }
      guard let trial = line["trial"] as? [String: Any], let name = names["\(trial["run"] ?? "")"] else { continue }
      let record = try #require(trial["record"] as? [String: Any])
      let signatures = (record["findings"] as? [[String: Any]] ?? []).map { "\($0["signature"] ?? "")" }
      // Of a crash, whether the panic's words or QEMU's event of it is heard first is no doing of zlab's.
      let verdict = "\(record["verdict"] ?? "")"
      let end = verdict == "fail" ? "" : "\(record["end"] ?? "") \(record["note"] ?? "")"
      told.append(
        "trial \(name)/\(record["number"] ?? ""): \(record["seed"] ?? "") \(verdict) \(end) "
          + signatures.joined(separator: " "))
    }
    return told.sorted()
  }

  /// Without the trials that are misses.
  private func judged(_ contents: [String]) -> [String] { contents.filter { !$0.contains(" miss ") } }

  private func nightID(_ words: String) -> String? {
    words.firstMatch(of: /night ([0-9a-f]{8}):/).map { String($0.1) }
  }

  // An argument, so that the seed of the moments is shown.
  @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
  func `a night that is killed twenty times ends as one that nobody disturbed`(seed: UInt64) async throws {
    let (calm, calmPlan) = try fixture()
    let whole = try await calm.run("nightly", calmPlan, "--seed", "5")
    #expect(whole.code == 1, "\(whole.talk)")
    let expected = try await contents(calm, try #require(nightID(whole.talk)))
    #expect(expected.contains { $0.hasPrefix("news: new") })
    #expect(expected.count { $0.hasPrefix("trial") } >= 40)

    let (zlab, plan) = try fixture()
    var random = SeededNumbers(seed)
    var night: String?
    var strikes = 0
    while strikes < 20 {
      let process = try zlab.start(["nightly"] + (night.map { ["--resume", $0] } ?? [plan, "--seed", "5"]))
      process.say("")
      // Half of the time while it still begins.
      if Bool.random(using: &random) {
        while process.isRunning, !process.said.contains("cell ") { try await Task.sleep(for: .milliseconds(5)) }
      }
      try await Task.sleep(for: .milliseconds(Int.random(in: 0...900, using: &random)))
      let wasRunning = process.isRunning
      process.signal(SIGKILL)
      let end = await process.end()
      night = night ?? nightID(end.talk)
      #expect(wasRunning, "it was over after \(strikes) strikes: \(end.talk)")
      guard wasRunning else { break }
      strikes += 1
    }
    let id = try #require(night)
    let end = try await zlab.run("nightly", "--resume", id)
    #expect(end.code == 1, "\(end.talk)")
    let found = try await contents(zlab, id)
    let difference = Set(judged(found)).symmetricDifference(judged(expected)).sorted()
    // Each miss of a busy host, in either night, leads to one more trial, of a number that the other lacks.
    let misses = (found + expected).count { $0.contains(" miss ") }
    #expect(misses > 0 || found.count == expected.count)
    #expect(
      difference.count { !$0.hasPrefix("trial") } <= (misses == 0 ? 0 : 2), "\(difference.joined(separator: "\n"))")
    #expect(difference.count { $0.hasPrefix("trial") } <= 2 * misses, "\(difference.joined(separator: "\n"))")
    #expect(judged(found).count == judged(expected).count)
    #expect(try await zlab.run("db", "check").code == 0)
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `a second night is refused while one goes on, and a signal ends it in order`() async throws {
    let (zlab, plan) = try fixture()
    let process = try zlab.start(["nightly", plan])
    process.say("")
    try await process.wait(for: "trial 1:")
    let second = try await zlab.run("nightly", plan)
    #expect(second.code == 64)
    #expect(second.talk.contains("a night goes on already"))
    #expect(second.talk.contains("process "))
    process.signal(SIGINT)
    let end = await process.end()
    #expect(end.code == 130)
    let id = try #require(nightID(end.talk))
    #expect(end.talk.contains("zlab nightly --resume \(id)"))
    #expect(try zlab.emulators().isEmpty)
  }
}
