import GRDB

/// Comparisons of kernels before and after a patch, and the signatures that they saw.
@Sendable func addVerifies(_ database: Database) throws {
  try database.create(table: "verify") { table in
    table.primaryKey("id", .text)
    table.column("scenario", .text).notNull()
    table.column("verdict", .text).notNull()
    table.column("started", .datetime).notNull().indexed()
    table.column("imported", .boolean).notNull().defaults(to: false)
    table.column("record", .blob).notNull()
  }
  try database.create(table: "verify_signature", options: .withoutRowID) { table in
    // May name one whose run is not here, so it refers to none.
    table.column("signature", .text).notNull()
    table.column("verify", .text).notNull().indexed().references("verify", onDelete: .cascade)
    table.column("fate", .text).notNull()
    table.primaryKey(["signature", "verify"])
  }
}
