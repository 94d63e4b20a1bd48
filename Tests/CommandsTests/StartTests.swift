import Foundation
import Testing

/// What cannot work says why, and never ends with 0.
@Suite struct StartTests {
  let zlab: ZlabFixture

  init() throws { zlab = try ZlabFixture() }

  private func shell(_ line: String) async throws -> ZlabResult {
    let process = try ZlabProcess(
      ["-c", line.replacingOccurrences(of: "ZLAB", with: ZlabProcess.binary.path)], environment: zlab.environment,
      log: zlab.home, executable: URL(fileURLWithPath: "/bin/bash"))
    process.say("")
    return await process.end()
  }

  @Test(arguments: [
    ("ulimit -n 20; ZLAB run nothing --kernel none", "may open 20 files, and needs"),
    ("ulimit -n 8; ZLAB report --list", "may open 8 files, and needs"),
    ("ulimit -v 300000; ZLAB run nothing --kernel none", "may take 292 MiB of memory, and needs"),
    ("ulimit -v 1000000; ZLAB kernel fetch debian:bookworm", "may take 976 MiB of memory, and needs"),
    ("ZLAB scenario list >&-", "stdout is closed"),
  ])
  func `a process that may do too little says so`(line: String, words: String) async throws {
    let result = try await shell(line)
    #expect(result.code == 69)
    #expect(result.talk.contains(words), "\(result.talk)")
  }

  @Test(
    .enabled(if: getuid() == 0, "only root can take /proc away"), arguments: ["run nothing", "scenario list", "report"])
  func `without proc no command says success`(command: String) async throws {
    let result = try await shell("unshare -m sh -c 'mount -t tmpfs none /proc; exec ZLAB \(command)'")
    #expect(result.code == 69)
    #expect(result.talk.contains("there is no /proc"), "\(result.talk)")
  }

  @Test func `SIGQUIT ends a command at once`() async throws {
    let process = try ZlabProcess(
      ["--default-signal=QUIT", ZlabProcess.binary.path, "serve", "--port", "0"], environment: zlab.environment,
      log: zlab.home, executable: URL(fileURLWithPath: "/usr/bin/env"))
    try await process.wait(for: "http://")
    process.signal(SIGQUIT)
    #expect(await process.end().code == 130)
  }
}
