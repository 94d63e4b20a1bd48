import Foundation
import Testing

/// The road from a mail to a verdict, with real kernels: the first of these builds one from nothing.
@Suite(.serialized) struct VerifyTests {
  private let zlab: ZlabFixture
  private static let patches = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Patches")
  private static let seeds = patches.deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/seeds")

  init() throws { zlab = try ZlabFixture() }

  private func patch(_ name: String) -> String { Self.patches.appending(path: "6.1-\(name).patch").path }

  /// Verifies `mail` on the kernel with the known bug.
  private func verify(_ mail: String, input: String = "", _ more: String...) async throws -> ZlabResult {
    let process = try zlab.start(
      [
        // How much of the rate is excluded is simulated elsewhere; here it would take 30 trials more.
        "verify", mail, "--factor", "1", "--source", "debian:6.1", "--scenario", "vfio-detach-race", "--schedule",
        "icount", "--base-patch", patch("known-bad-iommu"), "--base-patch", patch("known-bad-vfio"),
      ] + more)
    process.say(input)
    return await process.end()
  }

  @Test func `a fix is called a fix, with the bug that went away, and the reply is ready`() async throws {
    let result = try await verify(patch("fix-vfio"), "--format", "mail")
    #expect(result.code == 0, "\(result.talk)\n\(result.output)")
    #expect(result.output.hasPrefix("Subject: Re: "))
    // Cut where another line of the table is longer.
    #expect(result.output.contains("WARNING in iommu_detach_g"))
    #expect(result.output.contains("\nTested-by:\n"))
    #expect(result.output.split(separator: "\n").allSatisfy { $0.utf8.count <= 72 || $0.contains("--base-patch") })
    #expect(try zlab.emulators().isEmpty)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: seeds.path), "the seed mail is not here"))
  func `the seed's mail, a quoted reply, is a fix; without its release_device part it is none`() async throws {
    let mail = try #require(try FileManager.default.contentsOfDirectory(atPath: Self.seeds.path).first)
    let path = Self.seeds.appending(path: mail).path
    let whole = try await verify(path, "--format", "json")
    #expect(whole.code == 0, "\(whole.talk)\n\(whole.output)")
    #expect(whole.output.contains("\"verdict\" : \"fixed\""))
    // The last hunk of the last file is that part.
    let shown = try await zlab.run("patch", "show", path)
    let lines = shown.output.split(separator: "\n", omittingEmptySubsequences: false)
    let last = try #require(lines.lastIndex { $0.hasPrefix("@@") })
    let half = try await verify("-", input: lines[..<last].joined(separator: "\n") + "\n", "--format", "json")
    #expect([1, 2].contains(half.code), "\(half.talk)\n\(half.output)")
    #expect(!half.output.contains("\"verdict\" : \"fixed\""))
  }

  @Test func `under a schedule file with which each trial fails, a fix takes seven pairs`() async throws {
    let schedule = Self.patches.deletingLastPathComponent().appending(path: "Schedules/vfio-detach.yaml").path
    let process = try zlab.start([
      "verify", patch("fix-vfio"), "--factor", "1", "--source", "debian:6.1", "--scenario", "vfio-detach-race", "--set",
      "iterations=1", "--schedule", schedule, "--base-patch", patch("known-bad-iommu"), "--base-patch",
      patch("known-bad-vfio"), "--format", "json",
    ])
    process.say("")
    let result = await process.end()
    #expect(result.code == 0, "\(result.talk)\n\(result.output)")
    #expect(result.output.contains("\"verdict\" : \"fixed\""))
    // One more for each trial that the host disturbed.
    let pairs = try #require(result.output.firstMatch(of: /"pairs" : (\d+)/)?.1).description
    #expect((7...12).contains(try #require(Int(pairs))), "\(pairs)")
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `a kernel whose warnings nobody can read is failing all the same`() async throws {
    let name = "unreadable-\(UInt32.random(in: .min ... .max))"
    let patches = ["known-bad-iommu", "known-bad-vfio", "unreadable-warning"].flatMap { ["--patch", patch($0)] }
    let build = try zlab.start(["kernel", "build", "debian:6.1", "--name", name] + patches)
    build.say("")
    let built = await build.end()
    try #require(built.code == 0, "\(built.talk)")
    let result = try await zlab.run(
      "run", "vfio-detach-race", "--kernel", name, "--schedule", "icount", "--trials", "1", "--format", "json")
    #expect(result.code == 1, "\(result.talk)\n\(result.output)")
    #expect(result.output.contains("kernel tainted (W) without a report that zlab knows"), "\(result.output)")
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `a patch that does not compile is told with the compiler's first error`() async throws {
    let result = try await verify(patch("no-compile"))
    #expect(result.code == 64)
    #expect(
      result.talk.contains(#/cannot build the kernel: drivers/iommu/s390-iommu\.c:\d+:\d+: error: .*undeclared/#),
      "\(result.talk)")
  }

  @Test func `a patch that does not apply is told with the place in mail and file`() async throws {
    let result = try await verify(patch("known-bad-iommu"))
    #expect(result.code == 64)
    #expect(result.talk.contains("cannot apply"), "\(result.talk)")
    #expect(result.talk.contains("drivers/iommu/s390-iommu.c"))
  }

  @Test func `a patched kernel that does not boot has failed, and the panic is shown`() async throws {
    let result = try await verify(patch("no-boot"))
    #expect(result.code == 1, "\(result.talk)\n\(result.output)")
    #expect(result.output.contains("this kernel shall not boot"))
    #expect(try zlab.emulators().isEmpty)
  }
}
