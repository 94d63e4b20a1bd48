import Foundation
import GRDB
package import Model

extension ResultStore {
  /// Remembers a night that begins, with its cells.
  /// - Throws: `LabError`.
  package func add(_ night: NightRecord, cells: [CellRecord]) throws(LabError) {
    try write("remember the night") { database in
      try database.insert(night, imported: false)
      for cell in cells { try database.put(cell, of: night.id) }
    }
  }

  /// Remembers the cells of a night that was remembered without them, all or nothing.
  /// - Throws: `LabError`.
  package func add(cells: [CellRecord], to night: String) throws(LabError) {
    try write("remember the night's cells") { database in
      for cell in cells { try database.put(cell, of: night) }
    }
  }

  /// Puts down how a night stands.
  /// - Throws: `LabError`.
  package func update(_ night: NightRecord) throws(LabError) {
    try write("update the night") { database in try database.update(night) }
  }

  /// Puts down how a cell stands, and with it the night, all or nothing.
  /// - Throws: `LabError`.
  package func update(_ cell: CellRecord, of night: NightRecord) throws(LabError) {
    try write("update the night's cell") { database in
      try database.put(cell, of: night.id)
      try database.execute(
        sql: "UPDATE night SET record = ? WHERE id = ?", arguments: [try storedJSON(night), night.id])
    }
  }

  /// Ends a night with what was new in it, all or nothing; what was said of it before is forgotten.
  /// - Throws: `LabError`.
  package func end(_ night: NightRecord, news: [Regression]) throws(LabError) {
    try write("end the night") { database in
      try database.update(night)
      try database.put(news, of: night.id)
    }
  }

  /// The newest nights, the newest first.
  /// - Throws: `LabError`.
  package func nights(limit: Int) throws(LabError) -> [NightRecord] {
    try read("list the nights") { database in
      try intactRecords(
        NightRecord.self, of: "night", database,
        "SELECT record, id FROM night ORDER BY started DESC, rowid DESC LIMIT ?", [limit])
    }
  }

  /// The night that a person means: `latest`, or the first letters of its id; nil when none fits.
  /// - Throws: `RequestError` when several fit, `LabError` when the database cannot be read.
  package func night(_ text: String) throws -> NightRecord? {
    if text == "latest" { return try nights(limit: 1).first }
    let found: [NightRecord] = try read("look for the night \(text)") { database in
      let sql = "SELECT record FROM night WHERE \(begins("id")) ORDER BY started DESC LIMIT 10"
      return try database.records(NightRecord.self, sql, [text, text])
    }
    guard found.count < 2 else {
      throw RequestError("'\(text)' fits several nights: \(found.map(\.id).joined(separator: ", "))")
    }
    return found.first
  }

  /// True if a night was made by another machine.
  /// - Throws: `LabError`.
  package func isImported(night: String) throws(LabError) -> Bool {
    try read("look for the night \(night)") { database in
      try Bool.fetchOne(database, sql: "SELECT imported FROM night WHERE id = ?", arguments: [night]) ?? false
    }
  }

  /// The cells of a night, in the plan's order.
  /// - Throws: `LabError`.
  package func cells(of night: String) throws(LabError) -> [CellRecord] {
    try read("read the night's cells") { database in
      try intactRecords(
        CellRecord.self, of: "cell", database,
        "SELECT record, position || ' of night ' || night FROM cell WHERE night = ? ORDER BY position", [night])
    }
  }

  /// Regressions of a night.
  /// - Throws: `LabError`.
  package func news(of night: String) throws(LabError) -> [Regression] {
    try read("read what was new in the night") { database in
      try intactRecords(
        Regression.self, of: "news", database,
        "SELECT record, position || ' of night ' || night FROM news WHERE night = ? ORDER BY position", [night])
    }
  }

  /// Statements of nights about a signature, the newest first, with the night's id.
  /// - Throws: `LabError`.
  package func news(on signature: String, limit: Int = 200) throws(LabError) -> [(night: String, news: Regression)] {
    try read("read what nights said of \(signature)") { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT night.id, news.record, position || ' of night ' || night FROM news JOIN night ON night.id = news.night
          WHERE signature = ? ORDER BY started DESC, position LIMIT ?
          """, arguments: [signature, limit])
      return intact(rows, of: "news", key: { $0.words(2) }) { row in
        (night: try row.value(0), news: try storedRecord(Regression.self, row.value(1)))
      }
    }
  }
}

extension Database {
  func insert(_ night: NightRecord, imported: Bool) throws {
    try execute(
      sql: "INSERT INTO night (id, plan, state, started, imported, record) VALUES (?, ?, ?, ?, ?, ?)",
      arguments: [night.id, night.plan, night.state.rawValue, night.started, imported, try storedJSON(night)])
  }

  func update(_ night: NightRecord) throws {
    try execute(
      sql: "UPDATE night SET state = ?, record = ? WHERE id = ?",
      arguments: [night.state.rawValue, try storedJSON(night), night.id])
  }

  func put(_ cell: CellRecord, of night: String) throws {
    try execute(
      sql: """
        INSERT INTO cell (night, position, scenario, variant, line, config, kernel, kernel_id, state, run, record,
          night_started)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT started FROM night WHERE id = ? AND imported = 0))
        ON CONFLICT (night, position) DO UPDATE SET scenario = excluded.scenario, variant = excluded.variant,
          line = excluded.line, config = excluded.config, kernel = excluded.kernel, kernel_id = excluded.kernel_id,
          state = excluded.state, run = excluded.run, record = excluded.record
        """,
      arguments: [
        night, cell.position, cell.key.scenario, cell.key.variant, cell.key.line, cell.key.config, cell.kernel,
        cell.kernelID, cell.state.rawValue, cell.run, try storedJSON(cell), night,
      ])
    if let run = cell.run { try noteFirstNaming(by: run) }
  }

  func put(_ news: [Regression], of night: String) throws {
    try execute(sql: "DELETE FROM news WHERE night = ?", arguments: [night])
    for (position, item) in news.enumerated() {
      try execute(
        sql: "INSERT INTO news (night, position, kind, signature, scenario, line, record) VALUES (?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          night, position, item.kind.rawValue, item.signature, item.key.scenario, item.key.line, try storedJSON(item),
        ])
    }
  }
}
