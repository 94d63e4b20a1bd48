package import Foundation
import GRDB
import Model

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
        try eachRun(database, line)
        let nights = try Row.fetchCursor(database, sql: "SELECT record, id, imported FROM night ORDER BY started, id")
        while let row = try nights.next() {
          for record in intact(
            [row], of: "night", key: { $0.words(1) }, { try storedRecord(NightRecord.self, $0.value(0)) })
          {
            try line(ArchiveLine(night: archived(record, foreign: row.value(2), database)))
          }
        }
        try eachRecord(BisectRecord.self, of: "bisect", database) {
          try line(ArchiveLine(bisect: .init(record: $0, foreign: $1)))
        }
        try eachRecord(VerifyResult.self, of: "verify", database) {
          try line(ArchiveLine(verify: .init(record: $0, foreign: $1)))
        }
        try eachSighting(database, line)
      }
    } catch {
      if let refusal { throw refusal }
      throw trouble(error, "export the results in \(path)")
    }
  }
}

extension ResultStore {
  private func eachRecord<Value: Decodable>(
    _ type: Value.Type, of table: String, _ database: Database, _ body: (Value, _ isForeign: Bool) throws -> Void
  ) throws {
    let rows = try Row.fetchCursor(database, sql: "SELECT record, id, imported FROM \(table) ORDER BY started, id")
    while let row = try rows.next() {
      for record in intact([row], of: table, key: { $0.words(1) }, { try storedRecord(type, $0.value(0)) }) {
        try body(record, row.value(2))
      }
    }
  }

  private func eachRun(_ database: Database, _ line: (ArchiveLine) throws -> Void) throws {
    let runs = try Row.fetchCursor(
      database,
      sql: """
        SELECT id, record, line, imported, pruned, passes, fails, misses, cut, seconds FROM run ORDER BY started, id
        """)
    while let row = try runs.next() {
      let runs = intact([row], of: "run", key: { $0.words(0) }) { row in
        var run = ArchiveLine.OneRun(
          record: try storedRecord(Run.self, row.value(1)), line: try row.value(2), foreign: try row.value(3))
        if try row.value(4) {
          run.counts = ArchiveLine.Counts(
            passes: try row.value(5), fails: try row.value(6), misses: try row.value(7), cut: try row.value(8),
            seconds: try row.value(9), sightings: try database.sightings(row.value(0)))
        }
        return run
      }
      guard let run = runs.first else { continue }
      try line(ArchiveLine(run: run))
      // A few at a time: all of them are of any number.
      var next = 0
      while true {
        let id = run.record.id
        let trials = try intactTrials(
          database, "trial WHERE run = ? AND number >= ? ORDER BY number LIMIT 500", [id, next])
        for trial in trials { try line(ArchiveLine(trial: .init(run: id, record: trial))) }
        guard let last = trials.last else { break }
        next = last.number + 1
      }
    }
  }

  private func archived(_ record: NightRecord, foreign: Bool, _ database: Database) throws -> ArchiveLine.OneNight {
    ArchiveLine.OneNight(
      record: record, foreign: foreign,
      cells: try intactRecords(
        CellRecord.self, of: "cell", database,
        "SELECT record, position || ' of night ' || night FROM cell WHERE night = ? ORDER BY position", [record.id]),
      news: try intactRecords(
        Regression.self, of: "news", database,
        "SELECT record, position || ' of night ' || night FROM news WHERE night = ? ORDER BY position", [record.id]))
  }
}

extension Database {
  fileprivate func sightings(_ run: String) throws -> [ArchiveLine.TrialObservation] {
    try Row.fetchAll(
      self,
      sql: """
        SELECT signature.signature, kind, title, sighting.trials, named, cut, first_trial, last_seen
        FROM sighting JOIN signature ON signature.signature = sighting.signature WHERE run = ? ORDER BY 1
        """, arguments: [run]
    ).map { row in
      ArchiveLine.TrialObservation(
        signature: row[0], kind: row[1], title: row[2], trials: row[3], named: row[4], cut: row[5], first: row[6],
        seen: row[7])
    }
  }
}

// MARK: - The field

extension ResultStore {
  /// Corrections first: an import counts sightings by them.
  private func eachSighting(_ database: Database, _ line: (ArchiveLine) throws -> Void) throws {
    let sql = """
      SELECT signature, NULL, target FROM signature_group
      UNION ALL SELECT signature, text, target FROM signature_rule ORDER BY 1, 2
      """
    for row in try Row.fetchAll(database, sql: sql) {
      try line(ArchiveLine(grouping: .init(signature: row[0], text: row[1], target: row[2])))
    }
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT s.key, s.raw, s.signature, kind, title, s.cut, host, kernel, boot, seen, origin, text, t.record
        FROM field_sighting AS s JOIN field_signature USING (signature) LEFT JOIN field_excerpt ON sighting = s.id
        LEFT JOIN field_trace AS t ON t.key = s.key ORDER BY s.key
        """)
    while let row = try rows.next() {
      for sighting in intact([row], of: "field_sighting", key: { $0.words(0) }, { try archivedSighting($0) }) {
        try line(ArchiveLine(sighting: sighting))
      }
    }
  }

  // Only the clearest finding of each signature is kept whole.
  private func archivedSighting(_ row: Row) throws -> FieldSighting {
    let (key, raw, signature): (String, String, String) = (try row.value(0), try row.value(1), try row.value(2))
    var title: String = try row.value(4)
    let excerpt: String = row.hasNull(atIndex: 11) ? "" : try row.value(11)
    var finding =
      row.hasNull(atIndex: 12) ? nil : try? storedRecord(Finding.self, row.value(12))
    title = finding?.title ?? title
    if raw != signature, let end = title.range(of: " (with ", options: .backwards) {
      title = String(title[..<end.lowerBound])
    }
    if finding == nil {
      finding = Finding(
        kind: FindingKind(rawValue: try row.value(3)) ?? .other, title: title, message: title,
        truncated: try row.value(5), firstLine: 1, lastLine: 1, signature: raw)
    }
    guard var finding else { throw DamagedRow() }
    (finding.title, finding.signature) = (title, raw)
    return FieldSighting(
      key: key, finding: finding, host: try row.value(6), kernel: try row.value(7), boot: try row.value(8),
      seen: try row.value(9), origin: try row.value(10), excerpt: excerpt)
  }
}
