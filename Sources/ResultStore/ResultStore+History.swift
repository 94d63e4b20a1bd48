package import Foundation
import GRDB
package import Model

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

  /// Counts of its trials.
  package var counts: RunCounts { RunCounts(passes: passes, fails: fails, misses: misses, seconds: seconds) }

  static let columns = "record, passes, fails, misses, seconds, pruned, id"

  /// - Parameter place: where its folder lies.
  init(_ row: Row, _ place: (Run) -> Run) throws {
    run = place(try storedRecord(Run.self, row.value(0)))
    guard run.id == (try row.value(6) as String) else { throw DamagedRow() }
    (passes, fails, misses) = (try row.value(1), try row.value(2), try row.value(3))
    (seconds, isPruned) = (try row.value(4), try row.value(5))
  }
}

extension ResultStore {
  /// History of this cell in the nights before `date` that this machine made, the newest first.
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
      return try database.tallies(intact(rows, of: "run", key: { $0.words(2) }, CellTally.init))
    }
  }

  /// Tallies of the cells of a night, by position.
  /// - Throws: `LabError`.
  package func tallies(ofNight night: String) throws(LabError) -> [Int: CellTally] {
    try read("read the night's results") { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT night.id, night.started, run.id, run.kernel, passes, fails, misses, cut, seconds, cell.position
          FROM cell JOIN night ON night.id = cell.night JOIN run ON run.id = cell.run WHERE night.id = ?
          """, arguments: [night])
      let tallies = intact(rows, of: "run", key: { $0.words(2) }) { ($0, try CellTally($0)) }
      let positions: [Int] = try tallies.map { try $0.0.value(9) }
      return Dictionary(zip(positions, try database.tallies(tallies.map(\.1)))) { first, _ in first }
    }
  }

  /// The signatures that nights of this machine before `date` have seen on this scenario and line of kernels.
  /// - Throws: `LabError`.
  package func knownSignatures(of scenario: String, line: String, before date: Date) throws(LabError) -> Set<String> {
    try read("read which signatures are known") { database in
      try String.fetchSet(
        database,
        sql: "SELECT signature FROM first_naming WHERE scenario = ? AND line = ? AND since < ?",
        arguments: [scenario, line, date])
    }
  }

  /// The runs of a scenario, the newest first: kernels against nights, and rates over time.
  /// - Parameter line: of kernels; nil for all.
  /// - Throws: `LabError`.
  package func history(of scenario: String, line: String? = nil, limit: Int = 1000) throws(LabError) -> [HistoryPoint] {
    try read("read the history of \(scenario)") { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT cell.night, run.started, run.id, COALESCE(cell.kernel, build.name), release, run.line,
            COALESCE(cell.config, ''), passes, fails, misses
          FROM run JOIN build ON build.kernel = run.kernel LEFT JOIN cell ON cell.run = run.id
          WHERE run.scenario = ? AND (? IS NULL OR run.line = ?) ORDER BY run.started DESC LIMIT ?
          """, arguments: [scenario, line, line, limit])
      return intact(rows, of: "run", key: { $0.words(2) }) { row in
        HistoryPoint(
          night: row[0], started: try row.value(1), run: try row.value(2), kernelName: try row.value(3),
          release: try row.value(4), line: try row.value(5), config: try row.value(6), passes: try row.value(7),
          fails: try row.value(8), misses: try row.value(9))
      }
    }
  }

  /// The newest runs with what they came to, the newest first.
  /// - Throws: `LabError`.
  package func countedRuns(limit: Int) throws(LabError) -> [CountedRun] {
    try read("list the runs") { database in
      let rows = try Row.fetchAll(
        database,
        sql: "SELECT \(CountedRun.columns) FROM run ORDER BY started DESC, rowid DESC LIMIT ?", arguments: [limit])
      return intact(rows, of: "run", key: { $0.words(6) }) { try CountedRun($0, placed) }
    }
  }

  /// The scenarios that have runs, by name, with the start of their newest.
  /// - Throws: `LabError`.
  package func scenarios() throws(LabError) -> [(name: String, newest: Date, runs: Int)] {
    try read("list the scenarios") { database in
      let rows = try Row.fetchAll(
        database, sql: "SELECT scenario, MAX(started), COUNT(*) FROM run GROUP BY scenario ORDER BY scenario")
      return intact(rows, of: "run", key: { "of " + $0.words(0) }) { row in
        (name: try row.value(0), newest: try row.value(1), runs: try row.value(2))
      }
    }
  }
}

extension Database {
  /// Tallies with the signatures of each run.
  fileprivate func tallies(_ bare: [CellTally]) throws -> [CellTally] {
    let sightings = try cachedStatement(sql: "SELECT signature, trials, named, cut FROM sighting WHERE run = ?")
    return try bare.map { tally in
      var tally = tally
      for seen in try Row.fetchAll(sightings, arguments: [tally.run]) {
        let signature: String = try seen.value(0)
        tally.signatures[signature] = SignatureTally(
          trials: try seen.value(1), named: try seen.value(2), cut: try seen.value(3))
      }
      return tally
    }
  }
}

extension CellTally {
  /// From columns of night, start, run, kernel and counts.
  fileprivate init(_ row: Row) throws {
    self.init(
      night: try row.value(0), started: try row.value(1), run: try row.value(2), kernel: try row.value(3),
      passes: try row.value(4), fails: try row.value(5), misses: try row.value(6), cut: try row.value(7),
      seconds: try row.value(8))
  }
}
