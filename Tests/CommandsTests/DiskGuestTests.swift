import Foundation
import HostTools
import TestSupport
import Testing

/// A guest with a disk, from the recipe to the file that it left.
@Suite(.serialized) struct DiskGuestTests {
  let zlab: ZlabFixture

  init() async throws {
    zlab = try ZlabFixture()
    try await StockKernels.shared.need("bookworm")
  }

  private let scenario = """
    schema: zlab.scenario/1
    name: leaves-a-file
    summary: Writes to its disk and panics.
    actors:
      - program: bash
        arguments:
          - -c
          - |
            mkdir -p /var/log/deep; cd /var/log
            echo precious > deep/left.txt
            ln -s /etc/passwd stolen; mkfifo pipe; echo x > $'new\\nline'
            sync
            echo c > /proc/sysrq-trigger
    collect: [/var/log/**]
    """

  @Test(.timeLimit(.minutes(10))) func `a person logs in, looks round and leaves`() async throws {
    try skipWithoutArchive(try await zlab.run("image", "build", "debian", "--kernel", "debian:bookworm"))
    let boot = try zlab.startOnTerminal("boot", "debian:bookworm", "--image", "debian", "-i")
    try await boot.waitUntilPrinted("root@guest:~# ")
    // A login shell of Debian's, on a terminal with job control.
    boot.type("tty; cat /etc/hostname; sh -c 'echo it is $(uname -r); exec sleep 99'\r")
    try await boot.waitUntilPrinted("it is 6.1.0-")
    boot.type("\u{3}echo ended with $?\r")
    try await boot.waitUntilPrinted("ended with 130")
    boot.type("exit\r")
    #expect(await boot.end().code == 0)
    #expect(!boot.printed.contains("no job control"))
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `what is added to a recipe is on its disk, and a killed look at it leaves nothing`() async throws {
    let recipe = zlab.home.appending(path: "small")
    try FileManager.default.createDirectory(at: recipe, withIntermediateDirectories: true)
    let text = "modules: []\ndisk: {debian: trixie, size: 1024, packages: []}\n"
    try Data(text.utf8).write(to: recipe.appending(path: "recipe.yaml"))
    try Data("mine".utf8).write(to: zlab.home.appending(path: "mine.txt"))
    let built = try await zlab.run(
      "image", "build", recipe.path, "--kernel", "debian:bookworm", "--package", "bc", "--copy-in",
      "\(zlab.home.path)/mine.txt:/opt/deep/mine.txt", "--format", "json")
    try skipWithoutArchive(built)
    let image = try JSONSerialization.jsonObject(with: Data(built.output.utf8)) as? [String: Any]
    let disk = try #require(image?["disk"] as? String, "\(built.talk)")

    let look = try zlab.start(["disk", "cat", disk, "/opt/deep/mine.txt"])
    look.say("")
    while look.isRunning, try zlab.emulators().isEmpty { try await Task.sleep(for: .milliseconds(20)) }
    look.signal(SIGKILL)
    #expect(await look.end().code == 128 + 9)
    #expect(try await eventually { try zlab.emulators().isEmpty })

    let program = try await zlab.run("disk", "ls", disk, "/usr/bin/bc")
    #expect(program.code == 0, "\(program.talk)")
    let file = try await zlab.run("disk", "cat", disk, "/opt/deep/mine.txt")
    #expect(file.output == "mine", "\(file.talk)")
  }

  @Test func `a disk that was modified in the cache is rebuilt, or refused by its id`() async throws {
    try zlab.borrowCache(["kernels", "packages", "libvirt"])
    let own = ["ZLAB_HOME": zlab.home.path]
    let recipe = zlab.home.appending(path: "small")
    try FileManager.default.createDirectory(at: recipe, withIntermediateDirectories: true)
    let text = "modules: []\ndisk: {debian: trixie, size: 1024, packages: []}\n"
    try Data(text.utf8).write(to: recipe.appending(path: "recipe.yaml"))
    let built = try await zlab.run(
      "image", "build", recipe.path, "--kernel", "debian:bookworm", "--format", "json", environment: own)
    try skipWithoutArchive(built)
    let image = try JSONSerialization.jsonObject(with: Data(built.output.utf8)) as? [String: Any]
    let id = try #require(image?["disk"] as? String, "\(built.talk)")
    let disk = zlab.home.appending(path: "cache/disks/\(id)/disk.qcow2")
    let whole = try await sha256(ofFile: disk)
    func damage() throws {
      let file = try FileHandle(forUpdating: disk)
      defer { try? file.close() }
      let place = try file.seekToEnd() / 2
      try file.seek(toOffset: place)
      let byte = try #require(try file.read(upToCount: 1)?.first)
      try file.seek(toOffset: place)
      try file.write(contentsOf: [byte ^ 1])
    }
    try damage()
    let run = ["run", "nothing", "--kernel", "debian:bookworm", "--trials", "1", "--image"]
    let process = try zlab.start(run + [recipe.path], own)
    process.say("")
    // Such a small Debian need not come up.
    try await process.wait(for: "logs in")
    process.signal(SIGINT)
    let talk = await process.end().talk
    #expect(talk.contains("disk.qcow2 was modified since it was cached; rebuilding"), "\(talk)")
    #expect(try await sha256(ofFile: disk) == whole)
    try damage()
    let refused = try zlab.start(run + [String(id.prefix(12))], own)
    refused.say("")
    let result = await refused.end()
    #expect(result.code == 69)
    #expect(result.talk.contains("zlab image build small"), "\(result.talk)")
    #expect(!FileManager.default.fileExists(atPath: disk.path))
  }

  @Test func `what a guest wrote before it panicked is in the report, and its base is as it was`() async throws {
    let built = try await zlab.run("image", "build", "debian", "--kernel", "debian:bookworm", "--format", "json")
    try skipWithoutArchive(built)
    #expect(built.code == 0, "\(built.talk)")
    let image = try #require(try JSONSerialization.jsonObject(with: Data(built.output.utf8)) as? [String: Any])
    let id = try #require(image["disk"] as? String)
    let base = zlab.cache.appending(path: "disks/\(id)/disk.qcow2")
    let before = try await sha256(ofFile: base)
    let file = zlab.home.appending(path: "leaves.yaml")
    try Data(scenario.utf8).write(to: file)
    let result = try await zlab.run(
      "run", file.path, "--kernel", "debian:bookworm", "--image", String(id.prefix(12)), "--trials", "1", "--format",
      "json")
    #expect(result.code == 1, "\(result.talk)")
    let run = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let trial = try #require((run["trials"] as? [[String: Any]])?.first)
    #expect(trial["end"] as? String == "panic" || trial["end"] as? String == "finding")
    let collected = try #require(trial["collected"] as? [[String: Any]], "\(trial["note"] ?? "")")
    let places = Dictionary(
      uniqueKeysWithValues: collected.map { ($0["path"] as? String ?? "", $0["file"] as? String ?? "") })
    let folder = try #require(run["folder"] as? String)
    let left = try #require(places["/var/log/deep/left.txt"])
    #expect(try String(contentsOfFile: folder + "/" + left, encoding: .utf8) == "precious\n")
    #expect(places["/var/log/new\nline"]?.hasSuffix("/new%0Aline") == true)
    // Neither a link nor a FIFO.
    #expect(places["/var/log/stolen"] == nil && places["/var/log/pipe"] == nil)
    #expect(try await sha256(ofFile: base) == before)
    #expect(!FileManager.default.fileExists(atPath: folder + "/trial-0001/disk.qcow2"))
    #expect(try zlab.emulators().isEmpty)
  }
}
