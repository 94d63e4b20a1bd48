import BisectSearch
import Bisection
import FakeLab
import Foundation
import Model
import Reports
import Testing

/// Verdicts of the user in a bisection.
@Suite struct VerdictTests {
  private func report(_ lab: Lab) throws -> BisectReport {
    let state = try lab.state
    return BisectReport(state, state.search.assessment, folder: "")
  }

  @Test func `a skipped commit is not tested, and its reason is in the report`() async throws {
    let lab = try await Lab(commits: 16)
    let skipped = (7...10).map { Lab.id($0) }
    try await lab.folder.skip(skipped, reason: "no console")
    let answer = try await lab.execute(on: lab.host(culprit: 12))
    #expect(answer?.commit == Lab.id(12))
    #expect(Set(lab.bench.builds.keys).isDisjoint(with: skipped))
    let reasons = try report(lab).evidence.filter { skipped.contains($0.commit.id) }.map(\.untestable)
    #expect(reasons == ["no console", "no console", "no console", "no console"])
  }

  @Test func `skipping the commit of an interrupted batch takes another one`() async throws {
    let lab = try await Lab(commits: 16)
    var journal = try lab.folder.journal()
    let json = #"{"commit": "\#(Lab.id(8))", "trials": 3, "purpose": "search", "needs_build": true, "information": 1}"#
    let test = try JSONDecoder().decode(BisectTest.self, from: Data(json.utf8))
    try journal.add(.decided(batch: 1, test: test, run: "00000001"))
    #expect(try lab.state.pending != nil)
    try await lab.folder.skip([Lab.id(8)], reason: "hangs")
    #expect(try lab.state.pending == nil)
  }

  @Test func `verdicts count as trials and lead to the culprit without any of the commit's own`() async throws {
    let lab = try await Lab(commits: 16)
    try await lab.folder.judge(Lab.id(11), isBad: false, weight: 40, reason: "ran for a week")
    try await lab.folder.judge(Lab.id(12), isBad: true, weight: 20, reason: "")
    let evidence = try report(lab).evidence
    #expect(evidence.map(\.trials) == [40, 20])
    #expect(evidence.map(\.failures) == [0, 20])
    let state = try lab.state
    let words = try lab.folder.journal().lines.map { state.words($0.entry) }
    #expect(words.first?.hasSuffix("(commit 11) is good by the user's verdict, as 40 trials: ran for a week") == true)
    #expect(words.last?.hasSuffix("(commit 12) is bad by the user's verdict, as 20 trials") == true)
    let answer = try await lab.execute(on: lab.host(culprit: 12))
    #expect(answer?.commit == Lab.id(12))
    #expect(lab.bench.builds[Lab.id(11)] == nil && lab.bench.builds[Lab.id(12)] == nil)
  }

  @Test func `ends are not skipped, strangers have no verdict, and weights have limits`() async throws {
    let lab = try await Lab(commits: 4)
    for id in [Lab.id(0), Lab.id(4), Lab.id(99)] {
      await #expect(throws: RequestError.self) { try await lab.folder.skip([id], reason: "") }
    }
    for weight in [0, 1001] {
      await #expect(throws: RequestError.self) {
        try await lab.folder.judge(Lab.id(2), isBad: true, weight: weight, reason: "")
      }
    }
    await #expect(throws: RequestError.self) {
      try await lab.folder.judge(Lab.id(99), isBad: true, weight: 1, reason: "")
    }
    #expect(try lab.folder.journal().lines.isEmpty)
  }

  @Test func `a verdict is refused while another process carries the bisection on`() async throws {
    let lab = try await Lab(commits: 4)
    let lock = try await lab.folder.lock()
    let error = await #expect(throws: RequestError.self) { try await lab.folder.skip([Lab.id(2)], reason: "") }
    #expect(error?.problem.contains("in use by another zlab process") == true)
    _ = consume lock
  }
}
