package import Foundation
import GRDB
package import Records

/// One cell of the strip that shows a scenario's history: a kernel in a night.
package struct HistoryPoint: Codable, Sendable, Hashable {
  /// nil for a run that was made by hand.
  package let night: String?
  package let started: Date
  package let run: String
  package let kernelName: String
  package let release: String
  package let line: String
  package let config: String
  package let passes: Int
  package let fails: Int
  package let misses: Int
}

/// A run with its counts, without its trials.
package struct CountedRun: Sendable, Hashable {
  package let run: Run
  package let passes: Int
  package let fails: Int
  package let misses: Int
  /// Seconds that all its trials took.
  package let seconds: Double
  /// Its trials were taken out to save room, but for those that are evidence.
  package let isPruned: Bool

  /// What its trials came to.
  package var counts: RunCounts { RunCounts(passes: passes, fails: fails, misses: misses, seconds: seconds) }

  static let columns = "record, passes, fails, misses, seconds, pruned"

  init(_ row: Row) throws {
    run = try storedRecord(Run.self, row[0])
    (passes, fails, misses, seconds, isPruned) = (row[1], row[2], row[3], row[4], row[5])
  }
}

extension ResultStore {
  /// How this cell went in the nights before `date` that this machine made, the newest first.
  /// - Throws: `LabError`.
  package func tallies(of key: CellKey, before date: Date, limit: Int) throws(LabError) -> [CellTally] {
    try read("read the history of \(key.scenario)") { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT cell.night, night_started, run.id, run.kernel, passes, fails, misses, cut, seconds
          FROM cell JOIN run ON run.id = cell.run
          WHERE cell.scenario = ? AND cell.line = ? AND cell.variant = ? AND cell.config = ? AND night_started < ?
          ORDER BY night_started DESC, cell.position LIMIT ?
          """, arguments: [key.scenario, key.line, key.variant, key.config, date, limit])
      return try database.tallies(rows)
    }
  }

  /// How the cells of a night went, by position.
  /// - Throws: `LabError`.
  package func tallies(ofNight night: String) throws(LabError) -> [Int: CellTally] {
    try read("read the night's results") { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT night.id, night.started, run.id, run.kernel, passes, fails, misses, cut, seconds, cell.position
          FROM cell JOIN night ON night.id = cell.night JOIN run ON run.id = cell.run WHERE night.id = ?
          """, arguments: [night])
      return Dictionary(zip(rows.map { $0[9] }, try database.tallies(rows))) { first, _ in first }
    }
  }

  /// The signatures that nights of this machine before `date` have seen on this scenario and line of kernels.
  /// - Throws: `LabError`.
  package func knownSignatures(of scenario: String, line: String, before date: Date) throws(LabError) -> Set<String> {
    try read("read which signatures are known") { database in
      try String.fetchSet(
        database,
        sql: "SELECT signature FROM acquaintance WHERE scenario = ? AND line = ? AND since < ?",
        arguments: [scenario, line, date])
    }
  }

  /// The runs of a scenario, the newest first: kernels against nights, and rates over time.
  /// - Parameter line: of kernels; nil for all.
  /// - Throws: `LabError`.
  package func history(of scenario: String, line: String? = nil, limit: Int = 1000) throws(LabError) -> [HistoryPoint] {
    try read("read the history of \(scenario)") { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT cell.night, run.started, run.id, COALESCE(cell.kernel, build.name), release, run.line,
            COALESCE(cell.config, ''), passes, fails, misses
          FROM run JOIN build ON build.kernel = run.kernel LEFT JOIN cell ON cell.run = run.id
          WHERE run.scenario = ? AND (? IS NULL OR run.line = ?) ORDER BY run.started DESC LIMIT ?
          """, arguments: [scenario, line, line, limit]
      ).map { row in
        HistoryPoint(
          night: row[0], started: row[1], run: row[2], kernelName: row[3], release: row[4], line: row[5],
          config: row[6], passes: row[7], fails: row[8], misses: row[9])
      }
    }
  }

  /// The newest runs with what they came to, the newest first.
  /// - Throws: `LabError`.
  package func countedRuns(limit: Int) throws(LabError) -> [CountedRun] {
    try read("list the runs") { database in
      try Row.fetchAll(
        database,
        sql: "SELECT \(CountedRun.columns) FROM run ORDER BY started DESC, rowid DESC LIMIT ?", arguments: [limit]
      ).map(CountedRun.init)
    }
  }

  /// The scenarios that have runs, by name, with the start of their newest.
  /// - Throws: `LabError`.
  package func scenarios() throws(LabError) -> [(name: String, newest: Date, runs: Int)] {
    try read("list the scenarios") { database in
      try Row.fetchAll(
        database, sql: "SELECT scenario, MAX(started), COUNT(*) FROM run GROUP BY scenario ORDER BY scenario"
      ).map { (name: $0[0], newest: $0[1], runs: $0[2]) }
    }
  }
}

extension Database {
  /// Rows of night, start, run, kernel and counts, with the signatures of each run.
  fileprivate func tallies(_ rows: [Row]) throws -> [CellTally] {
    let sightings = try cachedStatement(sql: "SELECT signature, trials, named, cut FROM sighting WHERE run = ?")
    return try rows.map { row in
      var tally = CellTally(
        night: row[0], started: row[1], run: row[2], kernel: row[3], passes: row[4], fails: row[5], misses: row[6],
        cut: row[7], seconds: row[8])
      for seen in try Row.fetchAll(sightings, arguments: [tally.run]) {
        tally.signatures[seen[0]] = SignatureTally(trials: seen[1], named: seen[2], cut: seen[3])
      }
      return tally
    }
  }
}
