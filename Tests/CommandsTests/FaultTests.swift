import Foundation
import TestSupport
import Testing

/// Fault injection for nights: killed processes, damaged files, missing tools, full disks.
@Suite(.serialized) struct FaultTests {
  let zlab: ZlabFixture

  init() async throws {
    zlab = try ZlabFixture()
    try await StockKernels.shared.need("bookworm")
  }

  private func waitForEmulator() async throws -> pid_t {
    while true {
      if let process = try zlab.emulators(guestsOnly: true).first { return process }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  @Test func `an emulator that is killed makes a miss, which is made up for`() async throws {
    let scenario = try zlab.sleeping(seconds: 2)
    let process = try zlab.start(["run", scenario, "--kernel", "debian:bookworm", "--trials", "1"])
    process.say("")
    let emulator = try await waitForEmulator()
    try await Task.sleep(for: .seconds(1))
    kill(emulator, SIGKILL)
    let result = await process.end()
    #expect(result.code == 0, "\(result.talk)")
    #expect(result.talk.contains("trial 1: miss: QEMU ended by itself with signal 9"))
    #expect(result.talk.contains("trial 2: pass"))
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `an emulator that is killed while a guest is restored costs neither trial nor saved guest`() async throws {
    try zlab.borrowCache(["kernels", "packages", "images", "libvirt"])
    let home = ["ZLAB_HOME": zlab.home.path]
    let run = ["run", "nothing", "--kernel", "debian:bookworm", "--trials", "1", "--format", "json"]
    let first = try zlab.start(run, home)
    first.say("")
    #expect(await first.end().code == 0)
    let guests = zlab.home.appending(path: "cache/guests")
    func memories() throws -> [UInt64] {
      try FileManager.default.contentsOfDirectory(atPath: guests.path).filter { $0.count == 64 }.map { name in
        let file = guests.appending(path: "\(name)/memory").path
        return try #require(FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? UInt64)
      }
    }
    let before = try memories()
    #expect(before.count == 1)
    let second = try zlab.start(run, home)
    second.say("")
    kill(try await waitForEmulator(), SIGKILL)
    let result = await second.end()
    #expect(result.code == 0, "\(result.talk)")
    // Killed so early it is restored again; a little later it is a trial's QEMU, and the next trial makes up for it.
    let last = try #require(result.output.matches(of: /"start" : "(\w+)"/).last)
    #expect(last.1 == "restored")
    #expect(try memories() == before)
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `a QEMU that is stopped while functions are plugged ends in a miss, or at Ctrl-C`() async throws {
    let file = zlab.home.appending(path: "many.yaml")
    let functions = (1...20).map { "  - {uid: \($0), fid: \($0), model: virtio-rng}" }.joined(separator: "\n")
    let text =
      "schema: zlab.scenario/1\nname: many\nsummary: s\nactors: [{program: nothing}]\nfunctions:\n\(functions)\n"
    try Data(text.utf8).write(to: file)
    let process = try zlab.start(["run", file.path, "--kernel", "debian:bookworm", "--trials", "1"])
    process.say("")
    let emulator = try await waitForEmulator()
    let console = try await zlab.consoleOfTheOnlyTrial()
    while try !String(contentsOf: console, encoding: .utf8).contains("pci 00") {
      try await Task.sleep(for: .milliseconds(5))
    }
    kill(emulator, SIGSTOP)
    try await Task.sleep(for: .seconds(1))
    process.signal(SIGINT)
    #expect(await process.end().code == 130)
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `an actor that prints without end is cut, not missed`() async throws {
    let file = zlab.home.appending(path: "loud.yaml")
    let text = """
      schema: zlab.scenario/1
      name: loud
      summary: s
      actors: [{program: sh, arguments: [-c, "head -c 12000000 /dev/zero | tr -c x x"]}]
      duration: 60s
      """
    try Data(text.utf8).write(to: file)
    let result = try await zlab.run(
      "run", file.path, "--kernel", "debian:bookworm", "--trials", "1", "--format", "json")
    #expect(result.code == 0, "\(result.talk)")
    let runs = result.output.utf8.split { $0 != UInt8(ascii: "x") }
    #expect(runs.map(\.count).max() == 65536)
  }

  @Test func `a reader of the talk who goes away does no harm`() async throws {
    let quiet = try await zlab.shell(
      "run nothing --kernel debian:bookworm --trials 2 2>&1 >/dev/null | head -n 1; exit ${PIPESTATUS[0]}")
    #expect(quiet.code == 0)
    let full = try await zlab.shell("run nothing --kernel debian:bookworm --trials 1 2>/dev/full >/dev/null")
    #expect(full.code == 0)
    let lost = try await zlab.shell("scenario list >/dev/full")
    #expect(lost.code == 69)
    #expect(lost.talk.contains("cannot write the result"))
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `Ctrl-C clears away, and the run can be resumed`() async throws {
    let scenario = try zlab.sleeping(seconds: 1)
    let process = try zlab.start(["run", scenario, "--kernel", "debian:bookworm", "--trials", "2"])
    process.say("")
    try await process.wait(for: "trial 1: pass")
    _ = try await waitForEmulator()
    process.signal(SIGINT)
    let cut = await process.end()
    #expect(cut.code == 130)
    #expect(cut.output.contains("interrupted"))
    #expect(try zlab.emulators().isEmpty)
    let id = try #require(cut.talk.firstMatch(of: /--resume ([0-9a-f]{8})/)?.1)
    let whole = try await zlab.run("run", "--resume", String(id))
    #expect(whole.code == 0, "\(whole.talk)")
    #expect(whole.output.contains("2 trials passed"))
  }

  @Test func `Ctrl-C twice ends at once and leaves no guest either`() async throws {
    let scenario = try zlab.sleeping(seconds: 60)
    let process = try zlab.start(["run", scenario, "--kernel", "debian:bookworm"])
    process.say("")
    _ = try await waitForEmulator()
    process.signal(SIGINT)
    process.signal(SIGTERM)
    #expect(await process.end().code == 130)
    #expect(try await eventually { try zlab.emulators().isEmpty })
  }

  @Test func `after a SIGKILL the ended trials are there and the guest ends by itself`() async throws {
    let scenario = try zlab.sleeping(seconds: 1)
    let process = try zlab.start(["run", scenario, "--kernel", "debian:bookworm", "--trials", "50"])
    process.say("")
    try await process.wait(for: "trial 1: pass")
    _ = try await waitForEmulator()
    process.signal(SIGKILL)
    #expect(await process.end().code == 128 + SIGKILL)
    while try !zlab.emulators().isEmpty { try await Task.sleep(for: .milliseconds(50)) }
    let report = try await zlab.run("report", "latest")
    #expect(report.output.contains("interrupted"))
    #expect(report.output.contains("1 trial passed"))
    #expect(report.code == 2)
  }

  /// Prints lines for some seconds, then makes the kernel report a BUG, and ends.
  private func noisy() throws -> String {
    let path = zlab.home.appending(path: "noisy.yaml").path
    let text = """
      schema: zlab.scenario/1
      name: noisy
      summary: Prints much, and then a report.
      actors:
        - program: sh
          arguments:
            - -c
            - 'i=0; while [ $i -lt 40 ]; do i=$((i + 1)); n=0; while [ $n -lt 300 ]; do n=$((n + 1));
              echo "<4>noise $i $n xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"; done
              > /dev/kmsg; sleep 0.1; done;
              echo "<3>BUG: sleeping function called from invalid context at made/up.c:1" > /dev/kmsg; sleep 1'
      duration: 120s
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func `a limit on the size of files loses no report without a word`() async throws {
    let scenario = try noisy()
    let result = try await zlab.shell(
      "--version >/dev/null; ulimit -f 600; exec \(ZlabProcess.binary.path) run \(scenario) --kernel debian:bookworm --trials 1"
    )
    #expect(result.code != 0 && !result.output.contains("clean"), "\(result.output) \(result.talk)")
    #expect(try zlab.emulators().isEmpty)
  }

  @Test(.enabled(if: getuid() == 0, "only root can mount a small disk"))
  func `a disk that is full for some seconds of a trial loses no report without a word`() async throws {
    let small = zlab.home.appending(path: "small").path
    mkdir(small, 0o700)
    #expect(Process.runAndWait("/bin/mount", ["-t", "tmpfs", "-o", "size=80m", "none", small]))
    defer { _ = Process.runAndWait("/bin/umount", ["-l", small]) }
    let process = try zlab.start(
      ["run", try noisy(), "--kernel", "debian:bookworm", "--trials", "1"], ["XDG_STATE_HOME": small])
    process.say("")
    let console = try await zlab.consoleOfTheOnlyTrial(under: small)
    while try !String(contentsOf: console, encoding: .utf8).contains("noise 3 ") {
      try await Task.sleep(for: .milliseconds(5))
    }
    let filler = small + "/filler"
    _ = Process.runAndWait("/bin/sh", ["-c", "cat /dev/zero > '\(filler)' 2>/dev/null"])
    try await Task.sleep(for: .seconds(2))
    unlink(filler)
    let result = await process.end()
    #expect(result.code != 0 && !result.output.contains("clean"), "\(result.output) \(result.talk)")
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `an initramfs that was overwritten or cut is made anew, and never booted`() async throws {
    let image = try await ownImage()
    let bytes = try FileManager.default.attributesOfItem(atPath: image)[.size] as? Int ?? 0
    let zeros = try FileHandle(forWritingTo: URL(fileURLWithPath: image))
    try zeros.write(contentsOf: Data(count: bytes))
    try zeros.close()
    let blank = try await zlab.run(
      "run", "nothing", "--kernel", "debian:bookworm", "--trials", "1", environment: ["ZLAB_HOME": zlab.home.path])
    #expect(blank.code == 0, "\(blank.output) \(blank.talk)")
    #expect(blank.talk.contains("was modified since it was cached; rebuilding"), "\(blank.talk)")
    truncate(image, off_t(bytes / 2))
    let cut = try await zlab.run(
      "run", "nothing", "--kernel", "debian:bookworm", "--trials", "1", environment: ["ZLAB_HOME": zlab.home.path])
    #expect(cut.code == 0, "\(cut.output) \(cut.talk)")
    #expect(cut.talk.contains("building the image mini"))
  }

  // An image in a cache of the test's own, over the user's kernels and packages.
  private func ownImage() async throws -> String {
    try zlab.borrowCache(["kernels", "packages", "libvirt"])
    let built = try await zlab.run(
      "image", "build", "mini", "--kernel", "debian:bookworm", environment: ["ZLAB_HOME": zlab.home.path])
    #expect(built.code == 0, "\(built.talk)")
    return try #require(built.output.split(separator: " ").last).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test func `a host without QEMU, libvirt's driver or an s390x QEMU is told what to install`() async throws {
    let noQEMU = try await zlab.run(
      "run", "nothing", "--kernel", "debian:bookworm", environment: ["PATH": "/nowhere"])
    #expect(noQEMU.code == 69)
    #expect(noQEMU.talk.contains("apt-get install qemu-system-misc"))
    let noDriver = try await zlab.run(
      "run", "nothing", "--kernel", "debian:bookworm", environment: ["LIBVIRT_DRIVER_DIR": zlab.home.path])
    #expect(noDriver.code == 69)
    #expect(noDriver.talk.contains("libvirt-daemon-driver-qemu"))
    let wrongQEMU = try await zlab.run("run", "nothing", "--kernel", "debian:bookworm", "--emulator", "/bin/true")
    #expect(wrongQEMU.code == 69, "\(wrongQEMU.output) \(wrongQEMU.talk)")
    #expect(try zlab.emulators().isEmpty)
  }

  @Test(.enabled(if: getuid() == 0, "only root can mount a small disk"))
  func `a full disk stops the run with a sentence`() async throws {
    let small = zlab.home.appending(path: "small").path
    mkdir(small, 0o700)
    let mounted = Process.runAndWait("/bin/mount", ["-t", "tmpfs", "-o", "size=24m", "none", small])
    #expect(mounted)
    defer { _ = Process.runAndWait("/bin/umount", ["-l", small]) }
    let result = try await zlab.run(
      "run", "nothing", "--kernel", "debian:bookworm", environment: ["XDG_STATE_HOME": small])
    #expect(result.code == 69)
    #expect(result.talk.contains("MiB are free in"))
    #expect(try zlab.emulators().isEmpty)
  }
}

extension Process {
  /// Runs a host program; true when it ended well.
  static func runAndWait(_ path: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    try? process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
