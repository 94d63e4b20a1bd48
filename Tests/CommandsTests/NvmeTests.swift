import Foundation
import Testing

/// NVMe functions: in real guests where a QEMU that has them is in the cache, and refused before anything else without.
@Suite(.serialized) struct NvmeTests {
  private let zlab: ZlabFixture

  init() throws { zlab = try ZlabFixture() }

  /// One that `zlab qemu fetch` unpacked.
  private static let emulator: String? = {
    guard let cache = try? ZlabFixture().cache.appending(path: "emulators") else { return nil }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: cache.path)) ?? []
    return names.sorted().map { cache.appending(path: "\($0)/usr/bin/qemu-system-s390x").path }
      .last { access($0, X_OK) == 0 }
  }()

  @Test(.enabled(if: emulator != nil, "`zlab qemu fetch` brings a QEMU with NVMe"), arguments: ["power", "host"])
  func `an NVMe function under I/O goes, comes back and has what it acknowledged`(way: String) async throws {
    try await StockKernels.shared.need("trixie")
    let process = try zlab.start([
      "run", "nvme-unplug", "--kernel", "debian:trixie", "--emulator", try #require(Self.emulator), "--trials", "1",
      "--set", "way=\(way)", "--set", "seconds=4", "--format", "json",
    ])
    process.say("")
    let result = await process.end()
    let run = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let trial = try #require((run?["trials"] as? [[String: Any]])?.last, "\(result.talk)")
    #expect(trial["verdict"] as? String == "pass", "\(trial)")
    let writer = try report(of: "writer", in: trial)
    #expect(try #require(writer["writes"] as? Int) > 0)
    // Four threads: each opened it before it went and when it was back.
    #expect(try #require(writer["opens"] as? Int) >= 8, "\(writer)")
    #expect(try #require(report(of: "remover", in: trial)["back"] as? Int) > 0)
    #expect(try zlab.emulators().isEmpty)
  }

  private func report(of actor: String, in trial: [String: Any]) throws -> [String: Any] {
    let actors = try #require(trial["actors"] as? [[String: Any]])
    let printed = try #require(actors.first { $0["name"] as? String == actor }?["output"] as? String, "\(actors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(printed.utf8)) as? [String: Any])
  }

  /// A program that answers as QEMU 7.2 does.
  private func oldEmulator() throws -> String {
    let file = zlab.home.appending(path: "qemu-system-s390x")
    let text = """
      #!/bin/sh
      case "$*" in
      --version) echo 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg)' ;;
      *) echo "qemu-system-s390x: -device nvme,help: Device 'nvme' not found" >&2 ;;
      esac
      """
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    return file.path
  }

  @Test(arguments: [
    ["run", "nvme-unplug", "--kernel", "no-such-kernel"],
    ["boot", "no-such-kernel", "--function", "nvme"],
    ["verify", "--before", "no-such-kernel", "--after", "none", "--scenario", "nvme-unplug"],
    ["sweep", "nvme-unplug", "--kernel", "none", "--parameter", "seconds", "--from", "1", "--to", "9"],
  ]) func `without a QEMU that has it, it is refused before a kernel is looked for`(arguments: [String]) async throws {
    let process = try zlab.start(
      arguments + ["--emulator", try oldEmulator()], ["ZLAB_HOME": zlab.home.appending(path: "lab").path])
    process.say("")
    let result = await process.end()
    #expect(result.code == 64, "\(result.talk)")
    #expect(result.talk.contains("QEMU 7.2.22") && result.talk.contains("has no device nvme"), "\(result.talk)")
    #expect(result.talk.contains("zlab qemu fetch debian:bookworm-backports"), "\(result.talk)")
  }

  @Test func `a night with it is refused, its dry run too, unless its cells are left out`() async throws {
    let plan = zlab.home.appending(path: "plan.yaml")
    let text = """
      schema: zlab.plan/1
      name: with-nvme
      sources: [{release: bookworm}]
      scenarios: [nvme-unplug, nothing]
      """
    try Data(text.utf8).write(to: plan)
    let emulator = try oldEmulator()
    for more in [[], ["--dry-run"]] {
      let process = try zlab.start(["nightly", plan.path, "--emulator", emulator] + more)
      process.say("")
      let result = await process.end()
      #expect(result.code == 64 && result.talk.contains("has no device nvme"), "\(result.talk)")
    }
    let rest = try await zlab.run(
      "nightly", plan.path, "--emulator", emulator, "--dry-run", "--only", "/nothing")
    #expect(rest.code == 0, "\(rest.talk)")
  }

  @Test func `guests of a daemon cannot have it`() async throws {
    let result = try await zlab.run("run", "nvme-unplug", "--connect", "qemu:///session")
    #expect(result.code == 64 && result.talk.contains("Leave out --connect"), "\(result.talk)")
  }

  @Test func `a QEMU in the cache that has it is the advice`() async throws {
    let lab = zlab.home.appending(path: "lab")
    let root = lab.appending(path: "cache/emulators/sid-11.0")
    let binary = root.appending(path: "usr/bin/qemu-system-s390x")
    for folder in ["usr/bin", "usr/share/qemu"] {
      try FileManager.default.createDirectory(
        at: root.appending(path: folder), withIntermediateDirectories: true)
    }
    try Data("#!/bin/sh\necho 'nvme options:'\n".utf8).write(to: binary)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: binary.path)
    let emulator = try oldEmulator()
    let result = try await zlab.run(
      "run", "nvme-unplug", "--emulator", emulator, environment: ["ZLAB_HOME": lab.path])
    #expect(result.code == 64 && result.talk.contains("Use --emulator \(binary.path)."), "\(result.talk)")
  }
}
