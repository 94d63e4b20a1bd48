package import FoundationEssentials

/// Result of one trial.
package enum TrialVerdict: String, Codable, Sendable, CaseIterable {
  /// The scenario ran to its end and no finding counts.
  case pass
  /// At least one finding counts.
  case fail
  /// The lab failed, not the kernel: evidence of nothing.
  case miss
}

/// Reason for the end of a trial.
package enum EndReason: String, Codable, Sendable, CaseIterable {
  /// Every actor ended, or the scenario's time was over.
  case completed
  /// A finding that counts was complete, and the time to see what follows it was over.
  case finding
  /// The kernel panicked or entered a disabled wait.
  case panic
  /// Finding followed finding without end.
  case storm
  /// The console outgrew its cap.
  case flood
  /// An actor had not ended when the scenario's time was over: it hangs, or the host is too slow.
  case overran
  /// Neither the runner nor the console said anything for too long.
  case silence
  /// QEMU ended by itself.
  case emulatorDied = "emulator-died"
  /// The kernel was started and the guest's runner never spoke: it hangs at boot, or the image does not fit it.
  case noBoot = "no-boot"
  /// The guest was never started, or a tool, disk or daemon failed.
  case labFailure = "lab-failure"
  /// The user or a signal stopped the run.
  case interrupted
}

/// Origin of a trial's guest: booted or restored.
package enum TrialStart: String, Codable, Sendable, CaseIterable {
  /// From a saved state.
  case restored
  /// By booting its kernel.
  case booted
}

/// Numbers of a program's tests by result.
package struct TestCounts: Codable, Sendable, Hashable {
  package var passed: Int
  package var failed: Int
  /// Those that the kernel or the guest lacks something for.
  package var skipped: Int
  /// As the program announced them; nil when it announced none.
  package var planned: Int?

  package init(passed: Int, failed: Int, skipped: Int, planned: Int?) {
    (self.passed, self.failed, self.skipped, self.planned) = (passed, failed, skipped, planned)
  }
}

/// Result of an actor.
package struct ActorResult: Codable, Sendable, Hashable {
  /// As the scenario names it.
  package var name: String
  /// 0 to 255, or 128 plus the signal; nil when it had not ended with the trial.
  package var exitCode: Int?
  /// The first 64 KiB of its standard output, as printed by the guest.
  package var output: String
  /// The first 64 KiB of its standard error, as printed by the guest.
  package var stderr: String
  /// KTAP results, for a program that is read so.
  package var tests: TestCounts?

  package init(name: String, exitCode: Int?, output: String, stderr: String) {
    self.name = name
    self.exitCode = exitCode
    self.output = output
    self.stderr = stderr
  }

  enum CodingKeys: String, CodingKey {
    case name, output, stderr, tests
    case exitCode = "exit_code"
  }

  // The name of `stderr` in records before `zlab.run/2`.
  private enum OlderKeys: String, CodingKey { case complaint }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    exitCode = try container.decodeIfPresent(Int.self, forKey: .exitCode)
    output = try container.decode(String.self, forKey: .output)
    tests = try container.decodeIfPresent(TestCounts.self, forKey: .tests)
    if let text = try container.decodeIfPresent(String.self, forKey: .stderr) {
      stderr = text
    } else {
      stderr = try decoder.container(keyedBy: OlderKeys.self).decode(String.self, forKey: .complaint)
    }
  }
}

/// Something that a trial which is no pass was to leave and did not.
package struct MissingDiagnostic: Codable, Sendable, Hashable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    /// The guest's memory.
    case core
    /// QEMU's `info registers`.
    case registers
    /// File collected from the guest's disk.
    case files
  }

  package var kind: Kind
  /// Reason, as a clause.
  package var reason: String

  package init(_ kind: Kind, _ reason: String) { (self.kind, self.reason) = (kind, reason) }

  /// For a trial's note: `no core: ...`.
  package var words: String {
    switch kind {
    case .core: "no core: \(reason)"
    case .registers: "no registers: \(reason)"
    case .files: "nothing was collected: \(reason)"
    }
  }
}

/// One execution of a scenario on one fresh guest.
package struct Trial: Codable, Sendable, Hashable {
  /// 1-based, in its run, in the order of starting.
  package var number: Int
  /// Decides all that is random in the trial.
  package var seed: UInt64
  package var verdict: TrialVerdict
  package var end: EndReason
  /// Reason why it is a miss, or what ended it early, in words; nil when there is nothing to add.
  package var note: String?
  package var started: Date
  /// Seconds from the request to the verdict.
  package var duration: Double
  /// Seconds until the guest's runner could be told what to do; nil when it never could.
  package var boot: Double?
  /// Origin of the guest; nil in records of older versions.
  package var start: TrialStart?
  /// Seconds until the first actor was started; nil when none was.
  package var firstActor: Double?
  /// The first finding that counts of each signature, in the order of the console.
  package var findings: [Finding]
  /// Kernel reports before the first actor started, which is not the scenario's doing; nil for nothing.
  package var earlyFindings: [Finding]?
  /// Number of further findings, of the same signatures.
  package var repeats: Int
  package var actors: [ActorResult]
  /// Seconds that it took to end the guest; nil when none was started.
  package var teardown: Double?
  /// CPU seconds that QEMU used; nil when it is not this process's child.
  package var emulatorCPU: Double?
  /// QEMU's exit code, or 128 plus its signal, when it ended by itself.
  package var emulatorExit: Int?
  /// The PSW of a panic or disabled wait, `mask address` in hex.
  package var panicPSW: String?
  /// The last events of QEMU's monitor; nil for a pass.
  package var events: [MonitorEvent]?
  /// The file with the guest's memory, an ELF core, relative to the run's folder; nil when none was made.
  package var core: String?
  /// The file with the registers of a guest that hung, relative to the run's folder; nil when none was made.
  package var registers: String?
  /// Files collected from the guest's disk; nil when nothing was to be.
  package var collected: [CollectedFile]?
  /// Missing diagnostics; ``note`` says the same in words. nil when nothing is missing.
  package var missing: [MissingDiagnostic]?
  /// Course of the rules of a schedule file; nil when the run has none, or nothing was written down.
  package var schedule: TrialSchedule?

  package init(number: Int, seed: UInt64, started: Date) {
    self.number = number
    self.seed = seed
    self.started = started
    verdict = .miss
    end = .labFailure
    duration = 0
    findings = []
    repeats = 0
    actors = []
  }

  enum CodingKeys: String, CodingKey {
    case number, seed, verdict, end, note, started, duration, boot, findings, repeats, actors
    case teardown, start, events, core, registers, collected, missing, schedule
    case firstActor = "first_actor"
    case earlyFindings = "early_findings"
    case emulatorCPU = "emulator_cpu"
    case emulatorExit = "emulator_exit"
    case panicPSW = "panic_psw"
  }
}
