import Foundation
import Testing

@Suite struct SymbolizingTests {
  let zlab: ZlabFixture

  init() throws { zlab = try ZlabFixture() }

  private let log = """
    WARNING: CPU: 0 PID: 57 at arch/s390/zz.s:5 detach+0x2/0x8
    CPU: 0 PID: 57 Comm: vf Not tainted 6.1.192 #2
    Krnl PSW : 0704d00180000000 0000000000100006 (detach+0x6/0x8)
    Call Trace:
     [<0000000000100006>] detach+0x6/0x8
    ---[ end trace 0000000000000000 ]---

    """

  /// Assembles a kernel of one function.
  private func vmlinux() throws -> String {
    let source = """
      .text
      .globl detach
      .type detach,@function
      detach: nopr
      mc 0,0
      br %r14
      .size detach,.-detach

      """
    try Data(source.utf8).write(to: zlab.home.appending(path: "zz.s"))
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.currentDirectoryURL = zlab.home
    compiler.arguments =
      ["s390x-linux-gnu-gcc", "-g", "-nostdlib", "-static", "-Wl,-Ttext=0x100000,-e,detach", "zz.s", "-o", "vmlinux"]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    return zlab.home.appending(path: "vmlinux").path
  }

  @Test func `dmesg with a vmlinux tells source lines, in text and JSON`() async throws {
    let vmlinux = try vmlinux()
    let text = try await zlab.run("dmesg", "--vmlinux", vmlinux, input: log)
    #expect(text.code == 1 && text.output.contains("    detach+0x6 (") && text.output.contains("zz.s:5)"))
    #expect(text.talk.isEmpty)
    let json = try await zlab.run("dmesg", "--vmlinux", vmlinux, "--format", "json", input: log)
    #expect(json.output.contains("zz.s:5\""))
  }

  @Test func `a vmlinux of another build is refused`() async throws {
    let result = try await zlab.run(
      "dmesg", "--vmlinux", try vmlinux(), input: log.replacing("0x6/0x8", with: "0x6/0x4"))
    #expect(result.code == 64 && result.output.isEmpty)
    #expect(result.talk.contains("the log has detach+0x6/0x4, the file detach with 0x8 bytes"), "\(result.talk)")
  }

  @Test func `a signal ends it while it waits for more log`() async throws {
    let process = try zlab.start(["dmesg"])
    try await Task.sleep(for: .milliseconds(300))
    process.signal(SIGINT)
    #expect(await process.end().code == 130)
  }
}
