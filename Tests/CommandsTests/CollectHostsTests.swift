import Foundation
import Testing

/// `zlab collect` against machines: a real sshd on loopback, and a real guest that logs by netconsole.
@Suite struct CollectHostsTests {
  private let zlab: ZlabFixture
  private let folder: URL

  init() throws {
    zlab = try ZlabFixture()
    folder = zlab.home.appending(path: "hosts")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func report(_ function: String) -> [String] {
    [
      "------------[ cut here ]------------", "WARNING: CPU: 0 PID: 57 at drivers/test/a.c:12 \(function)+0x6a/0x80",
      "CPU: 0 PID: 57 Comm: vf Not tainted 6.1.192 #1", "Hardware name: QEMU 8561 QEMU (KVM/Linux)",
      "Krnl PSW : 0704c00180000000 000003ffe1085b7a (\(function)+0x6e/0x80)",
      "           R:0 T:1 IO:1 EX:1 Key:0 M:1 W:0 P:0 AS:3 CC:0 PM:0 RI:0 EA:3", "Call Trace:",
      " [<000003ffe1085b7a>] \(function)+0x6e/0x80 ", " [<000003ffe0de499a>] test_ioctl+0x148/0x330 ",
      "Last Breaking-Event-Address:", " [<000003ffe05a3ff8>] test_helper+0x10/0x20",
      "---[ end trace 0000000000000000 ]---",
    ]
  }

  /// A line of `journalctl -o json`, each with its cursor.
  private func journal(_ lines: [String], boot: String) throws -> String {
    try lines.enumerated().map { index, text in
      let record = [
        "__CURSOR": "s=1;i=\(index)", "MESSAGE": text, "_BOOT_ID": boot, "_HOSTNAME": "lpar7",
        "__REALTIME_TIMESTAMP": "\(1_790_000_000_000_000 + index)",
        "_SOURCE_MONOTONIC_TIMESTAMP": "\(12_000_000 + index)",
      ]
      return String(decoding: try JSONSerialization.data(withJSONObject: record, options: .sortedKeys), as: UTF8.self)
    }.joined(separator: "\n") + "\n"
  }

  /// The ring buffer of `dmesg --json`, with what no kernel prints in it, and a title that means harm.
  private var hostileRing: Data {
    let evil = "evil\\u001b]0;owned\\u0007_group"
    let lines = report("X").enumerated().map { index, line in
      let text = line.replacing("\"", with: "\\\"").replacing("X+", with: "\(evil)+")
      return "{\"pri\": 4, \"time\": 12.00000\(index % 10), \"msg\": \"\(text)\"}"
    }
    let noise = [
      "{\"pri\": 4, \"time\": 1e300, \"msg\": \"\\u0000\\u001b[2J\"}",
      "{\"pri\": 4, \"time\": -5, \"msg\": \"\(String(repeating: "a", count: 3_000_000))\"}",
      "{\"pri\": 4, \"time\": 20.0, \"msg\": \"zlab-collect 00 6.1 0 0\"}",
      "{\"pri\": 4, \"time\": 90.0, \"msg\": \"quiet\"}",
    ]
    return Data("{\"dmesg\": [\((lines + noise).joined(separator: ",\n"))]}\n".utf8)
  }

  @Test(.enabled(if: SSHDaemon.isInstalled, "sshd is not installed; `scripts/setup --tests` installs it"))
  func `a real sshd gives one host's journal, survives a hostile log, and a host that hangs delays nobody`()
    async throws
  {
    let daemon = try SSHDaemon(folder)
    let boot = "0123456789abcdef0123456789abcdef"
    let first = try journal(report("journal_group") + ["quiet"], boot: boot)
    try Data(first.utf8).write(to: folder.appending(path: "journal"))
    try hostileRing.write(to: folder.appending(path: "ring"))
    // What is asked for behind a cursor is not sent again, as journalctl does it.
    try daemon.add(
      "fine",
      programs: [
        "journalctl": """
        for word; do case $word in --after-cursor=*) after=${word#*=};; esac; done
        case "$*" in *"-n 1 "*) echo yes; exit;; esac
        [ "$after" ] || exec cat \(folder.path)/journal
        awk -v c="\\"$after\\"" 'found; index($0, c) { found = 1 }' \(folder.path)/journal
        """
      ])
    try daemon.add("evil", programs: ["journalctl": "exit 1", "dmesg": "cat \(folder.path)/ring"])
    try daemon.add("hang", programs: ["journalctl": "exec sleep 60"])
    let configuration = try daemon.start()
    let ssh = [
      "collect", "--ssh-config", configuration, "--timeout", "20s", "--ssh", "hang", "--ssh", "fine", "--ssh", "evil",
    ]
    let process = try zlab.start(ssh)
    process.say("")
    let result = await process.end()
    #expect(result.code == 1, "\(result.output)\(result.talk)\(daemon.said)")
    #expect(result.output.contains("NEW  WARNING in journal_group") && result.output.contains("2 new signatures"))
    #expect(result.talk.contains("zlab: ssh:hang: ") && !result.talk.contains("ssh:fine"), "\(result.talk)")
    #expect(!result.output.contains("\u{1b}") && !result.talk.contains("\u{1b}"))
    let list = try await zlab.run("signature", "list", "--host", "fine")
    #expect(list.output.contains("journal_group") && !list.output.contains("\u{1b}"), "\(list.output)")

    let again = try await zlab.run("collect", "--ssh-config", configuration, "--ssh", "fine", "--ssh", "evil")
    #expect(again.output == "0 new signatures, 0 known, 0 sightings in 2 sources\n", "\(again.output)\(again.talk)")
    let more = try journal(report("journal_group") + ["quiet"] + report("later_group") + ["quiet"], boot: boot)
    try Data(more.utf8).write(to: folder.appending(path: "journal"))
    let later = try await zlab.run("collect", "--ssh-config", configuration, "--ssh", "fine")
    #expect(later.output.contains("NEW  WARNING in later_group"), "\(later.output)\(later.talk)")
    #expect(later.output.hasSuffix("1 new signature, 0 known, 1 sighting in 1 source\n"), "\(later.output)")
    daemon.stop()
    let down = try await zlab.run("collect", "--ssh-config", configuration, "--ssh", "fine")
    #expect(down.code == 69 && down.talk.contains("zlab: ssh:fine: "), "\(down.talk)")
  }

  /// The image is `mini` with netconsole, which the stock kernel has as a module; the way to the host is the guest's
  /// own virtio-net function and QEMU's user-mode network.
  @Test func `a guest's panic comes in by netconsole, as one with what its console shows`() async throws {
    try await StockKernels.shared.need("bookworm")
    let image = try netconsoleImage()
    let receiver = try zlab.start(["collect", "--listen", "udp:0"])
    try await receiver.wait(for: "(port ")
    let port = try #require(receiver.said.firstMatch(of: /port (\d+)/)).1
    let file = folder.appending(path: "netconsole.yaml").path
    try Data(Self.scenario.utf8).write(to: URL(fileURLWithPath: file))
    let run = try await zlab.run(
      "run", file, "--kernel", "debian:bookworm", "--image", image, "--trials", "1", "--set", "port=\(port)",
      "--format", "json")
    #expect(run.code == 1, "\(run.output)\(run.talk)")
    try await receiver.waitUntilPrinted("NEW  ")
    receiver.signal(SIGINT)
    #expect(await receiver.end().code == 0)
    // The panic was seen in both places under one signature.
    let both = try await zlab.run("signature", "list", "--where", "both", "--format", "json")
    #expect(both.output.contains("\"kind\" : \"panic\""), "\(both.output)")
    let host = try await zlab.run("signature", "list", "--host", "127.0.0.1", "--format", "json")
    #expect(host.output.contains("\"field\" : 1,"), "\(host.output)")
  }

  private static let scenario = """
    schema: zlab.scenario/1
    name: netconsole
    summary: A guest sends its kernel's log to the host by netconsole, and panics.
    guest: {memory: 256}
    functions:
      - { uid: 0x1, fid: 0x10, model: virtio-net }
    parameters:
      port: "6666"
    actors:
      - name: panic
        program: sh
        arguments:
          - -ec
          - |
            ip link set eth0 up
            ip addr add 10.0.2.15/24 dev eth0
            mount -t configfs none /sys/kernel/config
            mkdir /sys/kernel/config/netconsole/host
            cd /sys/kernel/config/netconsole/host
            echo eth0 >dev_name
            echo 10.0.2.15 >local_ip
            echo 10.0.2.2 >remote_ip
            echo 52:55:0a:00:02:02 >remote_mac
            echo ${port} >remote_port
            echo 1 >enabled
            sleep 1
            echo c >/proc/sysrq-trigger
    duration: 60s
    settle: 1s

    """

  private func netconsoleImage() throws -> String {
    let mini = URL(filePath: #filePath).appending(path: "../../../images/mini").standardizedFileURL
    let image = folder.appending(path: "mini-netconsole")
    try FileManager.default.copyItem(at: mini, to: image)
    let recipe = image.appending(path: "recipe.yaml")
    let text = try String(contentsOf: recipe, encoding: .utf8)
    let module = "  - {name: netconsole, option: CONFIG_NETCONSOLE, required: true}\n"
    try Data(text.replacing("modules:\n", with: "modules:\n" + module).utf8).write(to: recipe)
    return image.path
  }
}
