package import Foundation
import GRDB
package import Model

/// A run of an old night, and what of it must stay.
package struct StaleRun: Sendable, Hashable {
  package let run: String
  /// The numbers of the trials that are the evidence of findings which are still open.
  package let evidence: Set<Int>
}

extension ResultStore {
  /// The runs of this machine's nights that began before `date` and are over.
  ///
  /// A finding is open on a scenario and a line of kernels until a night says that it is gone. Its evidence is the
  /// first trial that shows it, of each run.
  /// - Parameter unpruned: leaves out those whose trials were taken out already.
  /// - Throws: `LabError`.
  package func staleRuns(before date: Date, unpruned: Bool) throws(LabError) -> [StaleRun] {
    try read("look for old nights") { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT run.id, cell.scenario, cell.line FROM cell JOIN night ON night.id = cell.night
            JOIN run ON run.id = cell.run
          WHERE night.started < ? AND night.state <> 'running' AND run.imported = 0 AND (? = 0 OR pruned = 0)
          ORDER BY run.started
          """, arguments: [date, unpruned])
      // Thousands of runs share some findings.
      var open: [[String]: Bool] = [:]
      return try rows.map { row in
        let (id, scenario, line): (String, String, String) = (row[0], row[1], row[2])
        let evidence = try Row.fetchAll(
          database, sql: "SELECT signature, first_trial FROM sighting WHERE run = ?", arguments: [id]
        ).filter { row in
          let signature: String = row[0]
          let isOpen = try open[[signature, scenario, line]] ?? database.isOpen(signature, scenario, line)
          open[[signature, scenario, line]] = isOpen
          return isOpen
        }
        return StaleRun(run: id, evidence: Set(evidence.map { $0[1] }))
      }
    }
  }

  /// Takes the trials of old runs out, but for those that are evidence; their counts stay.
  /// - Throws: `LabError`.
  package func prune(_ runs: [StaleRun]) throws(LabError) {
    try write("make room") { database in
      for stale in runs {
        let kept = stale.evidence.map(String.init).joined(separator: ", ")
        try database.execute(
          sql: "DELETE FROM trial WHERE run = ? AND number NOT IN (\(kept))", arguments: [stale.run])
        try database.execute(sql: "UPDATE run SET pruned = 1 WHERE id = ?", arguments: [stale.run])
      }
    }
  }
}

extension Database {
  fileprivate func isOpen(_ signature: String, _ scenario: String, _ line: String) throws -> Bool {
    let last = try String.fetchOne(
      self,
      sql: """
        SELECT kind FROM news JOIN night ON night.id = news.night
        WHERE signature = ? AND scenario = ? AND line = ? ORDER BY started DESC LIMIT 1
        """, arguments: [signature, scenario, line])
    return last != RegressionStatus.gone.rawValue
  }
}
