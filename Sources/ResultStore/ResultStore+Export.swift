package import Foundation
import GRDB
import Records

extension ResultStore {
  /// Hands out everything, one JSON object a line, as it stood when it began.
  ///
  /// - Parameter put: gets each line with its newline.
  /// - Throws: `LabError`, and what `put` throws.
  package func export(to put: (Data) throws -> Void) throws {
    // What the reader of the lines refuses is not the database's fault.
    var refusal: (any Error)?
    func line(_ line: ArchiveLine) throws {
      let data = try storedJSON(line) + Data("\n".utf8)
      do { try put(data) } catch {
        refusal = error
        throw error
      }
    }
    do {
      try database.read { database in
        try line(ArchiveLine(header: .init(schema: archiveSchema, machine: machineName, made: Date())))
        try database.eachRun(line)
        let nights = try Row.fetchCursor(database, sql: "SELECT id, record, imported FROM night ORDER BY started, id")
        while let row = try nights.next() { try line(ArchiveLine(night: database.archived(row))) }
        let bisects = try Row.fetchCursor(database, sql: "SELECT record, imported FROM bisect ORDER BY started, id")
        while let row = try bisects.next() {
          try line(ArchiveLine(bisect: .init(record: storedRecord(BisectRecord.self, row[0]), foreign: row[1])))
        }
      }
    } catch {
      if let refusal { throw refusal }
      throw trouble(error, "export the results in \(path)")
    }
  }
}

extension Database {
  fileprivate func eachRun(_ line: (ArchiveLine) throws -> Void) throws {
    let runs = try Row.fetchCursor(
      self,
      sql: """
        SELECT id, record, line, imported, pruned, passes, fails, misses, cut, seconds FROM run ORDER BY started, id
        """)
    while let row = try runs.next() {
      let (id, isPruned): (String, Bool) = (row[0], row[4])
      var run = ArchiveLine.OneRun(
        record: try storedRecord(Run.self, row[1]), line: row[2], foreign: row[3])
      if isPruned {
        run.counts = ArchiveLine.Counts(
          passes: row[5], fails: row[6], misses: row[7], cut: row[8], seconds: row[9], sightings: try sightings(id))
      }
      try line(ArchiveLine(run: run))
      let sql = "SELECT record FROM trial WHERE run = ? ORDER BY number"
      let trials = try Data.fetchCursor(self, sql: sql, arguments: [id])
      while let data = try trials.next() {
        try line(ArchiveLine(trial: .init(run: id, record: storedRecord(Trial.self, data))))
      }
    }
  }

  private func sightings(_ run: String) throws -> [ArchiveLine.Sighting] {
    try Row.fetchAll(
      self,
      sql: """
        SELECT signature.signature, kind, title, sighting.trials, named, cut, first_trial, last_seen
        FROM sighting JOIN signature ON signature.signature = sighting.signature WHERE run = ? ORDER BY 1
        """, arguments: [run]
    ).map { row in
      ArchiveLine.Sighting(
        signature: row[0], kind: row[1], title: row[2], trials: row[3], named: row[4], cut: row[5], first: row[6],
        seen: row[7])
    }
  }

  fileprivate func archived(_ row: Row) throws -> ArchiveLine.OneNight {
    let id: String = row[0]
    return ArchiveLine.OneNight(
      record: try storedRecord(NightRecord.self, row[1]), foreign: row[2],
      cells: try records(CellRecord.self, "SELECT record FROM cell WHERE night = ? ORDER BY position", [id]),
      news: try records(NightNews.self, "SELECT record FROM news WHERE night = ? ORDER BY position", [id]))
  }
}
