package import Foundation
package import Model
package import ResultStore
import Runs
package import Storage

/// Result of retention.
package struct RetentionCount: Codable, Sendable, Hashable {
  /// Folders of trials that were removed.
  package var folders = 0
  /// Runs whose trials were taken out of the database.
  package var runs = 0

  package init() {}
}

/// Removes what old nights left, but never the evidence of a finding that is open.
///
/// - Parameter now: what ages are counted from.
/// - Throws: `LabError` when the results cannot be read or written.
package func makeRoom(
  _ retention: PlannedRetention, store: ResultStore, folders: Locations, now: Date = Date()
) throws(LabError) -> RetentionCount {
  var count = RetentionCount()
  if let age = retention.logs {
    for stale in try store.staleRuns(before: now - age / .seconds(1), unpruned: false) {
      count.folders += removeLogs(stale, folders)
    }
  }
  if let age = retention.trials {
    let stale = try store.staleRuns(before: now - age / .seconds(1), unpruned: true)
    // Logs of trials that nobody knows of any more would stay for ever.
    for run in stale { count.folders += removeLogs(run, folders) }
    try store.prune(stale)
    count.runs = stale.count
  }
  return count
}

private func removeLogs(_ stale: StaleRun, _ folders: Locations) -> Int {
  // Only what we made is ours to remove.
  guard folders.defect(ofRun: stale.run) == nil else { return 0 }
  let folder = folders.run(stale.run).path
  let disk = FileManager.default
  let kept = Set(stale.evidence.map(trialFolderName))
  let names = (try? disk.contentsOfDirectory(atPath: folder)) ?? []
  let old = names.filter { $0.hasPrefix("trial-") && !kept.contains($0) }
  return old.count { (try? disk.removeItem(atPath: "\(folder)/\($0)")) != nil }
}
