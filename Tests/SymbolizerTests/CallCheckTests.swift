import Dmesg
import Foundation
import Model
import Symbolizer
import Testing

@Suite struct CallCheckTests {
  private func symbolized(_ log: ParsedLog, _ kernel: MadeUpKernel) async throws -> Finding {
    try #require(try await symbolize(log, with: kernel).findings.first)
  }

  @Test func `a trace of one report has no misplaced frame`() async throws {
    let kernel = try await MadeUpKernel()
    for probe in [0, 1] {
      let finding = try await symbolized(kernel.warning(probe: probe), kernel)
      // Of the two functions called probe only one is called by remove_device.
      #expect(finding.frames.filter(\.isMisplaced).map(\.name) == (probe == 1 ? [] : ["remove_device"]))
      #expect(finding.function == "unregister" && finding.title == "WARNING in detach")
    }
  }

  @Test func `a frame whose code calls another function is marked, and what stands above keeps the title`() async throws
  {
    let kernel = try await MadeUpKernel()
    let trap = try kernel.spot("detach", behind: "mc\t0,0")
    let stranger = try kernel.spot("start_kernel", behind: "<neighbour>")
    let log = oops(trap, [try kernel.spot("probe", behind: "<detach>", number: 1), stranger])
    let finding = try await symbolized(log, kernel)
    #expect(finding.frames.filter(\.isMisplaced).map(\.name) == ["start_kernel"])
    #expect(finding.interleaved)
    #expect(finding.title == "Oops in detach")
  }

  @Test func `a return address without a call before it is marked`() async throws {
    let kernel = try await MadeUpKernel()
    let fault = try kernel.spot("neighbour", behind: "br\t%r14")
    let stranger = try kernel.spot("detach", behind: "mc\t0,0")
    let finding = try await symbolized(oops(fault, [stranger]), kernel)
    #expect(finding.frames.contains { $0.name == "detach" && $0.isMisplaced })
  }

  @Test func `a function that only misplaced frames name is not blamed`() async throws {
    // The fault itself is in a helper, so that the frame below it would be blamed.
    let kernel = try await MadeUpKernel(sources: [
      "lib/string.c": """
      __attribute__((noinline)) void *memcpy(void *to, const void *from, unsigned long count)
      {
      \tvolatile char *out = to;
      \tfor (const char *in = from; count--;)
      \t\t*out++ = *in++;
      \treturn to;
      }
      """
    ])
    let fault = try kernel.spot("memcpy", behind: "br\t%r14")
    let stranger = try kernel.spot("remove_device", behind: "<probe>")
    let log = oops(fault, [stranger])
    let before = try #require(log.findings.first)
    #expect(before.title == "Oops in remove_device")
    let after = try await symbolized(log, kernel)
    #expect(after.title == "Oops in corrupted" && after.function == nil)
    #expect(after.signature != before.signature)
    #expect(after.signature == Signature.ofOopsWithoutFunction)
  }

  private func oops(_ fault: Spot, _ calls: [Spot]) -> ParsedLog {
    parsed(
      [
        MadeUpKernel.banner, "Unable to handle kernel pointer dereference in virtual kernel address space",
        "Oops: 0004 ilc:2 [#1] SMP", "Krnl PSW : 0704c00180000000 \(fault.address) (\(fault.symbol))", "Call Trace:",
      ] + ([fault] + calls).map { " [<\($0.address)>] \($0.symbol)" } + ["---[ end trace 0000000000000000 ]---"])
  }
}

private enum Signature {
  /// As the parser gives it to an oops of which it knows no function.
  static var ofOopsWithoutFunction: String? {
    let log = """
      [    1.0000] Unable to handle kernel pointer dereference in virtual kernel address space
      [    1.0000] Oops: 0004 ilc:2 [#1] SMP
      """
    return findings(in: Array(log.utf8)).findings.first?.signature
  }
}
