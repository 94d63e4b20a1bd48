import Foundation
import HostTools
import Model

/// State of one task of a job array as squeue(1) prints it.
package struct SlurmTask: Sendable, Hashable {
  /// Job id of the array.
  package var job: String
  /// Submission and number of the batch.
  package var batch: BatchID
  /// For instance `PENDING` or `RUNNING`.
  package var state: String
  /// Reason for which it waits, or the nodes that it runs on.
  package var place: String

  /// True if it runs, or did so a moment ago.
  package var isRunning: Bool { state != "PENDING" && !state.hasPrefix("REQUEUE") }

  /// Reason for which it will not run unless an administrator or its user acts, as a clause; nil when it will.
  package var skipReason: String? {
    guard state == "PENDING" || state.hasPrefix("REQUEUE") || state == "SPECIAL_EXIT" else { return nil }
    let reasons = [
      "held", "launch failed", "BadConstraints", "PartitionConfig", "PartitionInactive", "PartitionTimeLimit",
      "PartitionNodeLimit", "InvalidAccount", "InvalidQOS", "AccountNotAllowed", "QOSNotAllowed",
      "DependencyNeverSatisfied",
      "JobHeldUser", "JobHeldAdmin",
    ]
    return reasons.contains { place.localizedCaseInsensitiveContains($0) } ? "pending: \(place)" : nil
  }

  /// Reads a line of `squeue -o '%F|%K|%k|%T|%R'`; nil for one of another job.
  package init?(_ line: some StringProtocol) {
    let parts = String(line).split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 5, let task = Int(parts[1]), let submission = Int(parts[2]) else { return nil }
    (job, batch, state) = (parts[0], BatchID(submission: submission, task: task), parts[3])
    place = parts[4].trimmingCharacters(in: CharacterSet(charactersIn: "() "))
  }
}

/// Name of a batch: tasks are numbered from 0 in each submission, as Slurm bounds the numbers of an array (MaxArraySize).
package struct BatchID: Sendable, Hashable, Comparable {
  package var submission: Int
  package var task: Int

  package init(submission: Int, task: Int) { (self.submission, self.task) = (submission, task) }

  package static func < (left: BatchID, right: BatchID) -> Bool {
    (left.submission, left.task) < (right.submission, right.task)
  }
}

/// Commands of Slurm for the jobs of one run.
struct SlurmQueue: Sendable {
  /// Name of the run's jobs, which finds them again.
  let name: String
  let options: SlurmOptions

  /// Submits an array of batches.
  /// - Parameters:
  ///   - submission: kept as the jobs' comment.
  ///   - count: of batches; their numbers begin with 0.
  ///   - minutes: time limit of each.
  /// - Returns: the array's job id.
  /// - Throws: `LabError` with Slurm's words.
  func submit(_ submission: Int, count: Int, folder: String, worker: SlurmWorker, minutes: Int) async throws -> String {
    var words = [
      "--parsable", "--job-name=\(name)", "--comment=\(submission)", "--requeue", "--open-mode=append",
      "--export=PATH,HOME", "--signal=B:TERM@30", "--ntasks=1", "--cpus-per-task=\(worker.cpus)",
      "--mem=\(worker.memory)", "--time=\(minutes)", "--output=\(folder)/batch-%a.out", "--chdir=/",
    ]
    words.append("--array=0-\(count - 1)\(options.slots.map { "%\($0)" } ?? "")")
    let text = try await tool("sbatch", words + options.words + [folder + "/worker.sh"], "submit trials to Slurm").run()
      .text
    return String(text.prefix { $0.isNumber })
  }

  /// Tasks of the run that are in the queue.
  /// - Throws: `LabError` when Slurm's controller does not answer.
  func tasks() async throws -> [SlurmTask] {
    let words = ["--noheader", "--array", "--name=\(name)", "--format=%F|%K|%k|%T|%R", "--states=all"]
    let text = try await tool("squeue", words, "ask Slurm for its queue").run().text
    let over: Set = [
      "COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "BOOT_FAIL", "DEADLINE", "PREEMPTED",
    ]
    return text.split(separator: "\n").compactMap { SlurmTask($0) }.filter { !over.contains($0.state) }
  }

  /// Cancels tasks of the run.
  /// - Parameter tasks: nil for all.
  /// - Throws: `LabError` when Slurm's controller does not answer.
  func cancel(_ tasks: [SlurmTask]? = nil) async throws {
    let words = tasks.map { $0.map { "\($0.job)_\($0.batch.task)" } } ?? ["--name=\(name)"]
    guard !words.isEmpty else { return }
    try await tool("scancel", ["--quiet"] + words, "cancel jobs of Slurm").run()
  }

  /// CPUs of the partition's nodes that are in service; nil when it cannot be told.
  func cpus() async -> Int? {
    let words = ["--noheader", "--format=%C"] + (options.partition.map { ["--partition=\($0)"] } ?? [])
    guard let text = try? await tool("sinfo", words, "ask Slurm for its nodes").run().text else { return nil }
    // Allocated/idle/other/total of each line.
    let counts = text.split(separator: "\n").map {
      $0.split(separator: "/").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    }
    return counts.filter { $0.count == 4 }.map { $0[0] + $0[1] }.reduce(0, +)
  }

  func tool(_ program: String, _ arguments: [String], _ purpose: String) -> HostTool {
    var tool = HostTool(program, arguments, to: purpose)
    // The controller may be restarting; the tools themselves wait for it.
    tool.timeLimit = .seconds(120)
    for name in ["SLURM_CONF", "USER"] { tool.environment[name] = ProcessInfo.processInfo.environment[name] }
    return tool
  }
}
