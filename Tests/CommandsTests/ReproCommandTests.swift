import ArgumentParser
import Foundation
import Model
import Reports
import TestSupport
import Testing
import Trials

@testable import Commands

/// Command lines that reports print: what a shell reads of them is what the argument parser takes, with nothing lost.
@Suite struct ReproCommandTests {
  private static let host = ["--connect", "qemu:///session", "--emulator", "/a b/it's $HOME/qemu-system-s390x"]

  /// Reads a line as a shell does, and what comes of it as zlab does.
  private func parsed<Command: ParsableCommand>(_ repro: ReproCommand, as type: Command.Type) throws -> Command {
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", "printf '%s\\0' " + repro.text]
    let output = Pipe()
    shell.standardOutput = output
    try shell.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    shell.waitUntilExit()
    let words = bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
      String(decoding: $0, as: UTF8.self)
    }
    #expect(words == repro.words && words.first == "zlab")
    return try #require(try Zlab.parseAsRoot(Array(words.dropFirst())) as? Command)
  }

  private func setup() throws -> RunSetup {
    var setup = try RunSetup(
      "slot-power-race", settings: ["seconds": "3", "max-delay-us": "0"], image: "debian",
      schedule: try Schedule.reading("turns:4:3"), start: .booted)
    (setup.jobs, setup.confidence, setup.cores, setup.hostWords) = (3, 0.9, 2, Self.host)
    return setup
  }

  @Test func `a run`() async throws {
    let goal = RunGoal(trials: 20, time: 90, untilFinding: true)
    let command = try parsed(.run(try setup(), kernel: "0123456789ab", goal: goal, seed: .max), as: RunCommand.self)
    #expect(command.scenario == "slot-power-race" && command.kernel == "0123456789ab" && command.seed == .max)
    let asked = try command.goal.goal { throw RequestError("no earlier run is named") }
    #expect(asked == goal)
    #expect(command.settings.sorted() == ["max-delay-us=0", "seconds=3"] && command.image == "debian")
    #expect(command.schedule.words == ["--schedule", "turns:4:3", "--cold"] && command.goal.confidence == 0.9)
    #expect(command.jobs.count(memory: 1) == 3 && command.diagnostics.keepCores == 2)
    #expect(command.host.words == Self.host)
  }

  @Test func `a run of files whose names a shell would take apart`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zlab it's $(a) \(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (scenario, rules) = (folder.appending(path: "my *.yaml").path, folder.appending(path: "r;ls.yaml").path)
    try Data("{schema: zlab.scenario/1, name: t, summary: s, actors: [{program: a}]}".utf8).write(
      to: URL(fileURLWithPath: scenario))
    try Data("schema: zlab.schedule/1\nrules: [{task: a, at: f, until: {run: 400}}]\n".utf8).write(
      to: URL(fileURLWithPath: rules))
    let setup = try RunSetup(
      scenario, settings: [:], image: nil, execution: try ScheduleOptions.parse(["--schedule", rules]))
    let command = try parsed(.run(setup, kernel: "k", goal: RunGoal(trials: 1)), as: RunCommand.self)
    #expect(command.scenario == scenario && command.schedule.chosen == .file(rules))
  }

  @Test func `repetitions and resumptions`() throws {
    #expect(try parsed(.replay("3f9a0000", 7), as: RunCommand.self).replay == "3f9a0000/7")
    #expect(try parsed(.failed("3f9a0000"), as: RunCommand.self).failed == "3f9a0000")
    #expect(try parsed(.resume("run", "3f9a0000"), as: RunCommand.self).resume == "3f9a0000")
    #expect(try parsed(.resume("verify", "3f9a0000"), as: VerifyCommand.self).resume == "3f9a0000")
    #expect(try parsed(.resume("nightly", "3f9a0000"), as: NightlyRunCommand.self).resume == "3f9a0000")
    #expect(try parsed(.bisectRun("default"), as: BisectRunCommand.self).name.name == "default")
    #expect(try parsed(.bisectRun("a.b-c"), as: BisectRunCommand.self).name.name == "a.b-c")
  }

  @Test func `a comparison`() throws {
    let words = [
      "/m/a fix.mbox", "--source", "debian:6.1", "--scenario", "slot-power-race", "--base-patch", "/b/it's.mbox",
      "--config", "kasan", "--toolchain", "clang", "--alpha", "0.05", "--max-trials", "100", "--for", "60s",
      "--signature", "8f1c8f1c8f1c8f1c", "--base-run", "auto", "--confidence", "0.9",
    ]
    let first = try VerifyCommand.parse(words).again(try setup(), seed: 7)
    let command = try parsed(first, as: VerifyCommand.self)
    #expect(command.mail == "/m/a fix.mbox" && command.base == ["/b/it's.mbox"] && command.limits.alpha == 0.05)
    #expect(command.again(try setup(), seed: 7) == first)
  }

  @Test func `a sweep`() throws {
    let words = ["slot-power-race", "--parameter", "max-delay-us", "--from", "0", "--to", "9", "--max-trials", "50"]
    let setup = try RunSetup("slot-power-race", settings: ["seconds": "3"], schedule: .mttcg, start: .restored)
    let first = try SweepCommand.parse(words).again(setup, kernel: "k", seed: 7)
    let command = try parsed(first, as: SweepCommand.self)
    #expect(command.parameters == ["max-delay-us"] && command.to == 9 && command.maxTrials == 50)
    #expect(command.again(setup, kernel: "k", seed: 7) == first)
  }

  @Test func `the start of a bisection`() throws {
    let words = [
      "--good", "v6.0", "--good", "v5.19", "--bad", "v6.1~2", "--scenario", "slot-power-race", "--signature",
      "8f1c8f1c8f1c8f1c",
      "--name", "a.b", "--kselftest", "iommu", "--no-sandbox",
    ]
    let first = try BisectStartCommand.parse(words).again(try setup(), source: "/my linux", seed: 7)
    let command = try parsed(first, as: BisectStartCommand.self)
    #expect(command.good == ["v6.0", "v5.19"] && command.bad == "v6.1~2" && command.source == "/my linux")
    #expect(command.again(try setup(), source: command.source, seed: 7) == first)
  }

  @Test func `a pin, a selftest and a night`() throws {
    let kernel = KernelRecord(
      id: String(repeating: "ab", count: 32), name: "k", release: "6.1", origin: "", created: Date())
    let run = Run(
      id: "3f9a0000", scenario: "t", scenarioText: "", kernel: kernel,
      image: ImageRecord(id: "i", name: "mini", kernel: kernel.id, size: 1, created: Date()), seed: 1,
      goal: RunGoal(trials: 9), parameters: [:], confidence: 0.95, started: Date(), command: "", folder: "", host: [:])
    let pin = try PinCommand.parse(["3f9a/7", "--set", "a=b c", "--trials", "7", "--max-trials", "70"])
    let pinned = pin.again(run, Trial(number: 7, seed: 1, started: Date()), signature: "8f1c", seed: 7, jobs: 2)
    let again = try parsed(pinned, as: PinCommand.self)
    #expect(again.trial == "3f9a0000/7" && again.settings == ["a=b c"] && again.maxTrials == 70 && again.seed == 7)

    let selftest = try SelftestCommand.parse(["--trigger", "BUG", "--trigger", "HUNG_TASK"]).again(kernel, jobs: 2)
    #expect(try parsed(selftest, as: SelftestCommand.self).triggers == ["BUG", "HUNG_TASK"])

    let night = try NightlyRunCommand.parse(["p.yaml", "--only", "a/b c", "--failed"]).again("/my plan.yaml", seed: 7)
    let repeated = try parsed(night, as: NightlyRunCommand.self)
    #expect(repeated.plan == "/my plan.yaml" && repeated.selection.texts == ["a/b c"] && repeated.selection.failed)
  }

  /// Words of a build from its record.
  private func build(
    _ source: String, patches: [String] = [], fragments: [String] = defaultFragments, kselftests: [String] = [],
    missing: [String] = [], toolchain: String = "s390x-linux-gnu-gcc (Debian 12.2.0-14) 12.2.0", sandboxed: Bool = true
  ) -> ReproCommand {
    let build = BuildRecord(
      source: source, tree: String(repeating: "0", count: 40),
      patches: patches.map { BuiltPatch(subject: "s", file: $0, how: "exact") }, fragments: fragments,
      kselftests: kselftests, missing: missing, toolchain: toolchain, sandboxed: sandboxed, objects: 1, seconds: 1,
      cpuSeconds: 1, cacheHits: 0, cacheMisses: 1)
    return .build(build, named: "bad-6.1")
  }

  @Test func `the build of a kernel, without the paths of this machine`() throws {
    let debian = build(
      "linux-source-6.1 6.1.192-2 of Debian bookworm",
      patches: ["/home/me/a fix.mbox", "/home/me/a fix.mbox", "standard input"],
      fragments: defaultFragments + ["kselftest", "kasan", "/home/me/my.config"], kselftests: ["iommu"])
    #expect(
      debian.text
        == "zlab kernel build debian:6.1=6.1.192-2 --patch 'a fix.mbox' --patch patch.mbox --config kasan "
        + "--config my.config --kselftest iommu --name bad-6.1")
    _ = try parsed(debian, as: KernelBuildCommand.self)

    let git = build(
      "/home/me/linux at v6.1-3-gabcdef", fragments: ["mine"], missing: ["CONFIG_X"],
      toolchain: "Debian clang version 14.0.6", sandboxed: false)
    #expect(
      git.text == "zlab kernel build linux --rev v6.1-3-gabcdef --config mine --only-config --toolchain clang "
        + "--allow-missing --no-sandbox --name bad-6.1")
    _ = try parsed(git, as: KernelBuildCommand.self)
    #expect(build("/home/me/linux-6.18.tar.xz").words[3] == "linux-6.18.tar.xz")
  }
}
