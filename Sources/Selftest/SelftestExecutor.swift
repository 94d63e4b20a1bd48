import Foundation
package import Guest
package import KernelConfig
package import Model
import Storage
package import Trials

/// Everything that one selftest needs to know.
package struct SelftestRequest: Sendable {
  package var kernel: KernelRecord
  /// The kernel's configuration; nil when it came without one.
  package var config: FinalConfig?
  /// Triggers to pull; all that the kernel offers when empty.
  package var triggers: [String]
  /// Guests at a time, at least 1.
  package var jobs: Int
  package var kernelPath: String
  package var initramfsPath: String
  package var emulator: String
  /// A folder for the consoles, which is made.
  package var folder: String
  package var limits: TrialLimits

  package init(
    kernel: KernelRecord, config: FinalConfig?, triggers: [String], jobs: Int, kernelPath: String,
    initramfsPath: String, emulator: String, folder: String, limits: TrialLimits = TrialLimits()
  ) {
    (self.kernel, self.config, self.triggers, self.jobs) = (kernel, config, triggers, jobs)
    (self.kernelPath, self.initramfsPath, self.emulator) = (kernelPath, initramfsPath, emulator)
    (self.folder, self.limits) = (folder, limits)
  }
}

/// Progress event of a selftest, in order.
package enum SelftestEvent: Sendable {
  /// The triggers that will be pulled.
  case offered([String])
  case began(String)
  case judged(TriggerResult)
}

/// Pulls trigger after trigger, each on a fresh guest, several at a time.
package struct SelftestExecutor: Sendable {
  private let request: SelftestRequest
  private let host: any GuestHost
  private let fresh: SnapshotProvider?
  private let onEvent: @Sendable (SelftestEvent) -> Void

  /// - Parameters:
  ///   - fresh: where guests come from that are made of ``SelftestRequest/guest``; nil to boot each.
  ///   - onEvent: told everything in order; called by one task at a time.
  package init(
    _ request: SelftestRequest, host: any GuestHost, fresh: SnapshotProvider? = nil,
    onEvent: @escaping @Sendable (SelftestEvent) -> Void
  ) {
    (self.request, self.host, self.fresh, self.onEvent) = (request, host, fresh, onEvent)
  }

  /// Makes all trials; those that a cancellation cut short are left out.
  /// - Returns: the results in the kernel's order of triggers.
  /// - Throws: `RequestError` when the kernel has no LKDTM or not the triggers asked for, `LabError` when it cannot
  ///   be asked.
  package func execute() async throws -> [TriggerResult] {
    try makeFolder(URL(fileURLWithPath: request.folder))
    let triggers = try chosen(from: try await offered())
    onEvent(.offered(triggers))
    var results: [Int: TriggerResult] = [:]
    try await withThrowingTaskGroup(of: (Int, TriggerResult).self) { group in
      var rest = triggers.enumerated().makeIterator()
      func add() throws {
        guard !Task.isCancelled, let (index, trigger) = rest.next() else { return }
        onEvent(.began(trigger))
        let pull = try pull(trigger, number: index + 1)
        group.addTask { (index, await pull()) }
      }
      for _ in 0..<max(1, request.jobs) { try add() }
      while let (index, result) = try await group.next() {
        if result.end != .interrupted {
          results[index] = result
          onEvent(.judged(result))
        }
        try add()
      }
    }
    return results.sorted { $0.key < $1.key }.map(\.value)
  }

  private func offered() async throws -> [String] {
    let trial = await trial(try SelftestScenario.list(), number: 0, console: "list")
    try Task.checkCancellation()
    guard trial.verdict == .pass, let output = trial.actors.first?.output else {
      // The actor's word for a kernel that lacks what it needs (EXIT_UNAVAILABLE of images/actors/actor.h).
      if trial.actors.first?.exitCode == 69 {
        throw RequestError(
          "the kernel \(request.kernel.name) has no LKDTM, so nothing in it fails on demand",
          advice: "`zlab selftest` without --kernel builds one that has.")
      }
      throw LabError(
        "cannot ask the kernel \(request.kernel.name) for its triggers: \(reason(trial))",
        evidence: console("list"))
    }
    return ActorWords.triggers(output)
  }

  private func reason(_ trial: Trial) -> String { trial.note ?? trial.findings.first?.title ?? trial.end.rawValue }

  private func chosen(from offered: [String]) throws -> [String] {
    guard !offered.isEmpty else { throw LabError("the kernel \(request.kernel.name) lists no triggers") }
    for trigger in request.triggers where !offered.contains(trigger) {
      let near = offered.min { editDistance($0, trigger) < editDistance($1, trigger) } ?? ""
      throw RequestError(
        "the kernel \(request.kernel.name) offers no trigger '\(trigger)'",
        advice: "The nearest of its \(offered.count) is \(near).")
    }
    return request.triggers.isEmpty ? offered : offered.filter(request.triggers.contains)
  }

  private func pull(_ trigger: String, number: Int) throws -> @concurrent @Sendable () async -> TriggerResult {
    let expectation = TriggerExpectation.all[trigger]
    let isSet = isSet
    let isQuiet = expectation.map { $0.isDue(isSet) == false } ?? false
    let patience = isQuiet ? SelftestScenario.patience.silent : SelftestScenario.patience.due
    let scenario = try SelftestScenario.pull(trigger, times: expectation?.times ?? 1, seconds: patience)
    return {
      let log = console(trigger)
      var result: TriggerResult
      // Once more where the lab failed, not the kernel.
      var attempts = 2
      repeat {
        let trial = await trial(scenario, number: number, console: trigger)
        result = judge(trigger, trial, against: expectation, log: log, isSet: isSet)
        attempts -= 1
      } while result.verdict == .missed && attempts > 0 && !Task.isCancelled
      return result
    }
  }

  private var isSet: @Sendable (String) -> Bool? {
    let config = request.config
    return { option in config.map { $0[option: option] == .yes || $0[option: option] == .module } }
  }

  private func console(_ name: String) -> String { "\(request.folder)/\(name).log" }

  @concurrent private func trial(_ scenario: Scenario, number: Int, console name: String) async -> Trial {
    // A second attempt must not read what the first one left.
    unlink(console(name))
    var guest = request.guest(scenario)
    let id = URL(fileURLWithPath: request.folder).lastPathComponent
    (guest.name, guest.console) = ("zlab-\(id.prefix(8))-\(number)", .file(console(name)))
    let saved = await fresh?.guest()
    let plan = TrialPlan(
      number: number, seed: 0, scenario: scenario, guest: guest, limits: request.limits, saved: saved)
    let trial = await Trials.execute(plan, on: host)
    if let saved, trial.start == .booted { await fresh?.discard(saved) }
    return trial
  }
}

extension SelftestRequest {
  /// Common guest parameters of the selftest, for saving one.
  /// - Throws: `RequestError` when the carried scenario is damaged.
  package var guest: GuestSpec { get throws(RequestError) { guest(try SelftestScenario.list()) } }

  fileprivate func guest(_ scenario: Scenario) -> GuestSpec {
    GuestSpec(
      name: "", kernel: kernelPath, initramfs: initramfsPath, commandLine: scenario.kernelArguments,
      cpus: scenario.cpus, memory: scenario.memory, console: .file(""), emulator: emulator, folder: folder)
  }
}
