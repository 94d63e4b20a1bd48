import Foundation
import GRDB
import Model

/// Rules by which sightings of one signature are put under others, as `zlab signature split` made them.
struct FieldRules {
  private var rules: [String: [(text: String, target: String)]] = [:]

  init(_ database: Database) throws {
    for row in try Row.fetchAll(database, sql: "SELECT signature, text, target FROM signature_rule ORDER BY 1, 2") {
      rules[row[0], default: []].append((row[1], row[2]))
    }
  }

  /// The finding as it is counted.
  func finding(of sighting: FieldSighting) -> Finding {
    var finding = sighting.finding
    guard let rule = rules[finding.signature]?.first(where: { sighting.excerpt.contains($0.text) }) else {
      return finding
    }
    finding.signature = rule.target
    finding.title += " (with \(rule.text))"
    return finding
  }
}

/// A week, counted from the one of 1970-01-01; it begins on Monday.
func weekNumber(_ date: Date) -> Int {
  Int(((date.timeIntervalSince1970 / 86_400).rounded(.down) + 3) / 7)
}

extension Database {
  /// Stores a sighting unless its report is there already; of two copies the better one stays.
  /// - Returns: the signature that it counts under, and whether it was stored now.
  func take(_ sighting: FieldSighting, _ rules: FieldRules, _ now: Date) throws -> (signature: String, isStored: Bool) {
    let finding = rules.finding(of: sighting)
    let signature = finding.signature
    let known = try cachedStatement(
      sql: "SELECT id, signature, host, kernel, seen, origin, cut FROM field_sighting WHERE key = ?")
    if let row = try Row.fetchOne(known, arguments: [sighting.key]) {
      let kept = CopyRank(isCut: row[6], host: row[2], origin: row[5])
      guard CopyRank(isCut: finding.truncated, host: sighting.host, origin: sighting.origin) < kept else {
        return (row[1], false)
      }
      try remove(row)
    }
    let seen = min(max(sighting.seen, Date(timeIntervalSince1970: 0)), Date(timeIntervalSince1970: 4_102_444_800))
    try count(finding, host: sighting.host, kernel: sighting.kernel, at: seen, now)
    try cachedStatement(
      sql: """
        INSERT INTO field_sighting (key, signature, raw, host, kernel, boot, seen, added, origin, cut)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      sighting.key, signature, sighting.finding.signature, sighting.host, sighting.kernel, sighting.boot, seen, now,
      sighting.origin, finding.truncated,
    ])
    try cachedStatement(sql: "INSERT INTO field_excerpt (sighting, text) VALUES (?, ?)")
      .execute(arguments: [lastInsertedRowID, sighting.excerpt])
    try offer(finding, key: sighting.key)
    return (signature, true)
  }

  private func count(_ finding: Finding, host: String, kernel: String, at seen: Date, _ now: Date) throws {
    let signature = finding.signature
    let seenMore =
      "sightings = sightings + 1, first_seen = MIN(first_seen, excluded.first_seen), "
      + "last_seen = MAX(last_seen, excluded.last_seen)"
    try cachedStatement(
      sql: """
        INSERT INTO field_signature (signature, kind, title, sightings, first_seen, last_seen, added)
        VALUES (?, ?, ?, 1, ?, ?, ?) ON CONFLICT DO UPDATE SET \(seenMore)
        """
    ).execute(arguments: [signature, finding.kind.rawValue, finding.title, seen, seen, now])
    for (name, value) in [("host", host), ("kernel", kernel)] {
      try cachedStatement(
        sql: """
          INSERT INTO field_\(name) (\(name), signature, sightings, first_seen, last_seen) VALUES (?, ?, 1, ?, ?)
          ON CONFLICT DO UPDATE SET \(seenMore)
          """
      ).execute(arguments: [value, signature, seen, seen])
    }
    try cachedStatement(
      sql: """
        INSERT INTO field_week (signature, week, sightings) VALUES (?, ?, 1)
        ON CONFLICT DO UPDATE SET sightings = sightings + 1
        """
    ).execute(arguments: [signature, weekNumber(seen)])
  }

  /// Keeps a finding as the trace of its signature if it is clearer; of equally clear ones the first key decides, so
  /// that the order in which logs are read does not.
  func offer(_ finding: Finding, key: String) throws {
    let signature = finding.signature
    let row = try Row.fetchOne(
      cachedStatement(sql: "SELECT clarity, key FROM field_trace WHERE signature = ?"), arguments: [signature])
    if let row {
      let (clarity, kept): (Int, String) = (row[0], row[1])
      guard kept == key || finding.clarity > clarity || finding.clarity == clarity && key < kept else { return }
    }
    try execute(
      sql: "INSERT OR REPLACE INTO field_trace (signature, clarity, key, record) VALUES (?, ?, ?, ?)",
      arguments: [signature, finding.clarity, key, try storedJSON(finding)])
    try execute(
      sql: "UPDATE field_signature SET kind = ?, title = ? WHERE signature = ?",
      arguments: [finding.kind.rawValue, finding.title, signature])
  }

  /// Takes out a sighting, whose columns are those of ``take(_:_:_:)``, and counts again what it was part of.
  private func remove(_ row: Row) throws {
    let (id, signature, host, kernel): (Int64, String, String, String) = (row[0], row[1], row[2], row[3])
    try execute(sql: "DELETE FROM field_sighting WHERE id = ?", arguments: [id])
    try recount(signature, host: host, kernel: kernel, week: weekNumber(row[4]))
  }

  private func recount(_ signature: String, host: String, kernel: String, week: Int) throws {
    let seen = "(sightings, first_seen, last_seen) = (SELECT COUNT(*), COALESCE(MIN(seen), ''), COALESCE(MAX(seen), '')"
    for (name, value) in [("host", host), ("kernel", kernel)] {
      let place = "\(name) = :value AND signature = :signature"
      try execute(
        sql: """
          UPDATE field_\(name) SET \(seen) FROM field_sighting WHERE \(place)) WHERE \(place);
          """, arguments: ["value": value, "signature": signature])
      try execute(
        sql: "DELETE FROM field_\(name) WHERE \(place) AND sightings = 0",
        arguments: ["value": value, "signature": signature])
    }
    try execute(
      sql: "UPDATE field_week SET sightings = sightings - 1 WHERE signature = ? AND week = ?",
      arguments: [signature, week])
    try execute(
      sql: """
        UPDATE field_signature SET \(seen) FROM field_sighting WHERE signature = :signature) WHERE signature = :signature
        """, arguments: ["signature": signature])
    try execute(sql: "DELETE FROM field_week WHERE sightings = 0; DELETE FROM field_signature WHERE sightings = 0")
  }

  /// Counts everything of the field anew from its sightings; signatures without one go.
  func countFieldAnew() throws {
    try execute(
      sql: """
        DELETE FROM field_excerpt WHERE sighting NOT IN (SELECT id FROM field_sighting);
        DELETE FROM field_sighting WHERE signature NOT IN (SELECT signature FROM field_signature);
        DELETE FROM field_week; DELETE FROM field_host; DELETE FROM field_kernel;
        INSERT INTO field_week SELECT signature, \(weekOfSeen), COUNT(*) FROM field_sighting GROUP BY 1, 2;
        INSERT INTO field_host SELECT host, signature, COUNT(*), MIN(seen), MAX(seen) FROM field_sighting GROUP BY 1, 2;
        INSERT INTO field_kernel
          SELECT kernel, signature, COUNT(*), MIN(seen), MAX(seen) FROM field_sighting GROUP BY 1, 2;
        UPDATE field_signature SET (sightings, first_seen, last_seen) =
          (SELECT COUNT(*), COALESCE(MIN(seen), first_seen), COALESCE(MAX(seen), last_seen) FROM field_sighting
            WHERE field_sighting.signature = field_signature.signature);
        DELETE FROM field_signature WHERE sightings = 0;
        """)
  }

  /// Counts of the field that are not those of its sightings, as sentences.
  func miscountedField() throws -> [String] {
    var defects = try String.fetchAll(
      self,
      sql: """
        SELECT signature FROM field_signature WHERE sightings <>
          (SELECT COUNT(*) FROM field_sighting WHERE field_sighting.signature = field_signature.signature) LIMIT 20
        """
    ).map { "the field count of the signature \($0) is not that of its sightings" }
    for (table, columns) in [
      ("field_week", "signature, \(weekOfSeen)"), ("field_host", "host, signature"),
      ("field_kernel", "kernel, signature"),
    ] {
      let names = table == "field_week" ? "signature, week" : columns
      let counted = "SELECT \(columns), COUNT(*) FROM field_sighting GROUP BY 1, 2"
      let kept = "SELECT \(names), sightings FROM \(table)"
      let differs = try Int.fetchOne(
        self,
        sql: """
          SELECT 1 WHERE EXISTS (SELECT * FROM (\(counted)) EXCEPT \(kept))
            OR EXISTS (\(kept) EXCEPT SELECT * FROM (\(counted)))
          """)
      if differs != nil { defects.append("the counts of \(table) are not those of the sightings") }
    }
    return defects
  }
}

private let weekOfSeen = "(CAST(strftime('%s', seen) AS INTEGER) / 86400 + 3) / 7"

/// Order of two copies of one report: a whole one before a cut one, one of a named host before others.
private struct CopyRank: Comparable {
  let isCut: Bool
  let host: String
  let origin: String

  static func < (one: CopyRank, other: CopyRank) -> Bool {
    one.words.lexicographicallyPrecedes(other.words)
  }

  private var words: [String] { [isCut ? "1" : "0", host.isEmpty ? "1" : "0", origin, host] }
}
