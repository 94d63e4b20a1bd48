import GRDB
package import Model

// What pages need and reports do not: a part of a run at a time.
extension ResultStore {
  /// The run with exactly this id and what it came to; nil when there is none.
  /// - Throws: `LabError`.
  package func countedRun(_ id: String) throws(LabError) -> CountedRun? {
    try read("look for the run \(id)") { database in
      try Row.fetchOne(database, sql: "SELECT \(CountedRun.columns) FROM run WHERE id = ?", arguments: [id])
        .map { try CountedRun($0, placed) }
    }
  }

  /// Numbers of cells of a night: all, those with a valid trial, and those with a failure.
  /// - Throws: `LabError`.
  package func cellCounts(ofNight night: String) throws(LabError) -> (all: Int, judged: Int, failing: Int) {
    try read("count the night's cells") { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT COUNT(*), COALESCE(SUM(passes + fails > 0), 0), COALESCE(SUM(fails > 0), 0)
          FROM cell LEFT JOIN run ON run.id = cell.run WHERE night = ?
          """, arguments: [night])
      return (try row?.value(0) ?? 0, try row?.value(1) ?? 0, try row?.value(2) ?? 0)
    }
  }

  /// Trials of a run by number, from this number on.
  /// - Throws: `LabError`.
  package func trials(of run: String, from first: Int, limit: Int) throws(LabError) -> [Trial] {
    try read("read the trials of the run \(run)") { database in
      try intactTrials(
        database, "trial WHERE run = ? AND number >= ? ORDER BY number LIMIT ?", [run, first, limit])
    }
  }
}
