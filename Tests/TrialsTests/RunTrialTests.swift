import FakeLab
import Foundation
import Guest
import Model
import Testing
import Trials

@Suite final class RunTrialTests {
  let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-conduct-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: folder) }

  private func trial(
    _ behaviour: Behaviour, bootTime: Duration = .zero, duration: String = "300s", _ more: String = "",
    output: String? = nil, saved: Snapshot? = nil
  ) async throws -> (Trial, FakeHost) {
    let host = FakeHost(bootTime: bootTime) { _ in behaviour }
    let text = """
      schema: zlab.scenario/1
      name: test
      summary: For tests.
      actors: [{program: act, arguments: ["${seed}"]\(output.map { ", output: " + $0 } ?? "")}]
      duration: \(duration)
      settle: 50ms
      \(more)
      """
    var limits = TrialLimits()
    // Short only where the limit itself is tried: the machine may be busy with other tests.
    limits.boot = behaviour == .neverBoots ? .milliseconds(400) : .seconds(300)
    limits.silence = behaviour == .fallsSilent ? .milliseconds(300) : .seconds(300)
    limits.plug = behaviour == .plugHangs ? .milliseconds(300) : .seconds(300)
    limits.consoleBytes = 200_000
    limits.findings = 100
    let guest = GuestSpec(
      name: "fake", kernel: "", initramfs: "", console: .file(folder.path + "/console.log"), emulator: "",
      folder: folder.path)
    let plan = TrialPlan(
      number: 1, seed: 7, scenario: try Scenario(parsing: text, file: "test.yaml"), guest: guest, limits: limits,
      saved: saved)
    return (await execute(plan, on: host), host)
  }

  @Test func `a clean end is a pass, and the actor's words are kept`() async throws {
    let (trial, host) = try await trial(.clean)
    #expect((trial.verdict, trial.end) == (.pass, .completed))
    #expect(trial.actors == [ActorResult(name: "act", exitCode: 0, output: "done\n", stderr: "")])
    #expect(trial.boot != nil)
    #expect(host.alive == 0)
  }

  @Test func `a report on the console is a fail`() async throws {
    let (trial, host) = try await trial(.prints(warning(in: "fake_detach")))
    #expect(trial.verdict == .fail)
    #expect(trial.findings.map(\.title) == ["WARNING in fake_detach"])
    #expect(host.alive == 0)
  }

  @Test func `a trial goes on after a report of a kind that does not end it, and is a fail`() async throws {
    let more = "parameters: {continue-after: warning}"
    let (whole, _) = try await trial(.prints(warning(in: "fake_detach")), more)
    #expect((whole.verdict, whole.end) == (.fail, .completed))
    let cut = try await trial(.printsAndHangs(warning(in: "fake_detach")), duration: "400ms", more).0
    #expect(cut.verdict == .fail && cut.end != .finding)
    #expect(try await trial(.printsAndHangs(warning(in: "fake_detach"))).0.end == .finding)
  }

  @Test func `a report that does not count leaves a pass`() async throws {
    let ignoring = "findings: {ignore: [WARNING in fake_detach]}"
    #expect(try await trial(.prints(warning(in: "fake_detach")), ignoring).0.verdict == .pass)
    let others = "findings: {count: [kasan, oops]}"
    #expect(try await trial(.prints(warning(in: "fake_detach")), others).0.verdict == .pass)
  }

  @Test func `a panic is a fail and keeps the PSW`() async throws {
    let (trial, _) = try await trial(.panics(warning(in: "fake_detach")))
    #expect((trial.verdict, trial.end) == (.fail, .panic))
    #expect(trial.panicPSW == "0002000180000000 00000000deadbeef")
  }

  @Test func `a panic that does not count is a miss that says so`() async throws {
    let (trial, _) = try await trial(.panics(warning(in: "fake_detach")), "findings: {count: [kasan]}")
    #expect((trial.verdict, trial.end) == (.miss, .panic))
    #expect(trial.note == "the kernel stopped after 'WARNING in fake_detach', which does not count in this scenario")
  }

  @Test func `a console that says nothing vouches for nothing`() async throws {
    let (trial, _) = try await trial(.saysNothing)
    #expect((trial.verdict, trial.note) == (.miss, "the console is empty"))
  }

  @Test func `a console without the last mark, or with a gap, vouches for nothing`() async throws {
    let (first, _) = try await trial(.losesMark(1))
    #expect(first.verdict == .miss)
    #expect(first.note == "console lost output: 1 of the runner's 2 marks is not there, the first is 1")
    let (last, _) = try await trial(.losesMark(2))
    #expect((last.verdict, last.end) == (.miss, .labFailure))
    #expect(last.note == "console lost output: 1 of the runner's 2 marks is not there, the first is 2")
  }

  @Test func `a console that could not be written vouches for nothing`() async throws {
    let (trial, _) = try await trial(.losesConsole("the console could not be written: No space left on device"))
    #expect((trial.verdict, trial.note) == (.miss, "the console could not be written: No space left on device"))
  }

  @Test func `messages that the kernel dropped vouch for nothing`() async throws {
    let (trial, _) = try await trial(.prints("[    5.100000] ** 12 printk messages dropped **\n"))
    #expect(trial.verdict == .miss)
    #expect(trial.note == "console lost output: the kernel says that it dropped messages")
  }

  @Test func `a second boot within a trial is no pass`() async throws {
    let (trial, _) = try await trial(.prints("[    0.000000] Linux version 6.1.0-fake (a@b) #1 SMP\n"))
    #expect((trial.verdict, trial.note) == (.miss, "the guest booted again during the trial"))
  }

  @Test func `a taint that no report explains is a fail with a signature that stays`() async throws {
    let (trial, _) = try await trial(.admits(KernelState(taint: 1 << 9, warnings: 1, oopses: 0)))
    #expect((trial.verdict, trial.end) == (.fail, .completed))
    let finding = try #require(trial.findings.first)
    #expect(finding.title == "kernel tainted (W) without a report that zlab knows")
    #expect((finding.kind, finding.taint, finding.lastLine) == (.other, "W", 3))
    #expect(finding.signature == "31bab011a0dff2aa")
  }

  @Test func `counters that rise without a taint are one too`() async throws {
    let (trial, _) = try await trial(.admits(KernelState(taint: 0, warnings: 1, oopses: 0)))
    #expect(trial.findings.map(\.title) == ["kernel raised warn_count without a report that zlab knows"])
  }

  @Test func `a taint from before, or one that a report explains, says nothing`() async throws {
    #expect(try await trial(.isTainted(KernelState(taint: 1 << 9, warnings: 3))).0.verdict == .pass)
    #expect(try await trial(.admits(KernelState(taint: 1 << 12))).0.verdict == .pass)
    let ignoring = "findings: {ignore: [WARNING in fake_detach]}"
    #expect(try await trial(.printsAndAdmits(warning(in: "fake_detach"), taint: 1 << 9), ignoring).0.verdict == .pass)
  }

  @Test func `a report explains its own taint only`() async throws {
    let ignoring = "findings: {ignore: ['WARNING in fake_detach']}"
    let oops = try await trial(.printsAndAdmits(warning(in: "fake_detach"), taint: 1 << 9 | 1 << 7), ignoring).0
    #expect(oops.findings.map(\.title) == ["kernel tainted (D) without a report that zlab knows"])
  }

  @Test func `a kernel before 6.2 that was tainted before the scenario gets no pass`() async throws {
    let (trial, _) = try await trial(.isTainted(KernelState(taint: 1 << 9)))
    #expect(trial.verdict == .miss)
    #expect(trial.note?.contains("the kernel was tainted (W) without a report") == true)
  }

  @Test func `a report that sets no taint explains none`() async throws {
    let stall = "[    5.100000] INFO: task kworker/0:1:12 blocked for more than 15 seconds.\n"
    let (trial, _) = try await trial(.printsAndAdmits(stall, taint: 1 << 9), "findings: {count: [warning, other]}")
    #expect(trial.findings.map(\.title) == ["kernel tainted (W) without a report that zlab knows"])
  }

  @Test func `a scenario that counts a few kinds only gets no pass from a tainted kernel`() async throws {
    let (trial, _) = try await trial(.admits(KernelState(taint: 1 << 5)), "findings: {count: [kasan]}")
    #expect((trial.verdict, trial.note) == (.miss, "kernel tainted (B) without a report that zlab knows"))
  }

  @Test func `a runner that hides the kernel's state makes no pass`() async throws {
    let (trial, _) = try await trial(.hidesItsState)
    #expect((trial.verdict, trial.note) == (.miss, "the guest's runner did not report the kernel's state"))
  }

  @Test func `what was reported before the scenario began is told, and never its failure`() async throws {
    let (trial, host) = try await trial(.complainsAtBoot(warning(in: "early_probe")))
    // The made-up guest may be through before its console is read.
    #expect(trial.verdict == .miss && [.labFailure, .completed].contains(trial.end))
    #expect(trial.note == "before the scenario began, the kernel reported: WARNING in early_probe")
    #expect(trial.findings.isEmpty)
    #expect(trial.earlyFindings?.map(\.title) == ["WARNING in early_probe"])
    #expect(host.alive == 0)
    let ignoring = "findings: {ignore: [WARNING in early_probe]}"
    #expect(try await self.trial(.complainsAtBoot(warning(in: "early_probe")), ignoring).0.verdict == .pass)
  }

  @Test func `a guest that asks the host without end is cut off`() async throws {
    let (trial, _) = try await trial(.asksWithoutEnd(10_001))
    #expect((trial.verdict, trial.end) == (.miss, .labFailure))
    #expect(trial.note?.contains("more than 10000 times") == true)
  }

  @Test func `plugging that hangs is ended`() async throws {
    let (trial, host) = try await trial(.plugHangs, "functions: [{uid: 1, fid: 1, model: virtio-rng}]")
    #expect((trial.verdict, trial.note) == (.miss, "plugging the functions took too long"))
    #expect(host.alive == 0)
  }

  @Test func `a disabled wait without a word is a fail too`() async throws {
    let (trial, _) = try await trial(.panics(""))
    #expect(trial.verdict == .fail)
    #expect(trial.findings.map(\.kind) == [.panic])
  }

  @Test func `the same report again and again is a storm, kept once`() async throws {
    let (trial, _) = try await trial(.repeats(warning(in: "fake_detach")))
    #expect((trial.verdict, trial.end) == (.fail, .storm))
    #expect(trial.findings.count == 1)
    #expect(trial.repeats > 0)
  }

  @Test func `chatter without end is a miss`() async throws {
    let (trial, _) = try await trial(
      .repeats(String(repeating: "hello from a driver that talks too much\n", count: 20)))
    #expect((trial.verdict, trial.end) == (.miss, .flood))
  }

  @Test(arguments: [
    (Behaviour.dies(code: 137), EndReason.emulatorDied, "QEMU ended by itself with signal 9 (SIGKILL)"),
    (.fallsSilent, .silence, "the guest stopped answering"),
    (.neverBoots, .noBoot, "the guest's runner did not speak within 0 s"),
    (.cannotStart, .labFailure, "cannot start the fake guest"),
    (.programsFail(code: 3), .labFailure, "act ended with code 3: it broke"),
    (.seesNothing, .labFailure, "the guest did not see the function virtio-rng uid=0x1 fid=0x10 within 300 s"),
    (.programsHang, .overran, "act had not ended when its time was over"),
  ])
  func `what the lab does wrong is a miss with a reason`(behaviour: Behaviour, end: EndReason, note: String)
    async throws
  {
    let functions = behaviour == .seesNothing ? "functions: [{uid: 1, fid: 0x10, model: virtio-rng}]" : ""
    let (trial, host) = try await trial(behaviour, duration: end == .overran ? "300ms" : "300s", functions)
    #expect((trial.verdict, trial.end, trial.note) == (.miss, end, note))
    #expect(trial.findings.isEmpty)
    #expect(host.alive == 0)
  }

  @Test func `a guest is restored where there is a saved one`() async throws {
    let (trial, _) = try await trial(.clean, bootTime: .seconds(300), saved: Snapshot(folder: "/saved"))
    #expect((trial.verdict, trial.start) == (.pass, .restored))
    #expect(trial.firstActor != nil)
  }

  @Test func `a saved guest of no use is told, and the trial boots`() async throws {
    let (trial, host) = try await trial(.cannotRestore, saved: Snapshot(folder: "/saved"))
    #expect((trial.verdict, trial.start) == (.pass, .booted))
    #expect(trial.note == "booted, because the saved guest is of no use: the fake guest's state does not fit")
    #expect(host.specs.count == 1)
  }

  @Test(arguments: [HostAction.plug, .unplug]) func `the host does what a program asks for`(_ action: HostAction)
    async throws
  {
    let functions = "functions: [{uid: 1, fid: 0x10, model: virtio-rng, plugged: \(action == .unplug)}]"
    let (trial, _) = try await trial(.asks(action, fid: 0x10), functions)
    #expect(trial.verdict == .pass)
    #expect(trial.actors.map(\.exitCode) == [0])
  }

  @Test func `a function that the scenario does not have is refused`() async throws {
    let (trial, _) = try await trial(.asks(.plug, fid: 0x99))
    #expect((trial.verdict, trial.actors.map(\.exitCode)) == (.miss, [75]))
  }

  @Test func `an actor that saw the kernel do wrong makes a fail`() async throws {
    let (trial, _) = try await trial(.programsFail(code: 65))
    #expect(trial.verdict == .fail)
    #expect(trial.findings.map(\.title) == ["it broke"])
    #expect(trial.findings.map(\.kind) == [.other])
  }

  @Test func `each test that failed is a finding`() async throws {
    let told = "1..3\nok 1 a.first\n# a.c:7: Expected 1 == 2\nnot ok 2 a.size8\nnot ok 3 a.size16\n"
    let (trial, _) = try await trial(.answers(told, printing: ""), output: "ktap")
    #expect(trial.verdict == .fail)
    #expect(trial.findings.map(\.title) == ["act: a.size8 failed", "act: a.size16 failed"])
    #expect(trial.findings.first?.message == "act: a.size8 failed: a.c:7: Expected 1 == 2")
    #expect(Set(trial.findings.map(\.signature)).count == 2)
    #expect(trial.actors.first?.tests == TestCounts(passed: 1, failed: 2, skipped: 0, planned: 3))
  }

  @Test(arguments: [
    ("1..2\nok 1 a\nok 2 b # SKIP no device\n", TrialVerdict.pass, nil),
    ("1..2\nok 1 a\n", .miss, "act told 1 results of 2 and ended with code 0"),
    ("nothing of the kind\n", .miss, "act told 0 results without saying of how many and ended with code 0"),
    ("1..1\nok 1 a # SKIP no device\n", .miss, "act skipped all its tests: no device"),
    ("1..1\nBail out! no memory\n", .miss, "act gave up: no memory"),
  ])
  func `tests that did not look are no pass`(told: String, verdict: TrialVerdict, note: String?) async throws {
    let (trial, _) = try await trial(.answers(told, printing: ""), output: "ktap")
    #expect((trial.verdict, trial.note) == (verdict, note))
    #expect(trial.findings.isEmpty)
  }

  @Test func `a report that no other line ends is not waited for`() async throws {
    let duplicate = "[    5.100000] sysfs: cannot create duplicate filename '/devices/pci0001:00/0001:00:00.0'\n"
    let (trial, _) = try await trial(.printsAndHangs(duplicate))
    #expect((trial.verdict, trial.end) == (.fail, .finding))
  }

  @Test func `a slow guest is waited for`() async throws {
    #expect(try await trial(.clean, bootTime: .milliseconds(200)).0.verdict == .pass)
  }

  @Test func `a cancelled trial is an interrupted miss and leaves no guest`() async throws {
    let host = FakeHost { _ in .programsHang }
    let text = "{schema: zlab.scenario/1, name: t, summary: s, actors: [{program: a}], duration: 1h}"
    let guest = GuestSpec(
      name: "fake", kernel: "", initramfs: "", console: .file(folder.path + "/console.log"), emulator: "",
      folder: folder.path)
    let plan = TrialPlan(number: 1, seed: 7, scenario: try Scenario(parsing: text, file: "t"), guest: guest)
    let task = Task { await execute(plan, on: host) }
    try await Task.sleep(for: .milliseconds(100))
    task.cancel()
    let trial = await task.value
    #expect((trial.verdict, trial.end) == (.miss, .interrupted))
    #expect(host.alive == 0)
  }
}
