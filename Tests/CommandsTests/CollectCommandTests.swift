import Foundation
import Testing

/// `zlab collect` and `zlab signature` as they are run: other machines through a made-up ssh, netconsole, units.
@Suite struct CollectCommandTests {
  private let zlab: ZlabFixture
  private let folder: URL

  init() throws {
    zlab = try ZlabFixture()
    folder = zlab.home.appending(path: "collect")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func report(_ function: String, at seconds: Int = 12) -> [String] {
    [
      "------------[ cut here ]------------", "WARNING: CPU: 0 PID: 57 at drivers/test/a.c:12 \(function)+0x6a/0x80",
      "CPU: 0 PID: 57 Comm: vf Not tainted 6.1.192 #1", "Hardware name: QEMU 8561 QEMU (KVM/Linux)",
      "Krnl PSW : 0704c00180000000 000003ffe1085b7a (\(function)+0x6e/0x80)",
      "           R:0 T:1 IO:1 EX:1 Key:0 M:1 W:0 P:0 AS:3 CC:0 PM:0 RI:0 EA:3", "Call Trace:",
      " [<000003ffe1085b7a>] \(function)+0x6e/0x80 ", " [<000003ffe0de499a>] test_ioctl+0x148/0x330 ",
      "Last Breaking-Event-Address:", " [<000003ffe05a3ff8>] test_helper+0x10/0x20",
      "---[ end trace 0000000000000000 ]---",
    ].enumerated().map { "[\(String(repeating: " ", count: 3))\(seconds).00000\($0.offset % 10)] \($0.element)" }
  }

  /// An ssh that answers for some hosts as zlab's script would, is silent for one and floods for another.
  private func fakeSSH() throws -> [String: String] {
    let lines = report("detach_group").map { line in
      let text = String(line.drop { $0 != "]" }.dropFirst(2))
      let time = line.dropFirst().drop { $0 == " " }.prefix { $0 != "]" }
      return "{\"pri\": 4, \"time\": \(time), \"msg\": \"\(text)\"}"
    }
    let quiet = #"{"pri": 6, "time": 90.000001, "msg": "random: crng init done"}"#
    try Data("{\"dmesg\": [\(lines.joined(separator: ",\n")),\n\(quiet)]}\n".utf8).write(
      to: folder.appending(path: "ring"))
    try Data((report("plain_group").joined(separator: "\n") + "\n").utf8).write(to: folder.appending(path: "plain"))
    let script = """
      #!/bin/sh
      while [ "$1" != -- ]; do shift; done
      head="zlab-collect 0123456789abcdef0123456789abcdef 6.1.192 1790000000 100.5"
      case $2 in
        ring) echo "$head"; cat \(folder.path)/ring;;
        plain) echo Welcome; echo "$head"; cat \(folder.path)/plain;;
        flood) echo "$head"; yes "hostile";;
        hang) sleep 600;;
        *) echo "ssh: Could not resolve hostname $2" >&2; exit 255;;
      esac
      """
    let bin = folder.appending(path: "bin")
    try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
    let file = bin.appending(path: "ssh")
    try Data(script.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    return ["PATH": bin.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")]
  }

  @Test func `machines are read side by side; one that hangs, floods or is down costs the others nothing`() async throws
  {
    let environment = try fakeSSH()
    let hosts = ["hang", "flood", "down", "root@ring", "plain"].flatMap { ["--ssh", $0] }
    func collect() async throws -> ZlabResult {
      let process = try zlab.start(["collect"] + hosts + ["--timeout", "8s", "--format", "json"], environment)
      process.say("")
      return await process.end()
    }
    // `root@ring` is asked for by its name alone in the script above.
    let first = try await collect()
    #expect(first.code == 1, "\(first.talk)")
    #expect(first.output.contains("plain_group"))
    for host in ["hang", "flood", "down"] { #expect(first.talk.contains("zlab: ssh:\(host): ")) }
    let again = try await collect()
    #expect(again.code == 2 && again.output.contains(#""sightings" : 0"#), "\(again.output)")
    let ring = try await zlab.run("collect", "--ssh", "ring", environment: environment)
    #expect(ring.output.hasSuffix("1 new signature, 0 known, 1 sighting in 1 source\n"), "\(ring.output)\(ring.talk)")
    let later = try await zlab.run("collect", "--ssh", "ring", environment: environment)
    #expect(later.output == "0 new signatures, 0 known, 0 sightings in 1 source\n", "\(later.output)")
    #expect(try await zlab.run("collect", "--ssh", "-oProxyCommand=x", environment: environment).code == 64)
    let list = try await zlab.run("signature", "list", "--host", "plain")
    #expect(list.output.contains("WARNING in plain_group"))
    try await redactsHosts()
  }

  /// A redacted result names no host that was collected from, and can still be imported.
  private func redactsHosts() async throws {
    let list = try await zlab.run("signature", "list", "plain_group", "--format", "json")
    let signature = try #require(list.output.firstMatch(of: /"signature" : "([0-9a-f]+)"/)).1
    let open = try await zlab.run("signature", "show", String(signature))
    #expect(open.output.contains("ssh:plain"), "\(open.output)")
    for format in ["text", "json"] {
      let show = try await zlab.run("signature", "show", String(signature), "--redact", "--format", format)
      #expect(show.output.contains("ssh:host-") && show.output.contains("plain_group"), "\(show.output)")
      #expect(!show.output.contains("ssh:plain"), "\(show.output)")
    }
    let file = folder.appending(path: "export.jsonl").path
    #expect(try await zlab.run("db", "export", "--redact", file).code == 0)
    let export = try String(contentsOfFile: file, encoding: .utf8)
    #expect(!export.contains(#""plain""#) && export.contains(#""host-"#), "\(export)")
    let other = try ZlabFixture()
    let count = try await other.run("db", "import", file)
    #expect(count.code == 0 && count.output.contains("and 2 sightings"), "\(count.output)\(count.talk)")
  }

  /// The small form of what `make bench` does with 10,000 files.
  @Test func `planted bugs are found once each, also when it is killed in between`() async throws {
    let script = URL(filePath: #filePath).appending(path: "../../../scripts/bench-collect").standardizedFileURL
    let sizes = ["--files", "200", "--mib", "2", "--bugs", "30", "--hosts", "10", "--kills", "5"]
    let process = try ZlabProcess(
      [ZlabProcess.binary.path] + sizes, environment: ["TMPDIR": folder.path], log: folder, executable: script)
    process.say("")
    let result = await process.end()
    #expect(result.code == 0, "\(result.output)\(result.talk)")
    #expect(result.output.contains("200 logs of 10 hosts") && result.output.contains("the database is the same"))
  }

  @Test func `netconsole is received until it is interrupted`() async throws {
    let process = try zlab.start(["collect", "--listen", "udp:0"])
    try await process.wait(for: "(port ")
    let port = try #require(process.said.firstMatch(of: /port (\d+)/)).1
    let log = report("netconsole_group").joined(separator: "\n") + "\n"
    try Data(log.utf8).write(to: folder.appending(path: "net"))
    for _ in 0..<2 {
      _ = try await zlab.shell("--version >/dev/null; cat \(folder.path)/net > /dev/udp/127.0.0.1/\(port)")
    }
    try await process.waitUntilPrinted("NEW  WARNING in netconsole_group")
    process.signal(SIGINT)
    #expect(await process.end().code == 0)
    let list = try await zlab.run("signature", "list", "--host", "127.0.0.1", "--format", "json")
    #expect(list.output.contains(#""field" : 1,"#), "\(list.output)")
  }

  @Test func `units run what was tried, and what is no command line is refused`() async throws {
    let units = folder.appending(path: "units").path
    let result = try await zlab.run("collect", "install", "--into", units, "--", "--ssh", "lpar1")
    #expect(result.code == 0, "\(result.talk)")
    let service = try String(contentsOfFile: units + "/zlab-collect-logs.service", encoding: .utf8)
    #expect(service.contains(#""collect" "--ssh" "lpar1""#) && service.contains("SuccessExitStatus=1 2"))
    #expect(
      try String(contentsOfFile: units + "/zlab-collect-logs.timer", encoding: .utf8).contains(
        "OnUnitInactiveSec=15min"))
    #expect(try await zlab.run("collect", "install", "--into", units, "--", "--no-such").code == 64)
    #expect(try await zlab.run("collect").code == 64)
  }

  @Test func `a marked signature is known until it is taken off, and merged ones are marked together`() async throws {
    for name in ["one_group", "other_group"] {
      try Data((report(name).joined(separator: "\n") + "\n").utf8).write(to: folder.appending(path: "\(name).log"))
    }
    #expect(try await zlab.run("collect", folder.path).code == 1)
    #expect(try await zlab.run("collect", folder.path).code == 0)
    let list = try await zlab.run("signature", "list", "--format", "json").output
    let ids = list.matches(of: /"signature" : "([0-9a-f]{16})"/).map { String($0.1) }
    try #require(ids.count == 2)
    #expect(try await zlab.run("signature", "merge", ids[0], ids[1]).code == 0)
    let known = folder.appending(path: "known.yaml").path
    try Data("# ours\n".utf8).write(to: URL(fileURLWithPath: known))
    #expect(try await zlab.run("signature", "mark", ids[0], "--reason", "x: \"y\"", "--list", known).code == 0)
    let text = try String(contentsOfFile: known, encoding: .utf8)
    #expect(text.hasPrefix("# ours\n") && ids.allSatisfy { text.contains($0) })
    let allowed = try await zlab.run(
      "dmesg", "--allow", known, folder.path + "/one_group.log", folder.path + "/other_group.log")
    #expect(allowed.code == 0, "\(allowed.output)")
    #expect(try await zlab.run("signature", "mark", ids[1], "--remove", "--list", known).code == 0)
    #expect(try String(contentsOfFile: known, encoding: .utf8) == "# ours\n")
    #expect(try await zlab.run("signature", "split", ids[0]).code == 0)
    #expect(try await zlab.run("signature", "split", ids[0]).code == 64)
  }
}
