import Foundation
package import Guest
package import Model
package import Schedules
package import Storage
import Synchronization
import Trials

/// Single trials under turns, each with rules and a seed of its own, outside of any run's record.
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
  ///   - request: of trials under turns, without rules.
  ///   - folder: gets the trials' files, and is removed with ``close()``.
  ///   - onNote: told what the user should know.
  /// - Throws: `LabError` when the kernel's functions cannot be read.
  package init(
    _ request: RunRequest, in folder: String, host: any GuestHost, folders: Locations,
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
    kernel = try await executor.kernelMap()
    actors = request.scenario.actors.map { ScheduleActor(name: $0.name, program: $0.program) }
    (schedule, self.folder) = (request.schedule, folder)
  }

  /// Removes the files of all trials.
  package func close() { try? FileManager.default.removeItem(atPath: folder) }

  /// A trial with rules; one that was cancelled has the end ``EndReason/interrupted``.
  /// - Throws: `RequestError` for places that the kernel does not have, `LabError` when no trial can begin.
  package func trial(seed: UInt64, rules: [ScheduleRule]) async throws -> Trial {
    try await trial(seed: seed, rules: rules, trace: nil) { _ in }
  }

  /// A trial without rules, and the functions that its tasks entered.
  /// - Parameter reports: number of the kernel's report with which the trace ends, from 1.
  /// - Returns: nil for the trace when the trial left none.
  /// - Throws: as ``trial(seed:rules:)``.
  package func tracedTrial(seed: UInt64, reports: Int) async throws -> (Trial, FunctionTrace?) {
    let list = folder + "/functions"
    try await reportingDisk("write the list of the kernel's functions") { [kernel] in
      try Data(kernel.traceList.utf8).write(to: URL(fileURLWithPath: list))
    }
    var trace: FunctionTrace?
    let wanted = TurnsTrace(functions: list, reports: reports)
    let trial = try await trial(seed: seed, rules: [], trace: wanted) { path in
      trace = FileManager.default.contents(atPath: path).flatMap { FunctionTrace(ring: [UInt8]($0)) }
    }
    return (trial, trace)
  }

  private func trial(
    seed: UInt64, rules: [ScheduleRule], trace: TurnsTrace?, reading: (_ tracePath: String) -> Void
  ) async throws -> Trial {
    let number = last.withLock { last in
      last += 1
      return last
    }
    let plan = try ScheduleFile(file: "the schedule", base: schedule, rules: rules).plan(on: kernel, actors: actors)
    var tracePath = ""
    let work = try executor.begin(number, seed: seed) { spec in
      spec.turnsPlan = plan
      spec.turnsTrace = trace
      tracePath = spec.turnsTracePath
    }
    let trial = await work()
    reading(tracePath)
    try? FileManager.default.removeItem(atPath: folder + "/" + trialFolderName(number))
    return trial
  }
}
