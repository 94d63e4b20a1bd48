import GRDB

/// Sightings of the field: reports of collected logs, with counts by signature, host, kernel and week beside them.
@Sendable func addField(_ database: Database) throws {
  try database.create(table: "field_signature", options: .withoutRowID) { table in
    table.primaryKey("signature", .text)
    table.column("kind", .text).notNull()
    table.column("title", .text).notNull()
    table.column("sightings", .integer).notNull()
    table.column("first_seen", .datetime).notNull()
    table.column("last_seen", .datetime).notNull()
    // When it was collected first.
    table.column("added", .datetime).notNull()
  }
  try database.create(table: "field_trace") { table in
    table.primaryKey("signature", .text).references("field_signature", onDelete: .cascade)
    table.column("clarity", .integer).notNull()
    table.column("key", .text).notNull()
    table.column("record", .blob).notNull()
  }
  try database.create(table: "field_sighting") { table in
    table.autoIncrementedPrimaryKey("id")
    table.column("key", .text).notNull().unique()
    table.column("signature", .text).notNull().references("field_signature")
    // As the log's reader made it; a rule may have put it under another signature.
    table.column("raw", .text).notNull()
    table.column("host", .text).notNull()
    table.column("kernel", .text).notNull()
    table.column("boot", .text).notNull()
    table.column("seen", .datetime).notNull()
    table.column("added", .datetime).notNull()
    table.column("origin", .text).notNull()
    table.column("cut", .boolean).notNull()
  }
  try database.create(index: "field_sighting_signature", on: "field_sighting", columns: ["signature", "seen"])
  try database.create(index: "field_sighting_host", on: "field_sighting", columns: ["host", "seen"])
  // Apart from the sightings, so that they are read without it.
  try database.create(table: "field_excerpt") { table in
    table.primaryKey("sighting", .integer).references("field_sighting", onDelete: .cascade)
    table.column("text", .text).notNull()
  }
  for name in ["host", "kernel"] {
    try database.create(table: "field_\(name)", options: .withoutRowID) { table in
      table.column(name, .text).notNull()
      table.column("signature", .text).notNull().references("field_signature", onDelete: .cascade)
      table.column("sightings", .integer).notNull()
      table.column("first_seen", .datetime).notNull()
      table.column("last_seen", .datetime).notNull()
      table.primaryKey([name, "signature"])
    }
    try database.create(index: "field_\(name)_signature", on: "field_\(name)", columns: ["signature"])
  }
  try database.create(table: "field_week", options: .withoutRowID) { table in
    table.column("signature", .text).notNull().references("field_signature", onDelete: .cascade)
    // Weeks since that of 1970-01-01, beginning on Mondays.
    table.column("week", .integer).notNull()
    table.column("sightings", .integer).notNull()
    table.primaryKey(["signature", "week"])
  }
  try database.create(table: "field_source", options: .withoutRowID) { table in
    table.primaryKey("source", .text)
    table.column("position", .text).notNull()
    table.column("updated", .datetime).notNull()
  }
  // Corrections by hand. Neither refers to a signature that must be there: both outlive an import.
  try database.create(table: "signature_group", options: .withoutRowID) { table in
    table.primaryKey("signature", .text)
    table.column("target", .text).notNull().indexed()
  }
  try database.create(table: "signature_rule", options: .withoutRowID) { table in
    table.column("signature", .text).notNull()
    table.column("text", .text).notNull()
    table.column("target", .text).notNull()
    table.primaryKey(["signature", "text"])
  }
}

/// Indices from which the counts of a signature by host and kernel are read without the rows.
@Sendable func widenFieldIndices(_ database: Database) throws {
  for name in ["host", "kernel"] {
    try database.drop(index: "field_\(name)_signature")
    try database.create(
      index: "field_\(name)_signature", on: "field_\(name)", columns: ["signature", name, "sightings"])
  }
}
