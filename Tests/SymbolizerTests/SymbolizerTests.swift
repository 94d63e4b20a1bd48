import Dmesg
import Foundation
import Model
import Symbolizer
import Testing

@Suite struct SymbolizerTests {
  @Test func `frames get lines, and inlined functions come before their callers`() async throws {
    let kernel = try await MadeUpKernel()
    let before = try kernel.warning()
    let after = try #require(try await symbolize(before, with: kernel).findings.first)
    let header = "include/linux/check.h", file = "drivers/pci/zz.c"
    #expect(
      after.frames.map { "\($0.name) \($0.source ?? "")\($0.isInlined ? " inlined" : "")" } == [
        "check \(try MadeUpKernel.place("trap", in: header)) inlined",
        "unregister \(try MadeUpKernel.place("in unregister", in: file)) inlined",
        "detach \(try MadeUpKernel.place("in detach", in: file))",
        "probe \(try MadeUpKernel.place("in the first probe", in: file))",
        "remove_device \(try MadeUpKernel.place("the call", in: file))",
      ])
  }

  @Test func `the inlined function of a source file is blamed, and title and signature stay`() async throws {
    let kernel = try await MadeUpKernel()
    let before = try #require(try kernel.warning().findings.first)
    let after = try #require(try await symbolize(kernel.warning(), with: kernel).findings.first)
    #expect(before.function == "detach")
    #expect(after.function == "unregister")
    #expect(after.title == before.title && after.title == "WARNING in detach")
    #expect(after.signature == before.signature)
  }

  @Test func `a fault's PSW stands at its instruction, a trap's behind it`() async throws {
    let kernel = try await MadeUpKernel()
    // The same address, once as the store behind the trap that faults.
    let spot = try kernel.spot("detach", behind: "mc\t0,0")
    let fault = parsed([
      MadeUpKernel.banner, "Unable to handle kernel pointer dereference in virtual kernel address space",
      "Oops: 0004 ilc:2 [#1] SMP", "Krnl PSW : 0704c00180000000 \(spot.address) (\(spot.symbol))", "Call Trace:",
      " [<\(spot.address)>] \(spot.symbol)", "---[ end trace 0000000000000000 ]---",
    ])
    let frames = try #require(try await symbolize(fault, with: kernel).findings.first).frames
    #expect(frames.first?.name == "unregister")
    #expect(frames.first?.source == (try MadeUpKernel.place("after the trap", in: "drivers/pci/zz.c")))
  }

  @Test(arguments: [0, 0x3ff_e000_0000, 0xffff_ffff_fff0_0000] as [UInt64])
  func `of static functions of one name the address decides, wherever the kernel was loaded`(
    slide: UInt64
  ) async throws {
    let kernel = try await MadeUpKernel()
    for (number, mark) in [(0, "in the second probe"), (1, "in the first probe")] {
      let file = number == 0 ? "drivers/pci/other.c" : "drivers/pci/zz.c"
      let log = try kernel.warning(probe: number, slide: slide)
      let frames = try #require(try await symbolize(log, with: kernel).findings.first).frames
      #expect(frames.first { $0.name == "probe" }?.source == (try MadeUpKernel.place(mark, in: file)))
    }
  }

  @Test func `without addresses nobody can tell them apart, and nobody guesses`() async throws {
    let kernel = try await MadeUpKernel()
    let frames = try #require(
      try await symbolize(kernel.warning(hasAddresses: false), with: kernel).findings.first
    ).frames
    #expect(frames.contains { $0.name == "probe" && $0.source == nil })
    #expect(frames.contains { $0.name == "remove_device" && $0.source != nil })
  }

  @Test func `a call that never returns belongs to the function before`() async throws {
    let kernel = try await MadeUpKernel()
    let call = try kernel.spot("dies", behind: "<panic>")
    try #require(call.offset == call.size, "the call is not the last instruction")
    let next = try kernel.spot("neighbour", behind: "br\t%r14")
    let address = call.address
    let log = parsed([
      MadeUpKernel.banner, "kernel BUG at fs/end.c:7!", "monitor event: 0040 ilc:2 [#1] SMP", "Call Trace:",
      " [<\(address)>] neighbour+0x0/0x\(String(next.size, radix: 16))", "---[ end trace 0000000000000000 ]---",
    ])
    let finding = try #require(try await symbolize(log, with: kernel).findings.first)
    let frame = try #require(finding.frames.first)
    #expect(finding.function == "dies" && frame.name == "dies" && frame.offset == call.size)
    #expect(frame.source == (try MadeUpKernel.place("the last call", in: "fs/end.c")))
  }

  @Test(arguments: ["\\033[31mevil\\302\\233.c", "a\\nevil\\n0x100000\\n.c", "\\342\\200\\256evil\\377.c"])
  func `text of the file cannot steer a terminal`(name: String) async throws {
    let evil = MadeUpKernel.sources["drivers/pci/zz.c", default: ""]
      .replacing("static inline", with: "#line 1 \"/tmp/\(name)\"\nstatic inline", maxReplacements: 1)
    let kernel = try await MadeUpKernel(sources: ["drivers/pci/zz.c": evil])
    let frames = try #require(try await symbolize(kernel.warning(), with: kernel).findings.first).frames
    let text = frames.map { $0.name + ($0.source ?? "") }.joined()
    #expect(text.contains("evil"))
    #expect(!text.unicodeScalars.contains { [.control, .format].contains($0.properties.generalCategory) })
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/llvm-symbolizer")))
  func `llvm-symbolizer says the same as binutils`() async throws {
    let kernel = try await MadeUpKernel()
    let tools = kernel.folder.appending(path: "tools")
    try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: tools.appending(path: "llvm-symbolizer").path, withDestinationPath: "/usr/bin/llvm-symbolizer")
    let log = try kernel.warning()
    let symbolizer = try Symbolizer(vmlinux: kernel.vmlinux, modules: nil, search: tools.path)
    let other = try await symbolizer.symbolize(log.findings, boots: log.boots, log: "the log")
    let usual = try await symbolize(log, with: kernel)
    #expect(other.findings == usual.findings)
    #expect(usual.findings != log.findings)
  }

  @Test func `ten thousand findings are one batch`() async throws {
    let kernel = try await MadeUpKernel()
    let one = try kernel.warning()
    let many = ParsedLog(findings: Array(repeating: try #require(one.findings.first), count: 10_000), boots: one.boots)
    let after = try await symbolize(many, with: kernel).findings
    #expect(after.count == 10_000)
    #expect(Set(after.map(\.frames.count)) == [5])
  }
}

/// A log as the parser gives it.
struct ParsedLog {
  var findings: [Finding]
  var boots: [Boot]
}

func parsed(_ lines: [String]) -> ParsedLog {
  var parser = DmesgParser()
  let findings = parser.feed(lines.joined(separator: "\n").utf8) + parser.finish()
  return ParsedLog(findings: findings, boots: parser.boots)
}

func symbolize(_ log: ParsedLog, with kernel: MadeUpKernel, modules: URL? = nil) async throws -> Symbolized {
  let symbolizer = try Symbolizer(vmlinux: kernel.vmlinux, modules: modules?.path)
  return try await symbolizer.symbolize(log.findings, boots: log.boots, log: "the log")
}

extension MadeUpKernel {
  /// A warning as this kernel would print it.
  ///
  /// - Parameter probe: which of the two functions with that name is in the trace.
  func warning(
    banner: String? = banner, release: String = "6.1.99-made-up", buildID: String = "", probe: Int = 1,
    hasAddresses: Bool = true, slide: UInt64 = 0, change: (inout Spot) -> Void = { _ in }
  ) throws -> ParsedLog {
    let trap = try spot("detach", behind: "mc\t0,0").moved(by: slide)
    var calls = [
      try spot("probe", behind: "<detach>", number: probe), try spot("remove_device", behind: "<probe>"),
    ].map { $0.moved(by: slide) }
    change(&calls[1])
    var lines = [
      "------------[ cut here ]------------", "WARNING: CPU: 0 PID: 57 at include/linux/check.h:4 detach+0x0/0x1",
      "CPU: 0 PID: 57 Comm: zz Not tainted \(release) #1 \(buildID)",
      "Krnl PSW : 0704d00180000000 \(trap.address) (\(trap.symbol))", "Call Trace:",
    ]
    lines += ([trap] + calls).map { hasAddresses ? " [<\($0.address)>] \($0.symbol)" : " \($0.symbol)" }
    lines.append("---[ end trace 0000000000000000 ]---")
    return parsed((banner.map { [$0] } ?? []) + lines)
  }
}
