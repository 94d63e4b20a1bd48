package import Foundation
import GRDB
package import Model

/// Result of a repair.
package struct StoreRepair: Codable, Sendable, Hashable {
  /// Runs, trials and kernels whose record was written anew from what was stored beside it.
  package var rebuilt = 0
  /// Rows that were taken out, a sentence each.
  package var removed: [String] = []
  /// The database as it was before; nil when nothing was done.
  package var copy: String?
}

extension ResultStore {
  /// Takes out what cannot be read, with what depends on it, and counts anew; a copy of the database stays beside it.
  ///
  /// A run stays, with its scenario, kernel, host and trials, and a trial with its verdict and its findings' titles: only
  /// what the record said beside them is lost.
  /// - Throws: `LabError` when the file itself is damaged, or the disk refuses.
  package func repair(now: Date = Date()) throws(LabError) -> StoreRepair {
    let damaged = try read("look for damaged rows") { try $0.damagedRows() }
    let defects = try check().defects
    guard !damaged.isEmpty || !defects.isEmpty else { return StoreRepair() }
    var repair = StoreRepair()
    let stamp = now.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
    var copy = String(path.dropLast(".sqlite".count)) + ".before-repair-\(stamp)"
    while access(copy + ".sqlite", F_OK) == 0 { copy += "+" }
    do { try database.vacuum(into: copy + ".sqlite") } catch {
      throw trouble(error, "copy the results to \(copy).sqlite", at: path)
    }
    repair.copy = copy + ".sqlite"
    return try write("repair the results") { database in
      for row in damaged {
        if try database.rebuild(row) { repair.rebuilt += 1 } else { repair.removed.append(row.sentence) }
      }
      try database.countAnew()
      try database.countFieldAnew()
      return repair
    }
  }
}

/// A row that cannot be read as what its table holds.
struct DamagedRowKey {
  let table: String
  let rowid: Int64
  let name: String

  var sentence: String { "the \(table == "build" ? "kernel" : table) \(name) cannot be read" }
}

/// Readers of the rows of each table whose rows hold more than counts.
private let readers: [(table: String, name: String, columns: String, read: @Sendable (Row) throws -> Void)] = [
  (
    "run", "id", CountedRun.columns + ", started, state",
    { row in
      let run = try CountedRun(row) { $0 }.run
      let (_, state): (Date, String) = (try row.value(7), try row.value(8))
      guard run.state.rawValue == state else { throw DamagedRow() }
    }
  ),
  (
    "trial", "number || ' of run ' || run", trialColumns,
    { row in
      _ = try storedTrial(row)
      let (_, _): (Date, Double) = (try row.value(3), try row.value(4))
    }
  ),
  (
    "finding", "position || ' of trial ' || trial || ' of run ' || run", "signature, kind, title",
    { row in
      let (_, _, _): (String, String, String) = (try row.value(0), try row.value(1), try row.value(2))
    }
  ),
  (
    "night", "id", "record, id, started",
    { row in
      guard try storedRecord(NightRecord.self, row.value(0)).id == (try row.value(1) as String) else {
        throw DamagedRow()
      }
      let _: Date = try row.value(2)
    }
  ),
  (
    "cell", "position || ' of night ' || night", "record, position",
    { row in
      let cell = try storedRecord(CellRecord.self, row.value(0))
      guard cell.position == (try row.value(1) as Int) else { throw DamagedRow() }
    }
  ),
  ("news", "position || ' of night ' || night", "record", { _ = try storedRecord(Regression.self, $0.value(0)) }),
  ("bisect", "id", "record", { _ = try storedRecord(BisectRecord.self, $0.value(0)) }),
  ("verify", "id", "record", { _ = try storedRecord(VerifyResult.self, $0.value(0)) }),
  ("build", "kernel", "record", { _ = try storedRecord(KernelRecord.self, $0.value(0)) }),
  (
    "signature", "signature", "title, first_seen, last_seen, trials",
    { row in
      let _: String = try row.value(0)
      let (_, _, _): (Date, Date, Int) = (try row.value(1), try row.value(2), try row.value(3))
    }
  ),
  (
    "field_sighting", "key", "key, signature, raw, host, kernel, boot, origin, seen, cut",
    { row in
      for column in 0..<7 { let _: String = try row.value(column) }
      let (_, _): (Date, Bool) = (try row.value(7), try row.value(8))
    }
  ),
  ("field_excerpt", "sighting", "text", { let _: String = try $0.value(0) }),
  (
    "field_trace", "signature", "record, key, clarity",
    { row in
      _ = try storedRecord(Finding.self, row.value(0))
      let (_, _): (String, Int) = (try row.value(1), try row.value(2))
    }
  ),
]

