import Foundation
package import Guest
package import Model
package import Schedules
package import Storage
import Synchronization
import Trials

/// Trial with a trace of the functions that its tasks entered.
package struct TracedTrial: Sendable {
  package let trial: Trial
  package let course: TrialSchedule
  package let trace: FunctionTrace
}

/// Single trials, each with rules and a seed of its own, outside of any run's record.
package final class TrialProbe: Sendable {
  /// Functions of the kernel under test.
  package let kernel: KernelMap
  /// Programs of the scenario.
  package let actors: [ScheduleActor]

  private let executor: LocalExecutor
  private let schedule: Schedule
  private let folder: String
  private let last = Mutex(0)

  /// - Parameters:
  ///   - request: of trials, without rules.
  ///   - folder: gets the trials' files, and is removed with ``close()``.
  ///   - readsKernel: whether ``kernel`` is read, without which no rule can be carried out and nothing traced.
  ///   - onNote: told what the user should know.
  /// - Throws: `LabError` when the kernel's functions cannot be read.
  package init(
    _ request: RunRequest, in folder: String, host: any GuestHost, folders: Locations, readsKernel: Bool = true,
    onNote: @escaping @Sendable (String) -> Void
  ) async throws {
    try await host.prepare(for: request.schedule)
    try? FileManager.default.removeItem(atPath: folder)
    try makeFolder(URL(fileURLWithPath: folder))
    let run = request.newRun(id: newRunID(), in: folder)
    executor = try await LocalExecutor(
      run, request, host: host, folders: folders, line: AdmissionQueue(freeMemory: { availableMemory() })
    ) {
      if case .note(let text) = $0 { onNote(text) }
    }
    kernel =
      if readsKernel { try await executor.kernelMap() } else {
        KernelMap(symbols: "", code: [], tasks: .init(current: 0, name: 0))
      }
    actors = request.scenario.actors.map { ScheduleActor(name: $0.name, program: $0.program) }
    (schedule, self.folder) = (request.schedule, folder)
  }

  /// Removes the files of all trials.
  package func close() { try? FileManager.default.removeItem(atPath: folder) }

  /// Analysis of a traced trial's functions.
  /// - Parameter blaming: functions of the failure's trace.
  package func analysis(of traced: TracedTrial, blaming: [String] = []) -> TraceAnalysis {
    TraceAnalysis(traced.trace, kernel: kernel, actors: actors, cpus: schedule.cpus ?? 2, blaming: blaming)
  }

  /// A trial with rules; one that was cancelled has the end ``EndReason/interrupted``.
  /// - Parameter round: begins a round; each rule counts in a round of its own only. Nil for none.
  /// - Throws: `RequestError` for places that the kernel does not have, `LabError` when no trial can begin.
  package func trial(seed: UInt64, rules: [ScheduleRule], round: ScheduleRound? = nil) async throws -> Trial {
    try await trial(seed: seed, rules: rules, round: round, trace: nil) { _ in }
  }

  /// A trial with or without rules, the course of the rules, and the functions that its tasks entered.
  /// - Parameters:
  ///   - reports: number of the kernel's report with which the trace ends, from 1.
  ///   - limit: entries of one function that are traced; nil for all.
  /// - Throws: as ``trial(seed:rules:)``, and `LabError` when the trial left no trace.
  package func tracedTrial(seed: UInt64, rules: [ScheduleRule] = [], reports: Int, limit: Int? = nil) async throws
    -> TracedTrial
  {
    let list = folder + "/functions"
    try await reportingDisk("write the list of the kernel's functions") { [kernel] in
      try Data(kernel.traceList(limit: limit).utf8).write(to: URL(fileURLWithPath: list))
    }
    var trace: FunctionTrace?
    var log = ""
    let wanted = TurnsTrace(functions: list, reports: reports)
    let trial = try await trial(seed: seed, rules: rules, trace: wanted) { spec in
      trace = FileManager.default.contents(atPath: spec.turnsTracePath).flatMap { FunctionTrace(ring: [UInt8]($0)) }
      log = (try? String(contentsOfFile: spec.turnsLogPath, encoding: .utf8)) ?? ""
    }
    try Task.checkCancellation()
    guard let trace else {
      throw LabError("a trial left no trace of the functions that tasks enter: \(trial.note ?? trial.end.rawValue)")
    }
    return TracedTrial(trial: trial, course: TrialSchedule(parsing: log, rules: rules.count), trace: trace)
  }

  private func trial(
    seed: UInt64, rules: [ScheduleRule], round: ScheduleRound? = nil, trace: TurnsTrace?, reading: (GuestSpec) -> Void
  ) async throws -> Trial {
    let number = last.withLock { last in
      last += 1
      return last
    }
    let isPlain = rules.isEmpty && trace == nil
    let plan =
      isPlain
      ? nil
      : try ScheduleFile(file: "the schedule", base: schedule, rules: rules).plan(
        on: kernel, actors: actors, round: round)
    var guest: GuestSpec?
    let work = try executor.begin(number, seed: seed) { spec in
      spec.turnsPlan = plan
      spec.turnsTrace = trace
      guest = spec
    }
    var trial = await work()
    if let guest { reading(guest) }
    if let guest, !rules.isEmpty { trial.schedule = guest.scheduleCourse(rules: rules.count) }
    try? FileManager.default.removeItem(atPath: folder + "/" + trialFolderName(number))
    return trial
  }
}
