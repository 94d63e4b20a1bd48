import Dmesg
import Foundation
import HostTools
import Model
import Symbolizer
import Testing

/// Lines of another build would be worse than none.
@Suite struct WrongKernelTests {
  @Test func `another banner is refused, and both are told`() async throws {
    let kernel = try await MadeUpKernel()
    let other = MadeUpKernel.banner.replacing("#1 SMP", with: "#2 SMP")
    let problem = try await refusal(kernel.warning(banner: other), by: kernel)
    #expect(problem?.contains(other) == true && problem?.contains(MadeUpKernel.banner) == true)
  }

  @Test func `a banner that the console cut is accepted`() async throws {
    let kernel = try await MadeUpKernel()
    let log = try kernel.warning(banner: String(MadeUpKernel.banner.prefix(60)))
    #expect(try await symbolize(log, with: kernel).findings.first?.frames.first?.source != nil)
  }

  @Test func `the release of a report counts when there is no banner`() async throws {
    let kernel = try await MadeUpKernel()
    let problem = try await refusal(kernel.warning(banner: nil, release: "6.12.1"), by: kernel)
    #expect(problem?.contains("release 6.12.1") == true && problem?.contains("6.1.99-made-up") == true)
  }

  @Test func `another build id is refused, although banner and sizes agree`() async throws {
    let kernel = try await MadeUpKernel()
    let other = String(repeating: "cd", count: 20)
    let problem = try await refusal(kernel.warning(buildID: other), by: kernel)
    #expect(problem?.contains(other) == true && problem?.contains(String(repeating: "ab", count: 20)) == true)
  }

  @Test func `a function of another size is refused, although the banner agrees`() async throws {
    let kernel = try await MadeUpKernel()
    let log = try kernel.warning { $0.size += 0x20 }
    let problem = try await refusal(log, by: kernel)
    #expect(problem?.contains("remove_device+0x") == true)
  }

  @Test func `a size that the log's end cut is no other size`() async throws {
    let kernel = try await MadeUpKernel()
    let log = try kernel.warning(banner: nil) { $0.size >>= 4 }
    let frames = try #require(try await symbolize(log, with: kernel).findings.first).frames
    #expect(frames.first?.source != nil)
    #expect(frames.last?.name == "remove_device" && frames.last?.source == nil)
  }

  @Test func `where the build id agrees, a wrong size is the log's own damage`() async throws {
    let kernel = try await MadeUpKernel()
    let log = try kernel.warning(buildID: String(repeating: "ab", count: 20)) { $0.size += 0x20 }
    let frames = try #require(try await symbolize(log, with: kernel).findings.first).frames
    #expect(frames.first?.source != nil)
    #expect(frames.last?.name == "remove_device" && frames.last?.source == nil)
  }

  @Test func `a log that says nothing of its kernel gives a remark`() async throws {
    let kernel = try await MadeUpKernel()
    var log = try kernel.warning(banner: nil)
    for frame in log.findings[0].frames.indices { log.findings[0].frames[frame].printed?.size = nil }
    log.findings[0].kernel = nil
    let result = try await symbolize(log, with: kernel)
    #expect(result.remarks.contains { $0.contains("nothing in the log tells") })
    #expect(result.findings.first?.frames.first?.source != nil)
  }

  @Test func `of two boots only the one of this kernel gets lines`() async throws {
    let kernel = try await MadeUpKernel()
    let own = try kernel.warning()
    var other = try kernel.warning(banner: "Linux version 6.12.1 (lab@host) #1 SMP")
    other.boots[0] = .init(line: 100, banner: other.boots[0].banner)
    for index in other.findings.indices { other.findings[index].firstLine += 100 }
    let log = ParsedLog(findings: own.findings + other.findings, boots: own.boots + other.boots)
    let result = try await symbolize(log, with: kernel)
    #expect(result.findings.map { $0.frames.contains { $0.source != nil } } == [true, false])
    #expect(result.remarks.contains { $0.contains("1 of 2 findings are of another kernel") })
  }

  @Test func `a quiet log of another kernel is refused too`() async throws {
    let kernel = try await MadeUpKernel()
    let problem = try await refusal(parsed(["Linux version 6.12.1 (lab@host) #1 SMP", "all is well"]), by: kernel)
    #expect(problem?.contains("6.12.1") == true)
    #expect(try await symbolize(parsed([MadeUpKernel.banner]), with: kernel).findings.isEmpty)
  }

  @Test func `a log of another architecture is refused`() async throws {
    let kernel = try await MadeUpKernel()
    var log = try kernel.warning(banner: nil)
    log.findings[0].arch = "x86_64"
    #expect(try await refusal(log, by: kernel)?.contains("x86_64") == true)
  }

  private func refusal(_ log: ParsedLog, by kernel: MadeUpKernel) async throws -> String? {
    let error = await #expect(throws: RequestError.self) { try await symbolize(log, with: kernel) }
    #expect(error?.advice?.contains("vmlinux of the very build") == true)
    return error?.problem
  }
}
