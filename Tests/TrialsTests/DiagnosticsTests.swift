import FakeLab
import Foundation
import Guest
import Model
import Testing
import Trials

/// Diagnostics of a guest whose trial was no pass.
@Suite final class DiagnosticsTests {
  let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-remains-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: folder) }

  private func trial(
    _ behaviour: Behaviour, duration: String = "300s", settle: String = "50ms", cores: CoreDumpBudget? = nil,
    memory: Int = 512
  ) async throws -> (Trial, FakeHost) {
    let host = FakeHost { _ in behaviour }
    let text = """
      {schema: zlab.scenario/1, name: t, summary: s, actors: [{program: act}], duration: \(duration), settle: \(settle)}
      """
    var limits = TrialLimits()
    limits.core = behaviour == .panicsAndHidesAll ? .milliseconds(300) : .seconds(300)
    limits.silence = .seconds(300)
    limits.consoleBytes = 200_000
    // The fake guests of a test append to one file.
    try? FileManager.default.removeItem(at: folder.appending(path: "console.log"))
    let guest = GuestSpec(
      name: "fake", kernel: "", initramfs: "", memory: memory, console: .file(folder.path + "/console.log"),
      emulator: "", folder: folder.path)
    var plan = TrialPlan(
      number: 1, seed: 7, scenario: try Scenario(parsing: text, file: "t"), guest: guest, limits: limits)
    plan.cores = cores
    return (await execute(plan, on: host), host)
  }

  @Test func `a trial that fails leaves a core where that was asked for`() async throws {
    let (trial, _) = try await trial(.prints(warning(in: "fake_detach")), cores: CoreDumpBudget(1))
    #expect((trial.verdict, trial.core) == (.fail, "trial-0001/core.elf"))
    #expect(try String(contentsOf: folder.appending(path: "core.elf"), encoding: .utf8) == "fake core")
    #expect(trial.note == nil && trial.registers == nil)
  }

  @Test func `no core is left by a pass, without leave, or beyond what was asked for`() async throws {
    let once = CoreDumpBudget(1)
    #expect(try await trial(.clean, cores: once).0.core == nil)
    #expect(try await trial(.panics(warning(in: "f"))).0.core == nil)
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "core.elf").path))
    #expect(try await trial(.panics(warning(in: "f")), cores: once).0.core != nil)
    #expect(try await trial(.panics(warning(in: "f")), cores: once).0.core == nil)
  }

  @Test func `a core that does not fit on the disk is not begun, and it is said`() async throws {
    let once = CoreDumpBudget(1)
    let (trial, _) = try await trial(.panics(warning(in: "f")), cores: once, memory: 1 << 40)
    #expect((trial.verdict, trial.core) == (.fail, nil))
    #expect(trial.note?.hasPrefix("no core: ") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "core.elf").path))
    #expect(try await self.trial(.panics(warning(in: "f")), cores: once).0.core != nil)
  }

  @Test func `a core that takes for ever is given up, and the verdict stays`() async throws {
    let (trial, host) = try await trial(.panicsAndHidesAll, cores: CoreDumpBudget(1))
    #expect((trial.verdict, trial.core, trial.note) == (.fail, nil, "no core: it was not written within 0 s"))
    #expect(host.alive == 0)
  }

  @Test func `a trial that is no pass keeps the last events of the monitor`() async throws {
    let (trial, _) = try await trial(.panics(warning(in: "f")))
    #expect(trial.events == [MonitorEvent(name: "GUEST_PANICKED", data: #"{"action":"pause"}"#)])
    #expect(try await self.trial(.clean).0.events == nil)
  }

  @Test func `a panic that our own NMI made is no finding`() async throws {
    let panic = "[    9.000000] Kernel panic - not syncing: made by an NMI\n" + warning(in: "nmi_handler")
    let (trial, _) = try await trial(.panicsOnNMI(before: "", after: panic), duration: "300ms")
    #expect((trial.verdict, trial.end) == (.miss, .overran))
    #expect(trial.findings.isEmpty)
    #expect(trial.note == "act had not ended when its time was over")
    #expect(trial.registers == "trial-0001/registers.txt")
    let registers = try String(contentsOf: folder.appending(path: "registers.txt"), encoding: .utf8)
    #expect(registers.contains("0000000000abcdef"))
    let console = try String(contentsOf: folder.appending(path: "console.log"), encoding: .utf8)
    #expect(console.contains("made by an NMI"))
  }

  @Test func `a report from before the NMI counts, though it ends no trial by itself`() async throws {
    let hung = warning(in: "fake_stuck")
    let (trial, _) = try await trial(
      .panicsOnNMI(before: hung, after: warning(in: "nmi_handler")), duration: "300ms", settle: "300s")
    #expect((trial.verdict, trial.end) == (.fail, .overran))
    #expect(trial.findings.map(\.title) == ["WARNING in fake_stuck"])
  }
}
