import Foundation
import GRDB
package import Model

/// Result of a database check.
package struct StoreCheck: Codable, Sendable, Hashable {
  /// Rows by table.
  package let rows: [String: Int]
  /// In bytes, without what waits in the write-ahead log.
  package let size: Int
  /// A sentence each; empty when all is well.
  package let defects: [String]
  /// Rows that cannot be read; the first of them are among the flaws.
  package let damaged: Int
}

extension ResultStore {
  /// Looks at all of it: the file's own structure, rows that cannot be read or point nowhere, and counts that do not
  /// add up.
  ///
  /// Where the file itself is damaged, it is set aside.
  /// - Throws: `LabError` when it is set aside or cannot be read.
  package func check() throws(LabError) -> StoreCheck {
    do {
      return try database.read { database in
        let words = try String.fetchAll(database, sql: "PRAGMA integrity_check(20)")
        // Damage, as far as SQLite tells it from rows that break a constraint.
        guard words == ["ok"] else {
          throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: words.prefix(3).joined(separator: "; "))
        }
        let damaged = try database.damagedRows()
        return StoreCheck(
          rows: try counts(database), size: fileSize(path),
          defects: try damaged.prefix(20).map(\.sentence) + dangling(database) + miscounted(database)
            + database.miscountedField(),
          damaged: damaged.count)
      }
    } catch let error as DatabaseError where error.isDamage {
      throw quarantine(path, error)
    } catch {
      throw trouble(error, "check the results in \(path)")
    }
  }

  /// Writes the database anew without the room that was given up, and folds the write-ahead log into it.
  /// - Returns: bytes before and after.
  /// - Throws: `LabError`, also while another zlab writes to it.
  package func compact() throws(LabError) -> (before: Int, after: Int) {
    let before = fileSize(path) + fileSize(path + "-wal")
    do {
      try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA optimize; VACUUM") }
      _ = try database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    } catch {
      throw trouble(error, "compact the results in \(path)")
    }
    return (before, fileSize(path) + fileSize(path + "-wal"))
  }
}

private func fileSize(_ path: String) -> Int {
  (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
}

private func counts(_ database: Database) throws -> [String: Int] {
  var counts: [String: Int] = [:]
  for table in [
    "run", "trial", "finding", "signature", "build", "host", "night", "cell", "news", "bisect", "verify",
    "field_sighting", "field_signature",
  ] {
    counts[table] = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM \(table)") ?? 0
  }
  return counts
}

private func dangling(_ database: Database) throws -> [String] {
  let rows = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").prefix(20)
  return rows.map { row in
    let (table, parent): (String, String) = (row[0], row[2])
    return "a row of \(table) points to a row of \(parent) that is not there"
  }
}

// Of runs whose trials were taken out, the counts are all that is left.
private func miscounted(_ database: Database) throws -> [String] {
  let runs = try String.fetchAll(
    database,
    sql: """
      SELECT run.id FROM run LEFT JOIN (SELECT run, SUM(verdict = 'pass') AS p, SUM(verdict = 'fail') AS f,
        SUM(verdict = 'miss') AS m FROM trial GROUP BY run) AS t ON t.run = run.id
      WHERE pruned = 0 AND (passes <> COALESCE(p, 0) OR fails <> COALESCE(f, 0) OR misses <> COALESCE(m, 0)) LIMIT 20
      """)
  let signatures = try String.fetchAll(
    database,
    sql: """
      SELECT signature FROM signature
      WHERE trials <> (SELECT COALESCE(SUM(trials), 0) FROM sighting WHERE sighting.signature = signature.signature)
      LIMIT 20
      """)
  let strange = try Int.fetchOne(
    database,
    sql: """
      SELECT 1 WHERE EXISTS (SELECT * FROM (\(firstNamings) GROUP BY 1, 2, 3) EXCEPT SELECT * FROM first_naming)
        OR EXISTS (SELECT * FROM first_naming EXCEPT SELECT * FROM (\(firstNamings) GROUP BY 1, 2, 3))
      """)
  let misplaced = try Int.fetchOne(
    database,
    sql: """
      SELECT 1 FROM sighting JOIN run ON run.id = sighting.run
      WHERE sighting.line <> run.line OR sighting.started <> run.started LIMIT 1
      """)
  return (misplaced == nil ? [] : ["when a signature was seen is not what its runs say"])
    + (strange == nil ? [] : ["which night first named a signature is not what the nights say"])
    + runs.map { "the counts of the run \($0) are not those of its trials" }
    + signatures.map { "the count of the signature \($0) is not that of its sightings" }
}
