import Foundation
import Testing

/// The main road, with real guests. One after the other, because the machine is small.
@Suite(.serialized) struct RealGuestTests {
  let zlab: ZlabFixture

  init() async throws {
    zlab = try ZlabFixture()
    try await StockKernels.shared.need("bookworm")
  }

  private func report(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func trials(_ text: String) throws -> [[String: Any]] {
    try #require(try report(text)["trials"] as? [[String: Any]])
  }

  @Test func `two guests at a time do nothing and pass`() async throws {
    let result = try await zlab.run(
      "run", "nothing", "--kernel", "debian:bookworm", "--trials", "3", "--jobs", "2", "--format", "json")
    #expect(result.code == 0, "\(result.talk)")
    // What libvirt thinks of such domains.
    #expect(!result.talk.contains("is tainted"), "\(result.talk)")
    let trials = try trials(result.output)
    #expect(trials.map { $0["verdict"] as? String } == ["pass", "pass", "pass"])
    #expect(trials.allSatisfy { $0["emulator_exit"] == nil && $0["emulator_cpu"] as? Double ?? 0 > 0 })
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `the race of two writers is found in 6.1, and the report reproduces`() async throws {
    let result = try await zlab.run("run", "slot-power-race", "--kernel", "debian:bookworm", "--until-finding")
    #expect(result.code == 1, "\(result.talk)")
    #expect(result.output.contains("slot-power-race on debian:bookworm"))
    #expect(result.output.contains("power_write_file"))
    #expect(result.output.contains("zlab run slot-power-race --kernel "))
    let again = try await zlab.run("report", "latest", "--format", "json")
    #expect(again.code == 1)
    let last = try #require(try trials(again.output).last)
    #expect(last["verdict"] as? String == "fail")
    let folder = try #require(try report(again.output)["folder"] as? String)
    let number = try #require(last["number"] as? Int)
    let log = "\(folder)/trial-000\(number)/console.log"
    let dmesg = try await zlab.run("dmesg", log)
    #expect(dmesg.code == 1)
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `a trial that failed leaves an s390x core, and is repeated with its own seed`() async throws {
    let first = try await zlab.run(
      "run", "slot-power-race", "--kernel", "debian:bookworm", "--until-finding", "--keep-cores", "--set", "seconds=2",
      "--format", "json")
    #expect(first.code == 1, "\(first.talk)")
    let (run, trial) = (try report(first.output), try #require(try trials(first.output).last))
    let folder = try #require(run["folder"] as? String)
    let core = try #require(trial["core"] as? String)
    let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: "\(folder)/\(core)"))
    let header = Array(try #require(try handle.read(upToCount: 64)))
    // ELF64, most significant byte first, ET_CORE, EM_S390 (gABI, "ELF Header").
    #expect(header.prefix(6) == [0x7f, 0x45, 0x4c, 0x46, 2, 2])
    #expect(header[16...19] == [0, 4, 0, 22])
    #expect(try handle.seekToEnd() > 512 << 20)
    // The first program header names the notes, among them the kernel's own (gABI, "Program Header").
    func number(_ offset: UInt64) throws -> UInt64 {
      try handle.seek(toOffset: offset)
      return Array(try #require(try handle.read(upToCount: 8))).reduce(0) { $0 << 8 | UInt64($1) }
    }
    let table = try number(32)
    let size = Int(clamping: try number(table + 32))
    try handle.seek(toOffset: try number(table + 8))
    let notes = try handle.read(upToCount: size)
    #expect(String(decoding: try #require(notes), as: UTF8.self).contains("OSRELEASE=6.1.0-"))
    #expect((trial["events"] as? [[String: Any]])?.isEmpty == false)

    let id = try #require(run["id"] as? String)
    let number = try #require(trial["number"] as? Int)
    let again = try await zlab.run("run", "--replay", "\(id.prefix(6))/\(number)", "--format", "json")
    #expect([0, 1].contains(again.code), "\(again.talk)")
    let repeated = try #require(try trials(again.output).last)
    #expect(repeated["seed"] as? Int == trial["seed"] as? Int)
    #expect(repeated["start"] as? String == trial["start"] as? String)
    let replay = try #require(try report(again.output)["replay"] as? [String: Any])
    #expect(replay["run"] as? String == id && replay["trial"] as? Int == number)
    #expect(try report(again.output)["parameters"] as? [String: String] == run["parameters"] as? [String: String])
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `a guest whose actor never ends leaves its registers, and is no fail for our NMI`() async throws {
    let file = zlab.home.appending(path: "hang.yaml")
    let text = """
      schema: zlab.scenario/1
      name: hang
      summary: An actor that never ends.
      guest: {memory: 256}
      actors: [{program: sh, arguments: [-c, "while :; do :; done"]}]
      duration: 2s
      """
    try Data(text.utf8).write(to: file)
    let result = try await zlab.run(
      "run", file.path, "--kernel", "debian:bookworm", "--for", "1s", "--format", "json")
    #expect(result.code == 2, "\(result.talk)")
    let trial = try #require(try trials(result.output).first)
    #expect(trial["verdict"] as? String == "miss" && trial["end"] as? String == "overran")
    let (folder, name) = (try report(result.output)["folder"] as? String, trial["registers"] as? String)
    let registers = try String(contentsOfFile: "\(try #require(folder))/\(try #require(name))", encoding: .utf8)
    #expect(registers.contains("CPU#1") && registers.contains("PSW=mask"))
  }

  @Test func `what a program in the guest says of its tests is the trial's result`() async throws {
    let file = zlab.home.appending(path: "tests.yaml")
    try Data(
      """
      schema: zlab.scenario/1
      name: tests
      summary: One test passes, one fails.
      actors:
        - name: suite
          program: sh
          arguments: [-c, 'printf "TAP version 13\\n1..2\\nok 1 fine\\n# got 3, wanted 4\\nnot ok 2 sums\\n"; exit 1']
          output: ktap
      """.utf8
    ).write(to: file)
    let result = try await zlab.run(
      "run", file.path, "--kernel", "debian:bookworm", "--trials", "1", "--format", "json")
    #expect(result.code == 1, "\(result.talk)")
    let trial = try #require(try trials(result.output).first)
    let findings = try #require(trial["findings"] as? [[String: Any]])
    #expect(findings.map { $0["message"] as? String } == ["suite: sums failed: got 3, wanted 4"])
    let tests = (trial["actors"] as? [[String: Any]])?.first?["tests"] as? [String: Int]
    #expect(tests == ["passed": 1, "failed": 1, "skipped": 0, "planned": 2])
    let text = try await zlab.run("report", "latest")
    #expect(text.output.contains("suite: 1 of 2 tests passed, 0 skipped"), "\(text.output)")
    let without = try await zlab.run("run", "kselftest-iommufd", "--kernel", "debian:bookworm")
    #expect(without.code == 64 && without.talk.contains("--kselftest iommu"), "\(without.talk)")
  }

  @Test func `6.12 passes the same`() async throws {
    try await StockKernels.shared.need("trixie")
    let result = try await zlab.run("run", "slot-power-race", "--kernel", "debian:trixie", "--trials", "2")
    #expect(result.code == 0, "\(result.output) \(result.talk)")
    #expect(result.output.contains("clean"))
  }

  @Test func `functions of every model are plugged and seen by the guest`() async throws {
    let file = zlab.home.appending(path: "models.yaml")
    let text = """
      schema: zlab.scenario/1
      name: models
      summary: Looks at what was plugged.
      prepare: [{program: sh, arguments: [-c, "test -e /sys/bus/pci/slots/00000011"]}]
      functions:
        - {uid: 0x1, fid: 0x11, model: virtio-rng}
        - {uid: 0xffff, fid: 0xffffffff, model: virtio-net}
        - {uid: 0x20, fid: 0x12, model: virtio-blk, size: 8}
      actors:
        - {name: look, program: sh, arguments: [-c, "cat /sys/bus/pci/devices/*/device; ls /sys/bus/pci/slots"]}
      """
    try Data(text.utf8).write(to: file)
    let result = try await zlab.run(
      "run", file.path, "--kernel", "debian:bookworm", "--trials", "1", "--format", "json")
    #expect(result.code == 0, "\(result.talk)")
    let actor = try #require((try trials(result.output)[0]["actors"] as? [[String: Any]])?.first)
    let words = try #require(actor["output"] as? String).split(separator: "\n").map(String.init)
    // 0x1005 rng, 0x1001 block, 0x1000 network (Virtio 1.2, 4.1.2.1, transitional), by domain; then the slots.
    #expect(words == ["0x1005", "0x1001", "0x1000", "00000011", "00000012", "ffffffff"])
  }

  @Test func `boot prints the console until it is interrupted`() async throws {
    let process = try zlab.start(["boot", "debian:bookworm", "--function", "virtio-rng"])
    process.say("")
    while process.isRunning, !process.printed.contains("pci 0001:00:00.0") {
      try await Task.sleep(for: .milliseconds(50))
    }
    process.signal(SIGINT)
    let result = await process.end()
    #expect(result.code == 130)
    #expect(result.output.contains("Linux version 6.1"))
    #expect(result.output.contains("pci 0001:00:00.0"))
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `boot ends when the guest does`() async throws {
    let result = try await zlab.run("boot", "debian:bookworm", "--append", "zlab.run=nothing")
    #expect(result.code == 0, "\(result.talk)")
    #expect(result.output.contains("nothing ended with 0"))
    #expect(result.talk.contains("guest exited"))
    #expect(try zlab.emulators().isEmpty)
  }
}
