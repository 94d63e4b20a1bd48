import GRDB

/// Nights, what they were made of, and what was new in the morning.
@Sendable func addNights(_ database: Database) throws {
  try database.create(table: "night") { table in
    table.primaryKey("id", .text)
    table.column("plan", .text).notNull()
    table.column("state", .text).notNull()
    table.column("started", .datetime).notNull().indexed()
    table.column("imported", .boolean).notNull().defaults(to: false)
    table.column("record", .blob).notNull()
  }
  try database.create(table: "cell") { table in
    table.column("night", .text).notNull().references("night", onDelete: .cascade)
    table.column("position", .integer).notNull()
    table.column("scenario", .text).notNull()
    table.column("variant", .text).notNull()
    table.column("line", .text).notNull()
    table.column("config", .text).notNull()
    table.column("kernel", .text).notNull()
    table.column("kernel_id", .text)
    table.column("state", .text).notNull()
    table.column("run", .text).references("run", onDelete: .setNull)
    table.column("record", .blob).notNull()
    table.primaryKey(["night", "position"])
  }
  try database.create(index: "cell_key", on: "cell", columns: ["scenario", "line", "variant", "config"])
  try database.create(index: "cell_run", on: "cell", columns: ["run"])
  try database.create(table: "news") { table in
    table.column("night", .text).notNull().references("night", onDelete: .cascade)
    table.column("position", .integer).notNull()
    table.column("kind", .text).notNull()
    table.column("signature", .text).notNull().indexed()
    table.column("scenario", .text).notNull()
    table.column("line", .text).notNull()
    table.column("record", .blob).notNull()
    table.primaryKey(["night", "position"])
  }
}
