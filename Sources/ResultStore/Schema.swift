import GRDB

/// The shapes the database has had: only ever added to, because results live longer than a version.
///
/// Each record is kept whole as JSON beside the columns that queries need.
var schema: DatabaseMigrator {
  var migrator = DatabaseMigrator()
  migrator.registerMigration("1 runs, trials and findings") { database in
    try database.create(table: "run") { table in
      table.primaryKey("id", .text)
      table.column("scenario", .text).notNull()
      table.column("kernel", .text).notNull()
      table.column("state", .text).notNull()
      table.column("started", .datetime).notNull().indexed()
      table.column("record", .blob).notNull()
    }
    try database.create(table: "trial") { table in
      table.column("run", .text).notNull().references("run", onDelete: .cascade)
      table.column("number", .integer).notNull()
      table.column("verdict", .text).notNull()
      table.column("started", .datetime).notNull()
      table.column("duration", .double).notNull()
      table.column("record", .blob).notNull()
      table.primaryKey(["run", "number"])
    }
    try database.create(table: "finding") { table in
      table.column("run", .text).notNull()
      table.column("trial", .integer).notNull()
      table.column("position", .integer).notNull()
      table.column("signature", .text).notNull().indexed()
      table.column("kind", .text).notNull()
      table.column("title", .text).notNull()
      table.primaryKey(["run", "trial", "position"])
      table.foreignKey(["run", "trial"], references: "trial", columns: ["run", "number"], onDelete: .cascade)
    }
  }
  migrator.registerMigration("2 counts, signatures, builds and hosts", migrate: addCounts)
  migrator.registerMigration("3 nights, cells and news", migrate: addNights)
  migrator.registerMigration("4 what nights are compared by", migrate: addComparisons)
  migrator.registerMigration("5 bisections", migrate: addBisects)
  migrator.registerMigration("6 where and when signatures were seen", migrate: addSightingPlaces)
  migrator.registerMigration("7 sightings of the field", migrate: addField)
  migrator.registerMigration("8 names of two tables", migrate: renameTables)
  migrator.registerMigration("9 comparisons of patches", migrate: addVerifies)
  migrator.registerMigration("10 counts of the field beside their signatures", migrate: widenFieldIndices)
  migrator.registerMigration("11 runs of a kernel and a scenario by their start", migrate: widenRunIndices)
  return migrator
}
