import Foundation
import Testing

/// The selftest with a real kernel: the first of these builds one.
@Suite(.serialized) struct SelftestCommandTests {
  private let zlab: ZlabFixture

  init() throws { zlab = try ZlabFixture() }

  private func selftest(_ more: String...) async throws -> ZlabResult {
    let process = try zlab.start(["selftest", "--source", "debian:6.1"] + more)
    process.say("")
    return await process.end()
  }

  @Test func `a report, a fault, a hang and a trigger of another machine are told rightly`() async throws {
    let triggers = ["BUG", "WRITE_RO", "HUNG_TASK", "UNSET_SMEP"]
    let process = try zlab.start(
      ["selftest", "--source", "debian:6.1"] + triggers.flatMap { ["--trigger", $0] })
    process.say("")
    let result = await process.end()
    #expect(result.code == 0, "\(result.talk)\n\(result.output)")
    for line in [
      #/BUG +seen +bug: kernel BUG in lkdtm_BUG/#, #/WRITE_RO +seen +oops: .* in lkdtm_WRITE_RO/#,
      #/HUNG_TASK +seen +hung-task: .* in (?:direct_entry|lkdtm_HUNG_TASK)/#, #/UNSET_SMEP +silent +/#,
    ] {
      #expect(result.output.contains(line), "\(result.output)")
    }
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `a trigger that the kernel lacks is told with the nearest`() async throws {
    let result = try await selftest("--trigger", "HUNGTASK")
    #expect(result.code == 64)
    #expect(result.talk.contains("HUNG_TASK"), "\(result.talk)")
  }

  @Test func `a kernel without LKDTM is refused`() async throws {
    try await StockKernels.shared.need("bookworm")
    let result = try await zlab.run("selftest", "--kernel", "debian:bookworm")
    #expect(result.code == 64)
    #expect(result.talk.contains("has no LKDTM"), "\(result.talk)")
  }

  @Test func `a kernel that is there is not built`() async throws {
    let result = try await zlab.run("selftest", "--kernel", "mine", "--config", "kasan")
    #expect(result.code == 64)
    #expect(result.talk.contains("--kernel"), "\(result.talk)")
  }
}
