import Foundation
import Testing

/// Wrong requests: a sentence, with exit code 64, before any guest is started.
@Suite struct RequestTests {
  let zlab: ZlabFixture

  init() throws { zlab = try ZlabFixture() }

  @Test(arguments: [
    (["run", "no-such-race", "--kernel", "latest"], "there is no scenario 'no-such-race'"),
    (["run", "nothing", "--kernel", "no-such-kernel"], "there is no kernel `no-such-kernel`"),
    (["run", "nothing", "--kernel", "/bin/ls"], "/bin/ls"),
    (["run", "nothing", "--kernle", "latest"], "Unknown option '--kernle'"),
    (["run", "nothing", "--trials", "0"], "--trials must be 1 to 1000000"),
    (["run", "nothing", "--jobs", "0"], "--jobs must be 1 to 64, or auto"),
    (["run", "nothing", "--jobs", "many"], "--jobs must be 1 to 64, or auto"),
    (["run", "nothing", "--for", "soon"], "'soon' is not a time such as 90s or 10m"),
    (["run", "slot-power-race", "--set", "pace=1"], "has no parameter 'pace'"),
    (["run", "nothing", "--connect", "qemu+ssh://elsewhere/system"], "is on another machine"),
    (["run", "nothing", "--connect", "xen:///"], "is not a URI of libvirt's QEMU driver"),
    (["run", "nothing", "--emulator", "/no/such/qemu"], "cannot run the emulator /no/such/qemu"),
    (["run"], "Expected a scenario, --resume RUN"),
    (["run", "nothing", "--replay", "latest/1"], "Expected a scenario, --resume RUN, --attach RUN, --replay"),
    (["run", "--replay", "latest"], "--replay takes RUN/TRIAL, not 'latest'"),
    (["run", "--replay", "latest/1"], "there is no run yet"),
    (["run", "--replay", "latest/1", "--seed", "3"], "only --jobs, --keep-cores, --connect and --emulator can be"),
    (["run", "--failed", "latest"], "there is no run yet"),
    (["run", "--failed", "latest", "--trials", "3"], "and --kernel with --failed"),
    (["run", "--replay", "latest/1", "--kernel", "k"], "and --kernel with --failed"),
    (["verify", "--resume", "3f9a", "--factor", "2"], "--resume does what the comparison was asked for"),
    (["run", "nothing", "--keep-cores", "1001"], "--keep-cores must be 0 to 1000"),
    (["sweep", "slot-power-race", "--parameter", "pace", "--from", "1", "--to", "9"], "has no parameter 'pace'"),
    (
      ["sweep", "slot-power-race", "--parameter", "seconds", "--from", "9", "--to", "9"],
      "--from must be 0 to below --to"
    ),
    (
      ["sweep", "slot-power-race", "--parameter", "seconds", "--from", "1", "--to", "9", "--set", "seconds=3"],
      "--set seconds=3 and --parameter are mutually exclusive"
    ),
    (["boot", "latest", "--function", "virtio-balloon"], "no MSI-X"),
    (["boot", "latest", "--function", "virtio-rng,uid=0x10000"], "uid=0x10000 is not a number"),
    (["boot", "latest", "--function", "virtio-rng,uid=1", "--function", "virtio-net,uid=1"], "uid 0x1 is given twice"),
    (["boot", "latest", "-i"], "-i requires a terminal"),
    (["kernel", "fetch", "bookworm"], "is not a distribution kernel"),
    (["kernel", "show", "no-such-kernel"], "there is no kernel"),
    (["image", "build", "no-such-recipe"], "there is no"),
    (["report", "no-such-run"], "there is no run 'no-such-run'"),
    (["dmesg", "/no/such/log"], "cannot read /no/such/log"),
    (["dmesg", "--vmlinux", "/no/such/vmlinux"], "cannot read /no/such/vmlinux: No such file"),
    (["dmesg", "--vmlinux", "/etc/passwd"], "/etc/passwd is not an ELF file"),
    (["dmesg", "--modules", "/tmp"], "--modules requires --vmlinux"),
    (["scenario", "show", "/no/such.yaml"], "cannot read the scenario /no/such.yaml"),
  ])
  func `a wrong request is refused`(arguments: [String], words: String) async throws {
    let process = try zlab.start(arguments)
    process.say("")
    let result = await process.end()
    #expect(result.code == 64)
    #expect(result.talk.contains(words), "\(result.talk)")
    #expect(result.output.isEmpty)
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `a scenario file's mistake is told with its line`() async throws {
    let file = zlab.home.appending(path: "bad.yaml")
    try Data("schema: zlab.scenario/1\nname: x\nsummary: y\nactors: [{program: a}]\nspeed: 5\n".utf8).write(to: file)
    let result = try await zlab.run("run", file.path)
    #expect(result.code == 64)
    #expect(result.talk.contains("bad.yaml:5:8: speed: unknown key 'speed'"))
  }
}

@Suite struct ResultTests {
  let zlab: ZlabFixture

