package import Foundation
import GRDB
package import Model

/// A kernel that has runs.
package struct TestedKernel: Sendable, Hashable {
  /// As its newest run has it.
  package let kernel: KernelRecord
  package let runs: Int
  /// Start of its newest run.
  package let newest: Date
}

extension ResultStore {
  /// Kernels that have runs, the most recently tested first.
  /// - Throws: `LabError`.
  package func testedKernels(limit: Int) throws(LabError) -> [TestedKernel] {
    try read("list the kernels") { database in
      let rows = try Row.fetchAll(
        database,
        // An index has the counts; of rowid see https://sqlite.org/lang_select.html, "Bare columns in an aggregate query".
        sql: """
          SELECT record, runs, newest, id FROM (SELECT rowid AS place, COUNT(*) AS runs, MAX(started) AS newest FROM run
            GROUP BY kernel ORDER BY MAX(started) DESC LIMIT ?) JOIN run ON run.rowid = place ORDER BY newest DESC
          """, arguments: [limit])
      return intact(rows, of: "run", key: { $0.words(3) }) { row in
        TestedKernel(
          kernel: try storedRecord(Run.self, row.value(0)).kernel, runs: try row.value(1), newest: try row.value(2))
      }
    }
  }

  /// Runs of the kernels whose id begins so, the newest first, and how many there are.
  /// - Throws: `LabError`.
  package func countedRuns(
    ofKernel id: String, limit: Int
  ) throws(LabError) -> (runs: [CountedRun], count: Int) {
    try read("list the runs of the kernel \(id)") { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT \(CountedRun.columns), COUNT(*) OVER () FROM run WHERE \(begins("kernel"))
          ORDER BY started DESC, rowid DESC LIMIT ?
          """, arguments: [id, id, limit])
      let runs = intact(rows, of: "run", key: { $0.words(6) }) { try CountedRun($0, placed) }
      return (runs, try rows.first?.value(7) ?? 0)
    }
  }

  /// Signatures that the runs of one kernel show, in how many trials, the most frequent first.
  /// - Throws: `LabError`.
  package func signatures(
    ofKernel id: String, limit: Int
  ) throws(LabError) -> [(record: SignatureRecord, trials: Int)] {
    try read("read the signatures of the kernel \(id)") { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT signature, SUM(sighting.trials) FROM run JOIN sighting ON sighting.run = run.id WHERE kernel = ?
          GROUP BY signature ORDER BY SUM(sighting.trials) DESC, signature LIMIT ?
          """, arguments: [id, limit])
      return try rows.compactMap { row in
        let (signature, trials): (String, Int) = (row[0], row[1])
        return try database.signatures("WHERE signature = ?", [signature]).first.map { (record: $0, trials: trials) }
      }
    }
  }

  /// Bisections by their start, the newest first.
  /// - Throws: `LabError`.
  package func bisects(limit: Int) throws(LabError) -> [BisectRecord] {
    try read("list the bisections") { database in
      try intactRecords(
        BisectRecord.self, of: "bisect", database, "SELECT record, id FROM bisect ORDER BY started DESC LIMIT ?",
        [limit])
    }
  }
}
