import Foundation
import KernelLogs
package import Model
import Storage

/// Folder of results of a job's trials, shared by machines: `job.json`, and for each trial a folder with `trial.json`,
/// `console.log.gz` and what else the trial left.
///
/// A trial's folder appears whole, by rename(2): onto one that is there the rename fails, on NFS too, so that of two
/// machines that made the same trial the first wins.
package struct ResultFolder: Sendable, Hashable {
  package let path: String

  package init(_ path: String) { self.path = path }

  /// Writes the job, unless the same is there.
  /// - Throws: `RequestError` when the folder holds results of another cell, `LabError` when the disk refuses.
  package func prepare(for job: TrialJob) throws {
    try makeFolder(URL(fileURLWithPath: path))
    if access(path + "/" + jobName, F_OK) == 0 {
      let known = try self.job()
      guard known.cell == job.cell, known.run.id == job.run.id else { throw otherCell(job, known) }
      return
    }
    let isEmpty =
      (try? FileManager.default.contentsOfDirectory(atPath: path))?.allSatisfy { $0.hasPrefix(".") } ?? false
    guard isEmpty else {
      throw RequestError("\(path) is not empty and holds no \(jobName)", advice: "Give a new folder with --into.")
    }
    try job.write(to: path + "/" + jobName)
  }

  /// The job of the folder.
  /// - Throws: `RequestError` when there is none that can be read.
  package func job() throws -> TrialJob {
    let job = try TrialJob(file: path + "/" + jobName)
    let ids = [job.run.kernel.id, job.run.image.id, job.run.image.disk ?? "0"]
    guard isHexID(job.run.id, 8...8), ids.allSatisfy({ isHexID($0, 1...64) }) else {
      throw RequestError("\(path)/\(jobName) is no job of this version of zlab")
    }
    return job
  }

  /// Numbers of the trials that have a result, in order.
  package func numbers() -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.compactMap { name in
      guard let number = Int(name.dropFirst("trial-".count)), (1...1_000_000_000).contains(number),
        name == trialFolderName(number)
      else { return nil }
      return number
    }.sorted()
  }

  /// True if a trial has a result.
  package func contains(_ number: Int) -> Bool {
    access("\(path)/\(trialFolderName(number))/\(resultName)", F_OK) == 0
  }

  /// Adds a trial's result with what the trial left in its own folder: durable when this returns.
  /// - Returns: false when there is one already, which stays.
  /// - Throws: `LabError` when the disk refuses.
  @discardableResult
  package func add(_ result: TrialResult, from folder: String) throws -> Bool {
    let name = trialFolderName(result.trial.number)
    if contains(result.trial.number) { return false }
    let draft = "\(path)/.draft-\(name)-\(result.node)-\(getpid())-\(UInt32.random(in: .min ... .max))"
    try makeFolder(URL(fileURLWithPath: draft))
    defer { if access(draft, F_OK) == 0 { try? FileManager.default.removeItem(atPath: draft) } }
    let console = folder + "/console.log"
    if access(console, F_OK) == 0 { try gzipFile(console, to: draft + "/" + consoleName) }
    for file in result.files {
      let inner = String(file.dropFirst(name.count + 1))
      try makeFolder(URL(fileURLWithPath: draft + "/" + inner).deletingLastPathComponent())
      do { try FileManager.default.copyItem(atPath: folder + "/" + inner, toPath: draft + "/" + inner) } catch {
        throw LabError("cannot copy \(folder)/\(inner) to \(draft): \(reason(error))")
      }
    }
    for file in FileManager.default.enumerator(atPath: draft)?.compactMap({ $0 as? String }) ?? [] {
      try flush(draft + "/" + file)
    }
    try writeDurably(encoded(result), to: draft + "/" + resultName)
    try flush(draft)
    guard rename(draft, "\(path)/\(name)") != 0 else {
      try flush(path)
      return true
    }
    guard errno == EEXIST || errno == ENOTEMPTY else {
      throw LabError("cannot rename \(draft): \(String(cString: strerror(errno)))")
    }
    return false
  }

  /// Reads a trial's result.
  /// - Throws: `RequestError` when it is damaged, or none of the job's.
  package func result(_ number: Int, of job: TrialJob) throws -> TrialResult {
    let name = "\(trialFolderName(number))/\(resultName)"
    // 200 findings take less than a megabyte; an actor's output 64 KiB.
    let data = try RegularFiles(below: path).data(name, limit: 32 << 20)
    let result = try decoded(TrialResult.self, data, "\(path)/\(name)")
    if let defect = result.defect(as: number, of: job) { throw RequestError("\(path)/\(name): \(defect)") }
    return result
  }

  /// Takes a trial into a run's folder: its console, unpacked, and its files.
  /// - Parameters:
  ///   - folder: the run's, in which the trial's folder appears whole; an older one is replaced.
  ///   - limits: of what the trial may have left.
  /// - Throws: `RequestError` when the result or a file is missing, damaged, too large or no regular file; `LabError`.
  package func take(_ number: Int, of job: TrialJob, into folder: String, limits: ResultLimits) throws -> Trial {
    let result = try result(number, of: job)
    let name = trialFolderName(number)
    let draft = "\(folder)/.draft-\(name)-\(getpid())"
    try? FileManager.default.removeItem(atPath: draft)
    try makeFolder(URL(fileURLWithPath: draft))
    do {
      try copyFiles(of: result, to: draft, limits)
      try? FileManager.default.removeItem(atPath: folder + "/" + name)
      guard rename(draft, folder + "/" + name) == 0 else {
        throw LabError("cannot rename \(draft): \(String(cString: strerror(errno)))")
      }
    } catch {
      try? FileManager.default.removeItem(atPath: draft)
      throw error
    }
    return result.trial
  }

  private func copyFiles(of result: TrialResult, to folder: String, _ limits: ResultLimits) throws {
    let name = trialFolderName(result.trial.number)
    let source = RegularFiles(below: path)
    // A trial whose guest was never started has none.
    if result.trial.verdict != .miss || access("\(path)/\(name)/\(consoleName)", F_OK) == 0 {
      let console = "\(name)/\(consoleName)"
      try source.with(console) { descriptor, _ in
        try gunzipFile(descriptor, named: "\(path)/\(console)", to: folder + "/console.log", limit: limits.console)
      }
    }
    var left = limits.files
    for file in result.files {
      let target = folder + file.dropFirst(name.count)
      try makeFolder(URL(fileURLWithPath: target).deletingLastPathComponent())
      left -= try source.copy(file, to: target, limit: left)
    }
  }

  private func otherCell(_ job: TrialJob, _ known: TrialJob) -> RequestError {
    RequestError(
      "\(path) holds results of another cell: \(job.differences(from: known))",
      advice:
        "Trials are joined only where kernel, image, scenario, parameters, schedule, start, seed and versions are equal."
    )
  }
}

/// Limits of what a trial that was made elsewhere may have left, in bytes.
package struct ResultLimits: Sendable, Hashable {
  /// Of the console, unpacked: four times what a trial may print before it is ended as a flood.
  package var console = 4 * TrialLimits().consoleBytes
  /// Of all other files together: a core, and what was collected from the guest's disk.
  package var files: Int

  /// - Parameter memory: of the guest, in MiB.
  package init(memory: Int) { files = (memory + 1024) << 20 }
}

let jobName = "job.json"
