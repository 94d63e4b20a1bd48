import Foundation
import HostTools
import Model
import Symbolizer
import Testing

@Suite struct ModuleTests {
  @Test(arguments: ["", ".debug", ".xz", ".zst"])
  func `frames of modules get lines, from every section and however packed`(ending: String) async throws {
    let kernel = try await MadeUpKernel()
    let file = try await kernel.addModule("zz-mod")
    let log = try log(of: kernel)
    switch ending {
    case ".xz": try await HostTool("xz", [file.path], to: "pack").run()
    case ".zst": try await HostTool("zstd", ["-q", "--rm", file.path], to: "pack").run()
    case ".debug": try FileManager.default.moveItem(atPath: file.path, toPath: file.path + ending)
    default: break
    }
    let result = try await symbolize(log, with: kernel, modules: kernel.modules)
    let path = "modules/zz-mod.c"
    #expect(
      result.findings.first?.frames.map(\.source) == [
        try MadeUpKernel.place("work", in: path), try MadeUpKernel.place("init", in: path),
        try MadeUpKernel.place("the call", in: "drivers/pci/zz.c"),
      ])
    #expect(result.remarks.isEmpty)
  }

  @Test func `modules that are not given or not there are told, and the kernel's frames have lines`() async throws {
    let kernel = try await MadeUpKernel()
    let file = try await kernel.addModule("zz-mod")
    let log = try log(of: kernel)
    let without = try await symbolize(log, with: kernel)
    #expect(without.findings.first?.frames.map { $0.source != nil } == [false, false, true])
    #expect(without.remarks == ["the log: frames of modules stay without lines unless --modules says where zz_mod are"])
    try FileManager.default.removeItem(at: file)
    let missing = try await symbolize(log, with: kernel, modules: kernel.modules)
    #expect(missing.remarks == ["the log: \(kernel.modules.path) has no debug information for zz_mod"])
  }

  @Test func `a module of another build is refused`() async throws {
    let kernel = try await MadeUpKernel()
    _ = try await kernel.addModule("zz-mod")
    let log = try log(of: kernel, size: 8)
    let error = await #expect(throws: RequestError.self) {
      try await symbolize(log, with: kernel, modules: kernel.modules)
    }
    #expect(error?.problem.contains("zz-mod.ko is not of the kernel of the log: the log has zz_work+0x") == true)
  }

  @Test func `a folder that is not there is a wrong request`() async throws {
    let kernel = try await MadeUpKernel()
    #expect(throws: RequestError.self) { try Symbolizer(vmlinux: kernel.vmlinux, modules: "/no/such/folder") }
  }

  private func log(of kernel: MadeUpKernel, size: UInt64? = nil) throws -> ParsedLog {
    var work = try kernel.spot("zz_work", behind: "mc\t0,0", module: "zz_mod")
    work.size = size ?? work.size
    let spots = [
      work, try kernel.spot("zz_init", behind: "mc\t0,0", module: "zz_mod"),
      try kernel.spot("remove_device", behind: "<probe>"),
    ]
    return parsed(
      [MadeUpKernel.banner, "kernel BUG at modules/zz-mod.c:4!", "monitor event: 0040 ilc:2 [#1] SMP", "Call Trace:"]
        + spots.map { " [<\($0.address)>] \($0.symbol)" } + ["---[ end trace 0000000000000000 ]---"])
  }
}
