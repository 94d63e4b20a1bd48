import Foundation
import Guest
import Model
import Schedules
import Trials

extension SnapshotProvider {
  /// The plan of a schedule file for the kernel of the saved guest.
  ///
  /// - Parameter actors: of the scenario.
  /// - Throws: `RequestError` for places that this kernel does not have, `LabError` when it cannot be read.
  func plan(of schedule: ScheduleFile, for actors: [Actor]) async throws -> String {
    try await schedule.plan(
      on: kernelMap(), actors: actors.map { ScheduleActor(name: $0.name, program: $0.program) })
  }

  /// Functions of the saved guest's kernel, with their code.
  /// - Throws: `LabError` when they cannot be read.
  func kernelMap() async throws -> KernelMap {
    typealias Offsets = KernelMap.TaskOffsets
    let files = try await kernelFiles(
      lowcoreSize: Offsets.lowcoreSize, taskSize: Offsets.taskSize,
      pointers: { Offsets.candidates(in: $0).map(\.pointer) }, isWhole: { $0.taskOffsets != nil })
    guard let offsets = files.taskOffsets else {
      throw LabError(
        "cannot tell which task a vCPU runs: the kernel's lowcore does not lead to its idle task",
        advice: "Try again; the guest may have been at work when it was saved.")
    }
    let code = files.code.map { KernelMap.Segment(address: $0.0.address, bytes: $0.1) }
    return KernelMap(symbols: files.symbols, code: code, tasks: offsets)
  }
}

extension KernelFiles {
  fileprivate var taskOffsets: KernelMap.TaskOffsets? {
    let found = KernelMap.TaskOffsets.candidates(in: lowcore).lazy.compactMap { candidate in
      tasks[candidate.pointer].flatMap { KernelMap.TaskOffsets.nameOffset(in: $0) }.map {
        KernelMap.TaskOffsets(current: candidate.offset, name: $0)
      }
    }
    return found.first
  }
}

extension GuestSpec {
  /// Course of the schedule's rules, as the plugin wrote it down; nil when there were none, or it did not.
  func scheduleCourse(rules: Int) -> TrialSchedule? {
    guard rules > 0, let handle = FileHandle(forReadingAtPath: turnsLogPath),
      let data = try? handle.read(upToCount: 4 << 20)
    else { return nil }
    return TrialSchedule(parsing: String(decoding: data, as: UTF8.self), rules: rules)
  }
}