/// Counts of a run that are no numbers become 0; those of one that has its trials are counted anew after that.
private let readableCounts = ["passes", "fails", "misses", "cut", "seconds", "pruned"].map { column in
  "\(column) = CASE WHEN typeof(\(column)) IN ('integer', 'real') THEN \(column) ELSE 0 END"
}.joined(separator: ", ")

extension Database {
  /// Every row that cannot be read.
  func damagedRows() throws -> [DamagedRowKey] {
    var damaged: [DamagedRowKey] = []
    for (table, name, columns, read) in readers {
      let count = columns.split(separator: ",").count
      let rows = try Row.fetchCursor(self, sql: "SELECT \(columns), rowid, \(name) FROM \(table)")
      while let row = try rows.next() {
        do { try read(row) } catch {
          damaged.append(DamagedRowKey(table: table, rowid: row[count], name: row.words(count + 1)))
        }
      }
    }
    return damaged
  }

  /// Writes a damaged row anew from what is stored elsewhere, or takes it out with what refers to it.
  /// - Returns: whether it stays.
  fileprivate func rebuild(_ row: DamagedRowKey) throws -> Bool {
    switch row.table {
    case "run":
      if let run = try? rebuiltRun(row.rowid) {
        try execute(
          sql: "UPDATE run SET record = ?, state = ?, started = ?, \(readableCounts) WHERE rowid = ?",
          arguments: [try storedJSON(run), run.state.rawValue, run.started, row.rowid])
        return true
      }
    case "trial":
      let sql = "SELECT \(trialColumns) FROM trial WHERE rowid = ?"
      if let columns = try Row.fetchOne(self, sql: sql, arguments: [row.rowid]),
        let trial = (try? storedTrial(columns)) ?? (try? rebuiltTrial(columns))
      {
        try execute(
          sql: "UPDATE trial SET record = ?, started = ?, duration = ? WHERE rowid = ?",
          arguments: [try storedJSON(trial), trial.started, trial.duration, row.rowid])
        return true
      }
    case "build":
      let sql = "SELECT run.record FROM run JOIN build ON build.kernel = run.kernel WHERE build.rowid = ?"
      let runs = try Row.fetchAll(self, sql: sql, arguments: [row.rowid])
      if let run = runs.lazy.compactMap({ try? storedRecord(Run.self, $0.value(0)) }).first {
        try execute(
          sql: "UPDATE build SET record = ? WHERE rowid = ?", arguments: [try storedJSON(run.kernel), row.rowid])
        return true
      }
    case "signature":
      try execute(
        sql: """
          UPDATE signature SET (title, first_seen, last_seen) =
            (SELECT MIN(CAST(finding.title AS TEXT)), MIN(trial.started), MAX(trial.started) FROM finding JOIN trial
              ON trial.run = finding.run AND trial.number = finding.trial WHERE finding.signature = signature.signature)
          WHERE rowid = ?1 AND EXISTS (SELECT 1 FROM finding WHERE finding.signature = signature.signature)
          """, arguments: [row.rowid])
      return true
    default: break
    }
    try execute(sql: "DELETE FROM \(row.table) WHERE rowid = ?", arguments: [row.rowid])
    return false
  }

  /// Makes all counts what the rows that are there say.
  fileprivate func countAnew() throws {
    try execute(
      sql: """
        UPDATE run SET passes = (SELECT COUNT(*) FROM trial WHERE run = run.id AND verdict = 'pass'),
          fails = (SELECT COUNT(*) FROM trial WHERE run = run.id AND verdict = 'fail'),
          misses = (SELECT COUNT(*) FROM trial WHERE run = run.id AND verdict = 'miss'),
          seconds = (SELECT COALESCE(SUM(duration), 0) FROM trial WHERE run = run.id)
          WHERE pruned = 0;
        DELETE FROM sighting WHERE run IN (SELECT id FROM run WHERE pruned = 0) AND NOT EXISTS
          (SELECT 1 FROM finding WHERE finding.run = sighting.run AND finding.signature = sighting.signature);
        UPDATE sighting SET trials = (SELECT COUNT(DISTINCT trial) FROM finding
            WHERE finding.run = sighting.run AND finding.signature = sighting.signature)
          WHERE run IN (SELECT id FROM run WHERE pruned = 0);
        UPDATE sighting SET named = MIN(named, trials), cut = MIN(cut, trials);
        UPDATE sighting SET (line, started) = (SELECT line, started FROM run WHERE run.id = sighting.run);
        UPDATE signature SET trials =
          (SELECT COALESCE(SUM(trials), 0) FROM sighting WHERE sighting.signature = signature.signature);
        DELETE FROM first_naming;
        DELETE FROM signature WHERE trials = 0;
        INSERT INTO first_naming \(firstNamings) GROUP BY 1, 2, 3;
        """)
  }
}
