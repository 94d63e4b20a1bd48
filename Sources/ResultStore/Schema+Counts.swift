import Foundation
import GRDB
import Model

/// Summaries beside the trials, kept by the same transactions: a page must not read a million trials.
@Sendable func addCounts(_ database: Database) throws {
  try database.create(table: "host") { table in
    table.autoIncrementedPrimaryKey("id")
    table.column("facts", .text).notNull().unique()
  }
  try database.create(table: "build") { table in
    table.primaryKey("kernel", .text)
    table.column("name", .text).notNull()
    table.column("release", .text).notNull()
    table.column("line", .text).notNull()
    table.column("made", .text).notNull()
    table.column("seconds", .double)
    table.column("record", .blob).notNull()
  }
  try database.alter(table: "run") { table in
    for count in ["passes", "fails", "misses", "cut"] { table.add(column: count, .integer).notNull().defaults(to: 0) }
    table.add(column: "seconds", .double).notNull().defaults(to: 0)
    table.add(column: "line", .text).notNull().defaults(to: "")
    table.add(column: "host", .integer).references("host")
    // Made by another machine.
    table.add(column: "imported", .boolean).notNull().defaults(to: false)
    // Its trials were taken out to save room; its counts still hold them.
    table.add(column: "pruned", .boolean).notNull().defaults(to: false)
  }
  try database.create(index: "run_scenario_line", on: "run", columns: ["scenario", "line", "started"])
  try database.create(index: "run_kernel", on: "run", columns: ["kernel"])
  try database.create(table: "signature") { table in
    table.primaryKey("signature", .text)
    table.column("kind", .text).notNull()
    table.column("title", .text).notNull()
    table.column("first_seen", .datetime).notNull()
    table.column("last_seen", .datetime).notNull().indexed()
    table.column("trials", .integer).notNull()
  }
  try database.create(table: "sighting") { table in
    table.column("run", .text).notNull().references("run", onDelete: .cascade)
    table.column("signature", .text).notNull().indexed().references("signature")
    table.column("trials", .integer).notNull()
    table.column("named", .integer).notNull()
    table.column("cut", .integer).notNull()
    table.column("first_trial", .integer).notNull()
    table.primaryKey(["run", "signature"])
  }
  try countWhatIsThere(database)
}

// In SQL, so that it means the same however the records' types change.
private func countWhatIsThere(_ database: Database) throws {
  // A record that is no JSON must not keep all others from a newer version.
  for table in ["run", "trial"] {
    try database.execute(
      sql: "UPDATE \(table) SET record = CAST('{}' AS BLOB) WHERE NOT json_valid(CAST(record AS TEXT))")
  }
  try database.execute(
    sql: """
      UPDATE run SET passes = (SELECT COUNT(*) FROM trial WHERE run = run.id AND verdict = 'pass'),
        fails = (SELECT COUNT(*) FROM trial WHERE run = run.id AND verdict = 'fail'),
        misses = (SELECT COUNT(*) FROM trial WHERE run = run.id AND verdict = 'miss'),
        cut = (SELECT COUNT(*) FROM trial WHERE run = run.id AND verdict = 'fail'
          AND json_extract(CAST(record AS TEXT), '$.end') <> 'completed'),
        seconds = (SELECT COALESCE(SUM(duration), 0) FROM trial WHERE run = run.id);
      INSERT INTO signature SELECT signature, MIN(finding.kind), MIN(title), MIN(trial.started), MAX(trial.started),
        COUNT(*) FROM finding JOIN trial ON trial.run = finding.run AND trial.number = finding.trial
        GROUP BY signature;
      INSERT INTO sighting SELECT finding.run, finding.signature, COUNT(*),
        SUM(position = 0 OR COALESCE(json_extract(CAST(record AS TEXT), '$.findings[' || position || '].taint'), '')
          NOT LIKE '%D%'),
        SUM(verdict = 'fail' AND COALESCE(json_extract(CAST(record AS TEXT), '$.end'), 'completed') <> 'completed'),
        MIN(trial)
        FROM finding JOIN trial ON trial.run = finding.run AND trial.number = finding.trial
        GROUP BY finding.run, finding.signature;
      INSERT OR IGNORE INTO host (facts) SELECT COALESCE(json_extract(CAST(record AS TEXT), '$.host'), '{}') FROM run;
      UPDATE run SET host = (SELECT host.id FROM host
        WHERE facts = COALESCE(json_extract(CAST(run.record AS TEXT), '$.host'), '{}'));
      """)
  let kernels = try Row.fetchAll(
    database, sql: "SELECT kernel, json_extract(CAST(record AS TEXT), '$.kernel') AS kernel_record FROM run GROUP BY 1")
  for row in kernels {
    let (id, text): (String, String?) = (row[0], row[1])
    guard let data = text.map({ Data($0.utf8) }),
      let fields = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
      let release = fields["release"] as? String
    else { continue }
    let line = kernelLine(release)
    let seconds = (fields["build"] as? [String: Any])?["seconds"] as? Double
    try database.execute(
      sql: "INSERT INTO build (kernel, name, release, line, made, seconds, record) VALUES (?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        id, fields["name"] as? String ?? "", release, line, fields["created"] as? String ?? "", seconds, data,
      ])
    try database.execute(sql: "UPDATE run SET line = ? WHERE kernel = ?", arguments: [line, id])
  }
}
