import Foundation
import Testing

/// The orders of a scenario's tasks, one by one, on real guests.
@Suite(.serialized) struct ExploreTests {
  private let zlab: ZlabFixture
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  init() throws { zlab = try ZlabFixture() }

  private func explore(_ kernel: String, _ more: [String]) async throws -> (code: Int32, report: [String: Any]) {
    let process = try zlab.start(
      ["explore", "vfio-detach-race", "--kernel", kernel, "--set", "iterations=1", "--seed", "1", "--jobs", "2"] + more
        + ["--format", "json"])
    process.say("")
    let result = await process.end()
    let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let report = try #require(value, "\(result.output)\(result.talk)")
    let json = zlab.home.appending(path: "explore.json")
    try Data(result.output.utf8).write(to: json)
    let valid = try await zlab.shell(
      "--version >/dev/null; \(Self.root)/scripts/validate-json \(Self.root)/docs/schemas/zlab.explore-1.json <\(json.path)"
    )
    #expect(valid.code == 0, "\(valid.output)\(valid.talk)")
    return (result.code, report)
  }

  @Test func `switches of one preemption show the race of the seed, with a schedule file and its rate`() async throws {
    let kernel = try await zlab.builtKernel(["known-bad-iommu", "known-bad-vfio"])
    let (code, report) = try await explore(kernel, ["--budget", "60s", "--until-finding", "--trials", "5"])
    let (tried, reached) = (report["tried"] as? Int ?? 0, report["reached"] as? Int ?? 0)
    #expect(tried > 0 && reached > 0, "\(report)")
    let failures = try #require(report["failures"] as? [[String: Any]])
    // In a minute of a busy machine there may be none.
    #expect(code == (failures.isEmpty ? 2 : 1), "\(report)")
    for failure in failures.prefix(1) {
      let file = try #require(failure["file"] as? String)
      #expect(try String(contentsOfFile: file, encoding: .utf8).contains("schema: zlab.schedule/1"))
      #expect(failure["run"] is String && failure["rate"] is [String: Any])
    }
    #expect(try zlab.emulators().isEmpty)
    let left = try FileManager.default.subpathsOfDirectory(atPath: zlab.home.path).filter { $0.hasSuffix("/explore") }
    #expect(left.isEmpty, "\(left)")
  }

  @Test func `a claim about two functions is answered; one that the kernel lacks is refused`() async throws {
    let kernel = try await zlab.builtKernel([])
    let claim = ["--between", "s390_iommu_release_device", "--and", "s390_iommu_attach_device", "--trials", "2"]
    let (code, report) = try await explore(kernel, claim)
    let outcome = try #require(report["outcome"] as? String)
    #expect(["exhausted", "incomplete", "not-reached"].contains(outcome), "\(report)")
    #expect(code == (outcome == "exhausted" ? 0 : 2))
    #expect((report["remarks"] as? [String])?.count == 2, "\(report)")
    let wrong = try await zlab.run(
      "explore", "vfio-detach-race", "--kernel", kernel, "--set", "iterations=1", "--trials", "1", "--between",
      "s390_iommu_release_devise", "--and", "schedule")
    #expect(wrong.code == 64 && wrong.talk.contains("s390_iommu_release_device"), "\(wrong.talk)")
  }
}
