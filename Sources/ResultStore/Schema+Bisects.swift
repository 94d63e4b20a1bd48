import GRDB

/// Bisections, and what they hunt.
@Sendable func addBisects(_ database: Database) throws {
  try database.create(table: "bisect") { table in
    table.primaryKey("id", .text)
    table.column("name", .text).notNull()
    table.column("scenario", .text).notNull()
    table.column("state", .text).notNull()
    table.column("started", .datetime).notNull().indexed()
    table.column("ended", .datetime)
    table.column("culprit", .text)
    table.column("confidence", .double).notNull()
    table.column("imported", .boolean).notNull().defaults(to: false)
    table.column("record", .blob).notNull()
  }
  try database.create(table: "hunted", options: .withoutRowID) { table in
    // May name one that was never seen here, so it refers to none.
    table.column("signature", .text).notNull()
    table.column("bisect", .text).notNull().indexed().references("bisect", onDelete: .cascade)
    table.primaryKey(["signature", "bisect"])
  }
}
