import FakeSource
import Foundation
import TestSupport
import Testing

/// `zlab kernel build` as a nightly meets it: killed, interrupted, twice at once, on a disk that is full.
@Suite struct BuildTests {
  private let zlab: ZlabFixture
  private let cache: [String: String]

  init() throws {
    zlab = try ZlabFixture()
    cache = ["XDG_CACHE_HOME": zlab.home.appending(path: "cache").path]
  }

  private func source(_ recipe: [String] = []) throws -> FakeSource {
    try FakeSource(in: zlab.home.appending(path: "linux"), recipe: recipe)
  }

  private func arguments(_ source: FakeSource, _ more: String...) throws -> [String] {
    let file = zlab.home.appending(path: "a.config")
    try Data("CONFIG_A=y\n".utf8).write(to: file)
    return ["kernel", "build", source.folder.path, "--only-config", "--config", file.path] + more
  }

  private func run(_ arguments: [String]) async throws -> ZlabResult {
    let process = try zlab.start(arguments, cache)
    process.say("")
    return await process.end()
  }

  private func processes(with words: String) async throws -> Int {
    let look = try await zlab.shell("--version >/dev/null; pgrep -fc '\(words)'")
    return Int(look.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
  }

  @Test func `a kernel is built, listed and shown`() async throws {
    let source = try source()
    let built = try await run(arguments(source, "--name", "mine"))
    #expect(built.code == 0, "\(built.talk)")
    #expect(built.output.contains("mine  6.1.7"))
    #expect(built.talk.contains("1 objects in"))
    let shown = try await run(["kernel", "show", "mine", "--format", "json"])
    #expect(shown.output.contains("\"sandboxed\" : true"))
    #expect(shown.output.contains("s390x-linux-gnu-gcc"))
    let again = try await run(arguments(source))
    #expect(again.output == built.output)
  }

  @Test func `a build without the sandbox says so, in talk and record`() async throws {
    let built = try await run(arguments(source(), "--no-sandbox", "--format", "json"))
    #expect(built.code == 0, "\(built.talk)")
    #expect(built.talk.contains("building without a sandbox"))
    #expect(built.output.contains("\"sandboxed\" : false"))
  }

  @Test func `a build that is killed leaves nothing that looks finished, and no process`() async throws {
    let source = try source(["@sleep 71.25"])
    let process = try zlab.start(try arguments(source), cache)
    process.say("")
    try await process.wait(for: "building in")
    while try await processes(with: "sleep 71[.]25") == 0 { try await Task.sleep(for: .milliseconds(50)) }
    process.signal(SIGKILL)
    #expect(await process.end().code == 128 + 9)
    #expect(try await eventually { try await processes(with: "sleep 71[.]25") == 0 })
    #expect(try await run(["kernel", "list"]).output.isEmpty)
    _ = try self.source(["@true"])
    let again = try await run(arguments(source))
    #expect(again.code == 0, "\(again.talk)")
    #expect(try await run(["kernel", "list"]).output.contains("6.1.7"))
    let builds = zlab.home.appending(path: "cache/zlab/builds")
    #expect(try FileManager.default.contentsOfDirectory(atPath: builds.path).allSatisfy { $0.count != 64 })
  }

  @Test func `a user's git tree is byte for byte the same, also after Ctrl-C`() async throws {
    let source = try source(["@sleep 81.25"])
    let tree = source.folder.path
    let git = "git -C \(tree) -c user.name=a -c user.email=a@b"
    let made = try await zlab.shell(
      "--version >/dev/null; git init -q \(tree); \(git) add -A; \(git) commit -qm one; echo '/* more */' >> \(tree)/kernel.c"
    )
    #expect(made.code == 0, "\(made.talk)")
    let print =
      "--version >/dev/null; cd \(tree) && find . -printf '%p %y %m %s %T@ %i\\n' | sort && "
      + "find . -type f -exec sha256sum {} + | sort"
    let before = try await zlab.shell(print).output
    #expect(before.contains("kernel.c"))
    for revision in [[], ["--rev", "HEAD"]] {
      let process = try zlab.start(try arguments(source) + revision, cache)
      process.say("")
      try await process.wait(for: "building in")
      process.signal(SIGINT)
      let end = await process.end()
      #expect(end.code == 130, "\(end.talk)")
      #expect(try await zlab.shell(print).output == before)
    }
  }

  @Test func `two at once build one kernel`() async throws {
    let source = try source(["@sleep 2; echo '  CC      late.o'"])
    let first = try zlab.start(try arguments(source), cache)
    let second = try zlab.start(try arguments(source), cache)
    for process in [first, second] { process.say("") }
    let results = [await first.end(), await second.end()]
    #expect(results.map(\.code) == [0, 0], "\(results.map(\.talk))")
    #expect(results[0].output == results[1].output)
    #expect(results.count { $0.talk.contains("another zlab process that builds this kernel") } == 1)
  }

  @Test(.enabled(if: getuid() == 0, "mounting a small disk takes root"))
  func `a disk that fills up is the lab's fault, and leaves nothing that looks finished`() async throws {
    let disk = zlab.home.appending(path: "disk")
    let recipe = "@head -c 300M /dev/zero > $(O)/big"
    let source = try FakeSource(in: zlab.home.appending(path: "linux"), recipe: [recipe])
    let arguments = try arguments(source).joined(separator: " ")
    let script = """
      --version >/dev/null; mkdir \(disk.path); mount -t tmpfs -o size=200m none \(disk.path) || exit 99
      export XDG_CACHE_HOME=\(disk.path); \(ZlabProcess.binary.path) \(arguments); echo ended $?
      \(ZlabProcess.binary.path) kernel list; sed -i '/300M/d' \(source.folder.path)/Makefile
      \(ZlabProcess.binary.path) \(arguments) && \(ZlabProcess.binary.path) kernel list; umount \(disk.path)
      """
    let result = try await zlab.shell(script)
    #expect(result.output.hasPrefix("ended 69\n"), "\(result.output) \(result.talk)")
    #expect(result.talk.contains("full"))
    #expect(result.talk.contains("No kernels."))
    #expect(result.output.contains("6.1.7"))
  }

  @Test func `what is wrong with a request is said with code 64`() async throws {
    let source = try source()
    let cases: [([String], String)] = [
      (["kernel", "build", "/no/such/tree"], "kernel source not found: /no/such/tree"),
      (["kernel", "build", "debian:6_1"], "names no release"),
      (["kernel", "build", source.folder.path, "--rev", "HEAD"], "is not a git repository"),
      (
        ["kernel", "build", source.folder.path, "--config", "nonsense"], "config fragment 'nonsense' not found"
      ),
      (["kernel", "build", source.folder.path, "--patch", "/no/mail"], "cannot read /no/mail"),
      (["cache", "prune"], "Give --older-than or --larger-than"),
      (["cache", "prune", "--larger-than", "much"], "'much' is not a size"),
      (["verify", "/no/mail", "--source", source.folder.path, "--scenario", "nothing"], "cannot read /no/mail"),
      (
        ["verify", "-", "--source", "x", "--scenario", "nothing", "--max-trials", "4"],
        "--max-trials must be at least 14"
      ),
    ]
    for (arguments, words) in cases {
      let result = try await run(arguments)
      #expect(result.code == 64, "\(arguments)")
      #expect(result.talk.contains(words), "\(result.talk)")
    }
  }

  @Test func `prune takes what was not used for longest, and says what`() async throws {
    #expect(try await run(arguments(source(), "--name", "old")).code == 0)
    let cacheFolder = zlab.home.appending(path: "cache/zlab")
    let aged = try await zlab.shell(
      "--version >/dev/null; find \(cacheFolder.path) -mindepth 2 -maxdepth 2 -type d -exec touch -d '40 days ago' {} +"
    )
    #expect(aged.code == 0)
    let dry = try await run(["cache", "prune", "--older-than", "30d", "--dry-run"])
    #expect(dry.output.contains("kernel") && dry.output.contains("old"))
    #expect(try await run(["kernel", "list"]).output.contains("old"))
    let pruned = try await run(["cache", "prune", "--older-than", "30d"])
    #expect(pruned.code == 0 && pruned.output == dry.output, "\(pruned.output) \(dry.output)")
    #expect(try await run(["kernel", "list"]).output.isEmpty)
    #expect(try await run(arguments(source())).code == 0)
  }
}
