import Foundation
package import Model
import Storage

/// Result of one trial as a file: `trial.json` in the trial's folder.
package struct TrialResult: Codable, Sendable, Hashable {
  /// `zlab.trial-result/1`.
  package var schema = trialResultSchema
  /// ``TrialJob/cell`` of its job.
  package var cell: String
  /// Id of the run.
  package var run: String
  package var trial: Trial
  /// Host name of the machine that made it.
  package var node: String

  package init(_ trial: Trial, of job: TrialJob, node: String = ProcessInfo.processInfo.hostName) {
    (cell, run, self.trial, self.node) = (job.cell, job.run.id, trial, node)
  }

  /// Reason why it is no result of a job, as a clause; nil when it may be one.
  ///
  /// Keys, paths and counts are checked, as they are stored; texts are escaped where they are printed.
  package func defect(as number: Int, of job: TrialJob) -> String? {
    guard schema == trialResultSchema else { return "its schema is not \(trialResultSchema)" }
    guard cell == job.cell, run == job.run.id else { return "it belongs to another run" }
    guard trial.number == number, trial.seed == job.run.seed(ofTrial: number) else {
      return "its number or seed is not that of trial \(number)"
    }
    guard (trial.verdict == .fail) == !trial.findings.isEmpty else { return "its verdict contradicts its findings" }
    guard trial.verdict != .pass || trial.end == .completed else { return "its verdict contradicts its end" }
    let seconds = [trial.duration, trial.boot ?? 0, trial.firstActor ?? 0, trial.teardown ?? 0, trial.emulatorCPU ?? 0]
    guard seconds.allSatisfy({ (0...10_000_000).contains($0) }), (0...1_000_000_000).contains(trial.repeats) else {
      return "a number in it is out of range"
    }
    for finding in trial.findings + (trial.earlyFindings ?? []) {
      guard isHexID(finding.signature, 16...16) else {
        return "'\(finding.signature.prefix(20))' is no signature"
      }
      guard !finding.title.isEmpty, finding.title.utf8.count <= 4096 else { return "a finding has no title" }
    }
    for file in files where !isPlain(file) { return "'\(file.prefix(40))' is no file of the trial's" }
    return nil
  }

  /// Files of the trial beside its console, relative to the run's folder.
  var files: [String] { [trial.core, trial.registers].compactMap(\.self) + (trial.collected ?? []).compactMap(\.file) }

  /// True for a path below the trial's own folder that no part of leads out of.
  private func isPlain(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return path.utf8.count < 4096 && parts.count > 1 && parts[0] == trialFolderName(trial.number)
      && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") && !$0.contains("\0") } && !reserved.contains(path)
  }

  private var reserved: [String] {
    [resultName, consoleName, "console.log"].map { "\(trialFolderName(trial.number))/\($0)" }
  }
}

/// Schema of a ``TrialResult``.
package let trialResultSchema = "zlab.trial-result/1"

let resultName = "trial.json"
let consoleName = "console.log.gz"
