import Foundation
import HostTools
import Model
import Testing

@testable import Symbolizer

/// Nobody vouches for a vmlinux, and tools that read one have bugs.
@Suite struct HostileFileTests {
  @Test(arguments: [
    (Array("no kernel at all".utf8), "is not an ELF file"), ([], "is not an ELF file"),
    ([0x7f, 0x45, 0x4c, 0x46, 2, 2] + [UInt8](repeating: 0, count: 58), "damaged ELF file"),
    ([0x7f, 0x45, 0x4c, 0x46, 2, 2] + [UInt8](repeating: 0xff, count: 90), "damaged ELF file"),
  ])
  func `what is no kernel is refused`(bytes: [UInt8], words: String) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "zlab-elf-\(UUID().uuidString)")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let error = #expect(throws: RequestError.self) { try Symbolizer(vmlinux: file.path, modules: nil) }
    #expect(error?.problem.contains(words) == true)
  }

  @Test(arguments: [
    ("/no/such/file", "No such file"), ("/", "not a regular file"), ("/dev/zero", "not a regular file"),
  ])
  func `what cannot be read is refused`(path: String, words: String) {
    let error = #expect(throws: RequestError.self) { try Symbolizer(vmlinux: path, modules: nil) }
    #expect(error?.problem.contains(words) == true)
  }

  @Test func `a kernel without debug information, without symbols or unlinked says so`() async throws {
    let plain = try await MadeUpKernel(options: ["-g0"])
    #expect(problem(plain.vmlinux)?.contains("has no source lines") == true)
    let kernel = try await MadeUpKernel()
    try await HostTool(
      "s390x-linux-gnu-objcopy", ["--strip-all", "--keep-section=.debug_line", kernel.vmlinux], to: "x"
    )
    .run()
    #expect(problem(kernel.vmlinux)?.contains("has no symbols") == true)
    let module = try await kernel.addModule("zz-mod")
    #expect(problem(module.path)?.contains("is no linked kernel") == true)
  }

  @Test func `damaged files end in a result or in an error of ours`() async throws {
    let kernel = try await MadeUpKernel()
    let log = try kernel.warning()
    let whole = try Data(contentsOf: URL(fileURLWithPath: kernel.vmlinux))
    var random = SplitMix64(seed: 20_260_101)
    var results = 0
    for round in 0..<60 {
      var bytes = round % 3 == 0 ? whole.prefix(Int.random(in: 0..<whole.count, using: &random)) : whole
      for _ in 0..<(bytes.isEmpty ? 0 : 30) {
        // Mostly headers, symbols and debug information; code is of no interest.
        let from = round % 2 == 0 ? 0 : min(0x1000, bytes.count - 1)
        bytes[Int.random(in: from..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      try bytes.write(to: URL(fileURLWithPath: kernel.vmlinux))
      do {
        results += try await symbolize(log, with: kernel).findings.count
      } catch let error where !(error is RequestError || error is LabError) {
        Issue.record("\(error)")
      } catch {}
    }
    #expect(results > 0)
  }

  @Test(arguments: [
    ("echo 'DWARF error: \u{1b}[31mmangled' >&2; kill -SEGV $$", "code 139", "mangled"),
    ("echo no memory left >&2; exit 1", "code 1", "no memory left"),
  ])
  func `a tool that dies is the lab's failure, with its last words`(script: String, code: String, words: String)
    async throws
  {
    let kernel = try await MadeUpKernel()
    let tools = try fakeTool(in: kernel.folder, script)
    let symbolizer = try Symbolizer(vmlinux: kernel.vmlinux, modules: nil, search: tools)
    let log = try kernel.warning()
    let error = await #expect(throws: LabError.self) {
      try await symbolizer.symbolize(log.findings, boots: log.boots, log: "the log")
    }
    #expect(error?.problem.contains(code) == true && error?.problem.contains(words) == true)
    #expect(error?.problem.contains("\u{1b}") == false)
  }

  @Test func `a tool that answers nonsense costs only the lines`() async throws {
    let kernel = try await MadeUpKernel()
    let tools = try fakeTool(in: kernel.folder, "echo 0x1; echo f; echo f.c:1; head -c 300000 /dev/urandom")
    let symbolizer = try Symbolizer(vmlinux: kernel.vmlinux, modules: nil, search: tools)
    let log = try kernel.warning()
    let result = try await symbolizer.symbolize(log.findings, boots: log.boots, log: "the log")
    #expect(result.findings == log.findings)
  }

  @Test func `without a tool for the machine the package is named`() async throws {
    let kernel = try await MadeUpKernel()
    let error = #expect(throws: LabError.self) {
      try Symbolizer(vmlinux: kernel.vmlinux, modules: nil, search: kernel.folder.path)
    }
    #expect(error?.problem.contains("s390x-linux-gnu-addr2line nor llvm-symbolizer") == true)
    #expect(error?.advice == "`apt-get install binutils-s390x-linux-gnu` brings one.")
  }

  @Test func `llvm-symbolizer is taken where binutils know nothing of the machine`() async throws {
    let kernel = try await MadeUpKernel()
    let script = "echo \"$@\" >&2; exit 3"
    let tools = try fakeTool(in: kernel.folder, script, called: "llvm-symbolizer")
    let symbolizer = try Symbolizer(vmlinux: kernel.vmlinux, modules: nil, search: tools)
    let log = try kernel.warning()
    let error = await #expect(throws: LabError.self) {
      try await symbolizer.symbolize(log.findings, boots: log.boots, log: "the log")
    }
    #expect(error?.problem.contains("--inlines --output-style=GNU --obj=/input/code 0x1") == true)
  }

  @Test func `the tool sees the file and the system's programs, and writes nowhere`() async throws {
    let kernel = try await MadeUpKernel()
    let script = "cat '\(kernel.vmlinux)' /etc/passwd; touch /input/x /tool/x \"$HOME/x\" >&2; exit 3"
    let tools = try fakeTool(in: kernel.folder, script)
    let log = try kernel.warning()
    let boxed = try Symbolizer(vmlinux: kernel.vmlinux, modules: nil, search: tools)
    let error = await #expect(throws: LabError.self) {
      try await boxed.symbolize(log.findings, boots: log.boots, log: "the log")
    }
    #expect(error?.problem.contains("/etc/passwd: No such file") == true)
    #expect(error?.problem.contains("cannot touch '/nonexistent/x'") == true)
    let free = try Symbolizer(vmlinux: kernel.vmlinux, modules: nil, isBoxed: false)
    #expect(try await free.symbolize(log.findings, boots: log.boots, log: "the log").findings != log.findings)
  }

  private func problem(_ path: String) -> String? {
    #expect(throws: RequestError.self) { try Symbolizer(vmlinux: path, modules: nil) }?.problem
  }

  private func fakeTool(
    in folder: URL, _ script: String, called name: String = "s390x-linux-gnu-addr2line"
  ) throws -> String {
    let tools = folder.appending(path: "tools")
    try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: true)
    let file = tools.appending(path: name)
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    return tools.path
  }
}
