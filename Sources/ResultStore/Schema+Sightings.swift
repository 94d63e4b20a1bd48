import GRDB

/// Index of the first and the last sighting of a signature, without a look at every run that saw it.
@Sendable func addSightingPlaces(_ database: Database) throws {
  try database.alter(table: "sighting") { table in
    // Both are the run's, which never change.
    table.add(column: "line", .text).notNull().defaults(to: "")
    table.add(column: "started", .datetime).notNull().defaults(to: "")
  }
  try database.execute(
    sql: "UPDATE sighting SET (line, started) = (SELECT line, started FROM run WHERE run.id = sighting.run)")
  try database.create(index: "sighting_time", on: "sighting", columns: ["signature", "started"])
  try database.create(index: "sighting_line", on: "sighting", columns: ["signature", "line", "started"])
  try database.execute(sql: "DROP INDEX IF EXISTS sighting_on_signature")
}

/// Indices from which the runs of each kernel and each scenario are counted and found by their start without the rows.
@Sendable func widenRunIndices(_ database: Database) throws {
  try database.execute(sql: "DROP INDEX IF EXISTS run_kernel")
  try database.create(index: "run_kernel", on: "run", columns: ["kernel", "started"])
  try database.create(index: "run_scenario", on: "run", columns: ["scenario", "started"])
}