  init() throws { zlab = try ZlabFixture() }

  @Test func `scenarios are listed for people and for programs`() async throws {
    let text = try await zlab.run("scenario", "list")
    #expect(text.output.contains("slot-power-race"))
    let json = try await zlab.run("scenario", "list", "--format", "json")
    let list = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
    let race = try #require(list.first { $0["name"] as? String == "slot-power-race" })
    let seen = try #require(race["seen"] as? [String: [String]])
    #expect(seen["bad"]?.contains { $0.hasPrefix("debian:bookworm") } == true)
    #expect(text.output.contains("seen good: debian:trixie"))
  }

  @Test func `an empty result list is no failure`() async throws {
    let result = try await zlab.run("report", "--list")
    #expect(result.code == 0)
    #expect(result.output.isEmpty)
    #expect(try await zlab.run("report", "--list", "--format", "json").output == "[\n\n]\n")
  }

  @Test func `dmesg finds in a file and on standard input`() async throws {
    let log = """
      [    1.000000] ------------[ cut here ]------------
      [    1.000001] WARNING: CPU: 0 PID: 57 at drivers/iommu/iommu.c:1962 iommu_detach_group+0x6a/0x80
      [    1.000002] Modules linked in:
      [    1.000003] CPU: 0 PID: 57 Comm: vf Not tainted 6.1.192 #2
      [    1.000004] Krnl PSW : 0704d00180000000 00000000003d13fe (iommu_detach_group+0x6e/0x80)
      [    1.000005] Call Trace:
      [    1.000006]  [<00000000003d13fe>] iommu_detach_group+0x6e/0x80
      [    1.000007]  [<00000000003d9000>] vfio_iommu_type1_detach_group+0x10/0x80
      [    1.000008] ---[ end trace 0000000000000000 ]---

      """
    let file = zlab.home.appending(path: "log")
    try Data(log.utf8).write(to: file)
    let fromFile = try await zlab.run("dmesg", file.path)
    #expect(fromFile.code == 1)
    #expect(fromFile.output.contains("WARNING in iommu_detach_group"))
    let fromInput = try await zlab.run("dmesg", "--format", "json", input: log)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(fromInput.output.utf8)) as? [String: Any])
    #expect(object["schema"] as? String == "zlab.dmesg/1")
    #expect(object["kernel"] as? String == "6.1.192")
    let finding = try #require((object["findings"] as? [[String: Any]])?.first)
    #expect(finding["function"] as? String == "iommu_detach_group")
  }

  @Test func `a log without findings prints nothing and exits 0`() async throws {
    let result = try await zlab.run("dmesg", "-", input: "[    0.1] Linux version 6.1.0\n[    0.2] all is well\n")
    #expect(result.code == 0)
    #expect(result.output.isEmpty)
  }
}
