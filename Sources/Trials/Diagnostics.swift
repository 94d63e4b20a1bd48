import Foundation
import Guest
import Model
import Storage

/// Diagnostics of a guest whose trial is over and no pass, before it is ended.
struct Diagnostics: Sendable {
  var events: [MonitorEvent] = []
  var core: String?
  var registers: String?
  /// Diagnostics that could not be taken, with reasons.
  var missing: [MissingDiagnostic] = []

  /// Puts what was taken into the record of a trial that was judged.
  func fill(_ trial: inout Trial) {
    if trial.verdict != .pass { trial.events = events }
    (trial.core, trial.registers) = (core, registers)
    for one in missing { trial.lacks(one) }
  }
}

extension Trial {
  /// Puts down that something could not be taken, and says so in its note.
  mutating func lacks(_ diagnostic: MissingDiagnostic) {
    missing = (missing ?? []) + [diagnostic]
    note = note.map { $0 + "; " + diagnostic.words } ?? diagnostic.words
  }
}

extension TrialDriver {
  /// Takes what there is to take from a guest in which the trial has ended so.
  func collectDiagnostics(_ ending: EndReason) async -> Diagnostics {
    // Taken first: what follows makes QEMU report more.
    var diagnostics = Diagnostics(events: guest.monitorEvents)
    // What was printed before this counts, what we make the guest print does not.
    await watcher.catchUp()
    if ending.isAlive && !Task.isCancelled {
      if ending.isHang { await takeRegisters(&diagnostics) }
      if ending != .completed || !watcher.findings.kept.isEmpty { await takeCore(&diagnostics) }
      if ending.isHang { await injectNMI() }
    }
    return diagnostics
  }

  private func takeRegisters(_ diagnostics: inout Diagnostics) async {
    let guest = guest
    guard let result = await within(.seconds(5), { try await guest.registers() }) else {
      return diagnostics.missing.append(MissingDiagnostic(.registers, "QEMU did not tell them within 5 s"))
    }
    do {
      let file = "registers.txt"
      let text = Data(try result.get().utf8.prefix(64 << 10))
      try text.write(to: URL(fileURLWithPath: plan.guest.folder).appending(path: file))
      diagnostics.registers = "\(trialFolderName(plan.number))/\(file)"
    } catch {
      diagnostics.missing.append(
        MissingDiagnostic(.registers, (error as? LabError)?.problem ?? String(describing: error)))
    }
  }

  private func takeCore(_ diagnostics: inout Diagnostics) async {
    guard let cores = plan.cores, cores.take() else { return }
    onPhase(.dumping)
    let (guest, path) = (guest, plan.guest.folder + "/core.elf")
    if let problem = lackOfRoom() {
      diagnostics.missing.append(MissingDiagnostic(.core, problem))
    } else {
      switch await within(plan.limits.core, { try await guest.dumpCore(to: path) }) {
      case .success: return diagnostics.core = "\(trialFolderName(plan.number))/core.elf"
      case .failure(let error):
        diagnostics.missing.append(
          MissingDiagnostic(.core, (error as? LabError)?.problem ?? String(describing: error)))
      case nil:
        let limit = plan.limits.core.components.seconds
        diagnostics.missing.append(MissingDiagnostic(.core, "it was not written within \(limit) s"))
      }
      // Half a core is of no use; whoever still writes it ends with the guest.
      unlink(path)
    }
    cores.giveBack()
  }

  /// A core is as big as the guest's memory; the consoles of trials under way are to fit beside it.
  private func lackOfRoom() -> String? {
    let needed = (plan.guest.memory << 20) + 4 * plan.limits.consoleBytes
    guard let free = freeSpace(at: plan.guest.folder), free < needed else { return nil }
    return "\(free >> 20) MiB are free where \(plan.guest.folder) lies, and it takes \(needed >> 20) MiB"
  }

  /// Sends an NMI and waits until the guest has said what it has to say, for 2 s at most.
  ///
  /// An s390x kernel takes the restart interruption and stops in a disabled wait without a word, unless it was told
  /// otherwise under /sys/firmware/shutdown_actions/on_restart (arch/s390/kernel/ipl.c, do_restart).
  private func injectNMI() async {
    watcher.ignoreFurtherReports()
    let guest = guest
    guard case .success = await within(.seconds(2), { try await guest.injectNMI() }) else { return }
    let deadline = ContinuousClock.now + .seconds(2)
    let before = watcher.lines
    var stopped: ContinuousClock.Instant?
    while .now < deadline, !Task.isCancelled, watcher.lines == before || watcher.quiet < .milliseconds(200) {
      if stopped == nil, guest.hasStopped { stopped = .now }
      // What was printed before it stopped is in the file a moment later.
      if let stopped, stopped.duration(to: .now) > .milliseconds(200) { return }
      try? await Task.sleep(for: .milliseconds(20))
      await watcher.catchUp()
    }
  }
}

extension RunningGuest {
  fileprivate var hasStopped: Bool { monitorEvents.contains { ["GUEST_PANICKED", "SHUTDOWN"].contains($0.name) } }
}

extension EndReason {
  /// The guest's QEMU is there, and nobody has asked to stop.
  fileprivate var isAlive: Bool {
    switch self {
    case .completed, .finding, .panic, .storm, .flood, .overran, .silence, .noBoot: true
    case .emulatorDied, .labFailure, .interrupted: false
    }
  }

  fileprivate var isHang: Bool { [.overran, .silence, .noBoot].contains(self) }
}

/// Result of a call that cannot be cancelled; nil when that takes too long, or the caller is cancelled.
private func within<Value: Sendable>(
  _ limit: Duration, _ call: @escaping @Sendable () async throws -> Value
) async -> Result<Value, any Error>? {
  let (results, continuation) = AsyncStream.makeStream(of: Result<Value, any Error>.self)
  Task {
    do { continuation.yield(.success(try await call())) } catch { continuation.yield(.failure(error)) }
    continuation.finish()
  }
  let clock = Task {
    try? await Task.sleep(for: limit)
    continuation.finish()
  }
  defer { clock.cancel() }
  for await result in results { return result }
  return nil
}
