import Foundation
import HostTools
import Records
import Testing

@Suite struct SandboxTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "zlab-box-\(UInt32.random(in: .min ... .max))")
    for name in ["out", "source"] {
      try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
    }
    try Data("kept\n".utf8).write(to: folder.appending(path: "source/file"))
  }

  /// What a script prints in the box.
  private func boxed(_ script: String) async throws -> ToolOutput {
    let sandbox = Sandbox(
      mounts: [
        .init(folder.path + "/source", at: "/source"), .init(folder.path + "/out", at: "/out", isWritable: true),
      ], directory: "/out", fileLimit: 1 << 20)
    var tool = HostTool("sh", ["-c", script], to: "try the box")
    tool.environment = ["GIVEN": "yes"]
    return try await sandbox.boxing(tool).result()
  }

  @Test func `its own output can be written and its source read`() async throws {
    let result = try await boxed("cat /source/file; echo made > made; echo $GIVEN")
    #expect(result.text == "kept\nyes\n")
    #expect(try String(contentsOf: folder.appending(path: "out/made"), encoding: .utf8) == "made\n")
  }

  @Test(arguments: [
    "echo x > /source/file", "rm /source/file", "echo x > /usr/x", "echo x > /etc/x && test -e /etc/passwd",
    "echo 1 > /proc/sys/kernel/printk", "echo x > /proc/sys/kernel/core_pattern", "mount -o remount,rw /source",
    "mount -t tmpfs none /source", "unshare -U true", "ls \(NSHomeDirectory())/.", "head -c 3000000 /dev/zero > big",
    "echo > /dev/tcp/127.0.0.1/22", "test $(ls -d /proc/[0-9]* | wc -l) -gt 9",
  ])
  func `what is outside stays out of reach`(_ script: String) async throws {
    let result = try await boxed(script)
    #expect(result.code != 0, "\(result.text)")
    #expect(try String(contentsOf: folder.appending(path: "source/file"), encoding: .utf8) == "kept\n")
  }

  @Test func `there is no network and no environment of ours`() async throws {
    let result = try await boxed("cat /proc/net/dev | grep -c : ; env | cut -d = -f 1 | sort | tr '\\n' ' '")
    #expect(result.text == "1\nGIVEN HOME LC_ALL PATH PWD TMPDIR ")
  }

  @Test func `nothing of the box runs any more when the call is over`() async throws {
    let file = folder.appending(path: "out/growing")
    for _ in 0..<10 {
      _ = try await boxed("(while :; do echo more >> growing; done) & sleep 0.05")
      let size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize
      try await Task.sleep(for: .milliseconds(30))
      #expect(try URL(fileURLWithPath: file.path).resourceValues(forKeys: [.fileSizeKey]).fileSize == size)
    }
  }

  @Test func `what is left running ends with the tool`() async throws {
    _ = try await boxed("sleep 86421 &")
    let left = try await HostTool("pgrep", ["-f", "sleep 86421"], to: "look").result()
    #expect(left.code == 1)
  }

  @Test func `a log holds both streams`() async throws {
    var tool = HostTool("sh", ["-c", "echo one; echo two >&2; exit 3"], to: "try")
    tool.log = folder.appending(path: "log").path
    let result = try await tool.result()
    #expect(result.code == 3)
    #expect(result.complaint == "one\ntwo\n")
    #expect(try String(contentsOf: folder.appending(path: "log"), encoding: .utf8) == "one\ntwo\n")
  }
}
