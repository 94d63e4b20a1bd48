import Foundation
import GRDB

/// Comparison tables of a night, so that it reads some rows for each cell and not every night there was.
@Sendable func addComparisons(_ database: Database) throws {
  try database.alter(table: "cell") { table in
    // When its night began; none for a night of another machine, which no night here is compared with.
    table.add(column: "night_started", .datetime)
  }
  try database.execute(
    sql: """
      UPDATE cell SET night_started =
        (SELECT night.started FROM night WHERE night.id = cell.night AND night.imported = 0)
      """)
  try database.create(
    index: "cell_history", on: "cell", columns: ["scenario", "line", "variant", "config", "night_started"])
  // A night that named a signature stays the first that did, however many follow.
  try database.create(table: "acquaintance", options: .withoutRowID) { table in
    table.column("scenario", .text).notNull()
    table.column("line", .text).notNull()
    table.column("signature", .text).notNull().references("signature")
    // The start of the first night that named it.
    table.column("since", .datetime).notNull()
    table.primaryKey(["scenario", "line", "signature"])
  }
  try database.execute(sql: "INSERT INTO acquaintance \(firstNamings) GROUP BY 1, 2, 3")
}

/// Renames two tables after what is in them.
@Sendable func renameTables(_ database: Database) throws {
  try database.rename(table: "acquaintance", to: "first_naming")
  try database.rename(table: "hunted", to: "bisect_target")
}

/// Rows that ``addComparisons(_:)`` and `zlab db check` make of all nights; its columns are those of the table.
let firstNamings = """
  SELECT cell.scenario, cell.line, sighting.signature, MIN(cell.night_started) AS since
  FROM cell JOIN sighting ON sighting.run = cell.run WHERE night_started IS NOT NULL AND named > 0
  """

extension Database {
  /// Records the signatures that a run of a night has named; to be called whenever either of the two is written.
  func noteFirstNaming(by run: String) throws {
    try cachedStatement(
      sql: """
        INSERT INTO first_naming \(firstNamings) AND cell.run = ? GROUP BY 1, 2, 3
        ON CONFLICT DO UPDATE SET since = MIN(since, excluded.since)
        """
    ).execute(arguments: [run])
  }
}
