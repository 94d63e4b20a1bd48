import Foundation
import GRDB
package import Model

extension ResultStore {
  /// Shows signatures as one, in what is collected later too.
  /// - Parameters:
  ///   - signatures: whole ones, as are the members of their groups.
  ///   - target: the group that they join.
  /// - Throws: `LabError`.
  package func merge(_ signatures: [String], into target: String) throws(LabError) {
    try write("merge the signatures") { database in
      let group = try SignatureGroups(database).group(of: target)
      for signature in signatures where signature != group {
        try database.execute(
          sql: "UPDATE signature_group SET target = ? WHERE target = ?", arguments: [group, signature])
        try database.execute(
          sql: "INSERT OR REPLACE INTO signature_group (signature, target) VALUES (?, ?)",
          arguments: [signature, group])
      }
      try database.execute(sql: "DELETE FROM signature_group WHERE signature = target")
    }
  }

  /// Takes a signature out of the group that it was merged into.
  /// - Returns: false when it was in none.
  /// - Throws: `LabError`.
  package func unmerge(_ signature: String) throws(LabError) -> Bool {
    try write("split the signatures") { database in
      try database.execute(sql: "DELETE FROM signature_group WHERE signature = ?", arguments: [signature])
      return database.changesCount > 0
    }
  }

  /// Puts sightings whose excerpts have a text under a signature of their own, those that are collected later too.
  /// - Parameters:
  ///   - signature: a whole one, as logs are read.
  ///   - target: the new signature, 16 hex digits.
  ///   - reread: the finding of an excerpt with this signature; nil when it does not give one any more.
  /// - Returns: the number of sightings that were moved.
  /// - Throws: `LabError`.
  package func split(
    _ signature: String, having text: String, into target: String, reread: (_ excerpt: String) -> Finding?
  ) throws(LabError) -> Int {
    try write("split the signature \(signature)") { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT id, key, host, kernel, boot, seen, origin, added, text FROM field_sighting
          JOIN field_excerpt ON sighting = id WHERE raw = ? AND signature = ? AND instr(text, ?) > 0
          """, arguments: [signature, signature, text])
      try database.execute(
        sql: "INSERT OR REPLACE INTO signature_rule (signature, text, target) VALUES (?, ?, ?)",
        arguments: [signature, text, target])
      let rules = try FieldRules(database)
      for row in rows {
        let excerpt: String = try row.value(8)
        let sighting = FieldSighting(
          key: try row.value(1), finding: reread(excerpt) ?? Self.unread(signature, excerpt), host: try row.value(2),
          kernel: try row.value(3), boot: try row.value(4), seen: try row.value(5), origin: try row.value(6),
          excerpt: excerpt)
        let (id, added): (Int64, Date) = (try row.value(0), try row.value(7))
        try database.execute(sql: "DELETE FROM field_sighting WHERE id = ?", arguments: [id])
        _ = try database.take(sighting, rules, added)
      }
      try database.countFieldAnew()
      try database.traceAnew(signature, reread)
      return rows.count
    }
  }

  private static func unread(_ signature: String, _ excerpt: String) -> Finding {
    let line = excerpt.prefix { $0 != "\n" }.prefix(200)
    return Finding(
      kind: .other, title: String(line), message: String(line), truncated: true, firstLine: 1, lastLine: 1,
      signature: signature)
  }
}

extension Database {
  /// Looks for the clearest trace of a signature again where the one that was kept is not of its sightings.
  fileprivate func traceAnew(_ signature: String, _ reread: (String) -> Finding?) throws {
    let isKept = try Int.fetchOne(
      self,
      sql: """
        SELECT 1 FROM field_trace AS t JOIN field_sighting AS s ON s.key = t.key AND s.signature = t.signature
        WHERE t.signature = ?
        """, arguments: [signature])
    guard isKept == nil else { return }
    try execute(sql: "DELETE FROM field_trace WHERE signature = ?", arguments: [signature])
    let rows = try Row.fetchAll(
      self,
      sql: """
        SELECT key, text FROM field_sighting JOIN field_excerpt ON sighting = id WHERE signature = ? ORDER BY key LIMIT 200
        """, arguments: [signature])
    for row in rows {
      guard let finding = reread(try row.value(1)), finding.signature == signature else { continue }
      try offer(finding, key: row.value(0))
    }
  }
}
