import CLinux
import Foundation
import HostTools
import Model
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

  /// Output of a script in the sandbox.
  private func boxed(_ script: String, _ limits: SandboxLimits = .standard) async throws -> ToolOutput {
    let sandbox = Sandbox(
      mounts: [
        .init(folder.path + "/source", at: "/source"), .init(folder.path + "/out", at: "/out", isWritable: true),
      ], directory: "/out", fileLimit: 1 << 20, limits: limits)
    var tool = HostTool("sh", ["-c", script], to: "try the box")
    tool.environment = ["GIVEN": "yes"]
    return try await sandbox.sandboxed(tool).result()
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
    "echo > /dev/tcp/127.0.0.1/22", "echo x > /x", "mkdir /x", "echo x > /dev/x", "mkdir /dev/x",
    "for i in $(seq 40); do head -c 1000000 /dev/zero > /dev/shm/$i || exit 1; done",
    "touch made; chmod 4755 made", "touch made; chmod 2755 made", "touch made; chmod g+s,u+s made",
    "touch made; install -m 6755 made more",
    "perl -e 'use Fcntl; sysopen(F, \"suid\", O_CREAT | O_RDWR, 04755) or exit 3'",
    "perl -e 'socket(S, 40, 1, 0) or exit 3'", "perl -e 'socket(S, 16, 3, 0) or exit 3'",
    "perl -e 'exit(syscall(101, 0, 0, 0, 0) == -1 ? 3 : 0)'", "perl -e 'exit(syscall(425, 4, 0) == -1 ? 3 : 0)'",
    "perl -e 'exit(syscall(321, 0, 0, 0) == -1 ? 3 : 0)'", "test $(ls -d /proc/[0-9]* | wc -l) -gt 9",
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

  @Test func `the first process tells nothing of the host`() async throws {
    let result = try await boxed("tr '\\0' '\\n' < /proc/1/environ; tr '\\0' ' ' < /proc/1/cmdline")
    #expect(result.text.hasPrefix("PATH=/usr/bin:/usr/sbin\nbwrap "), "\(result.text)")
    #expect(!result.text.contains(folder.path) && !result.text.contains(NSHomeDirectory()))
  }

  @Test func `what every build does is allowed`() async throws {
    let result = try await boxed(
      """
      mkdir a && touch a/b && chmod 755 a a/b && mkfifo f && ln -s b a/c && mv a/b a/d && echo x > /tmp/x
      perl -e 'use Socket; socketpair(A, B, AF_UNIX, SOCK_STREAM, 0) or exit 3; open(F, "<", "/source/file") or exit 4'
      (echo one; echo two) | sort -r | head -1
      """)
    #expect(result.code == 0 && result.text == "two\n", "\(result.stderr)")
  }

  private static let small = SandboxLimits(memory: 96 << 20, processes: 64, scratch: 32 << 20)

  /// Limits that the kernel keeps, where control groups can be made, and those that zlab keeps.
  private static let kinds: [SandboxLimits] = {
    var counted = small
    counted.usesControlGroups = false
    return [small, counted]
  }()

  @Test(arguments: kinds) func `too many processes are ended, and the limit is told`(_ limits: SandboxLimits)
    async throws
  {
    let result = try await boxed("for i in $(seq 3000); do sleep 60 & done; wait", limits)
    #expect(result.limit == .processes(64), "\(result)")
    #expect(try await boxed("echo fine", limits).text == "fine\n")
  }

  @Test func `a fork bomb is ended`() async throws {
    let result = try await boxed("bomb() { bomb | bomb & }; bomb; sleep 60", Self.small)
    #expect(result.limit == .processes(64), "\(result)")
  }

  @Test func `files without end are ended before the disk is full`() async throws {
    var disk = statvfs()
    #expect(statvfs(folder.path, &disk) == 0)
    var limits = SandboxLimits.standard
    limits.reserve = Int(clamping: UInt64(disk.f_bavail) &* UInt64(disk.f_frsize)) - 64 << 20
    let script = "n=0; while :; do n=$((n + 1)); head -c 1000000 /dev/urandom > $n || exit 3; done"
    let result = try await boxed(script, limits)
    #expect(result.limit == .disk(limits.reserve))
  }

  @Test(arguments: kinds) func `too much memory is ended, and the limit is told`(_ limits: SandboxLimits) async throws {
    let result = try await boxed("perl -e '@a = (@a, \"x\" x (1 << 20)) while 1' & wait", limits)
    #expect(result.limit == .memory(96 << 20), "\(result)")
    #expect(try await boxed("echo fine", limits).limit == nil)
  }

  @Test func `files in memory are limited`() async throws {
    let result = try await boxed(
      "for i in $(seq 64); do head -c 1000000 /dev/zero > /tmp/$i || exit 7; done", Self.small)
    #expect(result.code == 7 && result.limit == nil, "\(result)")
  }

  @Test func `no control group is left`() async throws {
    _ = try await boxed("true", Self.small)
    let left = HostTool(
      "sh", ["-c", "find /sys/fs/cgroup -maxdepth 6 -name 'zlab-box-\(getpid())-*' 2>/dev/null; true"], to: "look")
    // Other tests of this process have theirs at the same time; one that stays is there again later.
    let before = Set(try await left.run().text.split(separator: "\n"))
    for _ in 0..<600 where try await !before.isDisjoint(with: Set(left.run().text.split(separator: "\n"))) {
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(before.isDisjoint(with: Set(try await left.run().text.split(separator: "\n"))))
  }

  /// In a process of its own: a subreaper takes in what other tests leave when they kill a zlab that has a box.
  @Test func `nothing of the box stays as a zombie of a subreaper`() async {
    await #expect(processExitsWith: .success) {
      // As zlab is one while it has guests.
      #expect(zlab_become_subreaper() == 0)
      let tests = try SandboxTests()
      for _ in 0..<3 { _ = try await tests.boxed("sleep 0.02 & true") }
      while try !tests.zombieChildren(named: "bwrap").isEmpty { try await Task.sleep(for: .milliseconds(20)) }
    }
  }

  /// proc_pid_stat(5): the name stands in parentheses, behind it the state and the parent.
  private func zombieChildren(named name: String) throws -> [Int] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int($0) }.filter { process in
      let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") ?? Data()
      let text = String(decoding: data, as: UTF8.self)
      return text.contains("(\(name)) Z \(getpid()) ")
    }
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
    #expect(result.stderr == "one\ntwo\n")
    #expect(try String(contentsOf: folder.appending(path: "log"), encoding: .utf8) == "one\ntwo\n")
  }
}
