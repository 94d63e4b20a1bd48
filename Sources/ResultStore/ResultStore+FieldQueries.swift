package import Foundation
import GRDB
package import Model

/// Weeks that a sparkline shows.
package let sparklineWeeks = 12

// All signatures of field and lab with the group that each belongs to.
private let grouped = """
  SELECT COALESCE(target, m.signature) AS grp, m.* FROM (
    SELECT signature, kind, title, sightings AS field, 0 AS lab, first_seen, last_seen, added FROM field_signature
    UNION ALL SELECT signature, kind, title, 0, trials, first_seen, last_seen, NULL FROM signature
  ) AS m LEFT JOIN signature_group ON signature_group.signature = m.signature
  """

/// Query for the kind or the title of a group: its own signature's, or that of a member where it has not been seen
/// itself. It is asked for those that are shown only: the rows of all groups are sorted without it.
private func ofGroup(_ column: String) -> String {
  func seen(_ condition: String) -> String {
    "SELECT \(column) FROM field_signature WHERE \(condition) UNION ALL SELECT \(column) FROM signature WHERE \(condition)"
  }
  let members = "signature IN (SELECT signature FROM signature_group WHERE target = page.grp)"
  return "COALESCE((SELECT MAX(\(column)) FROM (\(seen("signature = page.grp")))), "
    + "(SELECT MIN(\(column)) FROM (\(seen(members)))))"
}

extension ResultStore {
  /// Groups of signatures that a filter selects.
  /// - Parameters:
  ///   - placed: with the counts by host and week, which are read for each group.
  ///   - now: end of the last week of the sparklines.
  /// - Returns: the first `limit` and how many there are.
  /// - Throws: `LabError`.
  package func signatureGroups(
    _ filter: SignatureFilter = SignatureFilter(), limit: Int, placed: Bool = true, now: Date = Date()
  ) throws(LabError) -> (groups: [SignatureGroup], count: Int) {
    try read("list the signatures") { database in
      let (condition, arguments) = conditions(filter)
      let order =
        switch filter.order {
        case .newest: "MAX(last_seen) DESC"
        case .first: "MIN(first_seen) DESC"
        case .count: "SUM(field) + SUM(lab) DESC"
        }
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT grp, \(ofGroup("kind")), \(ofGroup("title")), field, lab, first, last, added, total FROM (
            SELECT grp, SUM(field) AS field, SUM(lab) AS lab, MIN(first_seen) AS first, MAX(last_seen) AS last,
              MIN(added) AS added, COUNT(*) OVER () AS total
            FROM (\(grouped)) \(condition) ORDER BY \(order), grp LIMIT ?) AS page
          """, arguments: StatementArguments(arguments) + [limit])
      var groups = intact(rows, of: "signature", key: { $0.words(0) }) { row in
        SignatureGroup(
          signature: try row.value(0), kind: try row.value(1), title: try row.value(2), field: try row.value(3),
          hosts: 0, lab: try row.value(4), firstSeen: try row.value(5), lastSeen: try row.value(6),
          added: row.hasNull(atIndex: 7) ? nil : try row.value(7) as Date, weeks: [])
      }
      let members = try SignatureGroups(database)
      for index in groups.indices where placed && groups[index].field > 0 {
        try database.addPlaces(to: &groups[index], members.members(of: groups[index].signature), now)
      }
      return (groups, rows.first.map { $0[8] } ?? 0)
    }
  }

  /// Group that a person means: the first digits of its signature, or of one that was merged into it.
  /// - Throws: `RequestError` when none or several fit, `LabError` when the database cannot be read.
  package func signatureGroup(_ text: String) throws -> SignatureGroup {
    let found: [String] = try read("look for the signature \(text)") { database in
      try String.fetchAll(
        database, sql: "SELECT DISTINCT grp FROM (\(grouped)) WHERE \(begins("signature")) LIMIT 10",
        arguments: [text, text])
    }
    if found.count > 1, !found.contains(text) {
      throw RequestError("'\(text)' fits several signatures: \(found.joined(separator: ", "))")
    }
    guard let signature = found.contains(text) ? text : found.first else {
      throw RequestError("there is no signature '\(text)'", advice: "`zlab signature list` shows them.")
    }
    var filter = SignatureFilter()
    filter.group = signature
    guard let group = try signatureGroups(filter, limit: 1).groups.first else {
      throw RequestError("there is no signature '\(text)'", advice: "`zlab signature list` shows them.")
    }
    return group
  }

  /// All signatures of a group, its own first.
  /// - Throws: `LabError`.
  package func members(of group: String) throws(LabError) -> [String] {
    try read("read the members of \(group)") { try SignatureGroups($0).members(of: group) }
  }

  /// Counts of these signatures by kernel, the newest first.
  /// - Throws: `LabError`.
  package func fieldKernels(of signatures: [String], limit: Int = 500) throws(LabError) -> [FieldPlace] {
    try read("read the kernels") { try $0.places("kernel", signatures, limit) }
  }

  /// Counts of these signatures by host, the newest first.
  /// - Throws: `LabError`.
  package func fieldHosts(of signatures: [String], limit: Int = 500) throws(LabError) -> [FieldPlace] {
    try read("read the hosts") { try $0.places("host", signatures, limit) }
  }

  /// Names of all hosts of the field.
  /// - Throws: `LabError`.
  package func hostNames() throws(LabError) -> [String] {
    try read("read the hosts") { try String.fetchAll($0, sql: distinct("host")) }
  }

  /// Groups of one host, the newest first: name is the group's signature's title.
  /// - Throws: `LabError`.
  package func fieldSignatures(ofHost host: String, limit: Int) throws(LabError) -> [FieldPlace] {
    try read("read the signatures of a host") { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT MIN(title), COALESCE(target, h.signature) AS grp, SUM(h.sightings), MIN(h.first_seen), MAX(h.last_seen)
          FROM field_host AS h JOIN field_signature USING (signature)
          LEFT JOIN signature_group USING (signature)
          WHERE host = ? GROUP BY grp ORDER BY MAX(h.last_seen) DESC LIMIT ?
          """, arguments: [host, limit]
      ).map { row in
        FieldPlace(name: row[0], signature: row[1], sightings: row[2], firstSeen: row[3], lastSeen: row[4])
      }
    }
  }

  /// Axis of a heat map of the field.
  package enum FieldAxis: String, Sendable { case host, kernel }

  /// Counts by host or kernel and group, of these groups only and the `limit` hosts or kernels that have most of them.
  /// - Throws: `LabError`.
  package func fieldMatrix(_ axis: FieldAxis, groups: [String], limit: Int) throws(LabError) -> [FieldPlace] {
    try read("read the counts by \(axis.rawValue)") { database in
      // By its members: a condition on the group would read the counts of all signatures.
      let known = try SignatureGroups(database)
      let (name, members) = (axis.rawValue, jsonList(groups.flatMap { known.members(of: $0) }))
      let names = try String.fetchAll(
        database,
        sql: """
          SELECT \(name) FROM field_\(name) WHERE signature IN (SELECT value FROM json_each(?))
          GROUP BY 1 ORDER BY SUM(sightings) DESC, 1 LIMIT ?
          """, arguments: [members, limit])
      return try Row.fetchAll(
        database,
        sql: """
          SELECT \(name), COALESCE(target, f.signature) AS grp, SUM(sightings), MIN(first_seen), MAX(last_seen)
          FROM field_\(name) AS f LEFT JOIN signature_group USING (signature)
          WHERE \(name) IN (SELECT value FROM json_each(?)) AND f.signature IN (SELECT value FROM json_each(?))
          GROUP BY 1, 2
          """, arguments: [jsonList(names), members]
      ).map { row in
        FieldPlace(name: row[0], signature: row[1], sightings: row[2], firstSeen: row[3], lastSeen: row[4])
      }
    }
  }

  /// Sightings in the field, the newest first.
  /// - Throws: `LabError`.
  package func fieldSightings(limit: Int) throws(LabError) -> [FieldSightingRecord] {
    try fieldSightings([("", [])], limit)
  }

  /// Sightings of one host, the newest first.
  /// - Throws: `LabError`.
  package func fieldSightings(host: String, limit: Int) throws(LabError) -> [FieldSightingRecord] {
    try fieldSightings([("WHERE host = ?", [host])], limit)
  }

  /// Sightings of these signatures, the newest first.
  /// - Throws: `LabError`.
  package func fieldSightings(of signatures: [String], limit: Int) throws(LabError) -> [FieldSightingRecord] {
    // One at a time: an index has the order of the rows of one, and few are read.
    try fieldSightings(signatures.map { ("WHERE s.signature = ?", [$0]) }, limit)
  }

  private func fieldSightings(
    _ conditions: [(sql: String, arguments: StatementArguments)], _ limit: Int
  ) throws(LabError) -> [FieldSightingRecord] {
    let found = try read("read the sightings") { database in
      try conditions.flatMap { try intactSightings(database, $0.sql, $0.arguments + [limit]) }
    }
    return conditions.count < 2 ? found : Array(found.sorted { ($1.seen, $0.id) < ($0.seen, $1.id) }.prefix(limit))
  }

  // CROSS JOIN keeps SQLite at the order of the joins.
  private func intactSightings(
    _ database: Database, _ condition: String, _ arguments: StatementArguments
  ) throws -> [FieldSightingRecord] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT id, s.signature, title, host, kernel, boot, seen, origin FROM field_sighting AS s
        CROSS JOIN field_signature USING (signature) \(condition) ORDER BY seen DESC LIMIT ?
        """, arguments: arguments)
    return intact(rows, of: "sighting", key: { $0.words(0) }) { row in
      FieldSightingRecord(
        id: try row.value(0), signature: try row.value(1), title: try row.value(2), host: try row.value(3),
        kernel: try row.value(4), boot: try row.value(5), seen: try row.value(6), origin: try row.value(7))
    }
  }

  /// Excerpt of a sighting; nil when there is none.
  /// - Throws: `LabError`.
  package func excerpt(ofSighting id: Int64) throws(LabError) -> String? {
    try read("read the excerpt") { database in
      try String.fetchOne(
        database, sql: "SELECT CAST(text AS TEXT) FROM field_excerpt WHERE sighting = ?", arguments: [id])
    }
  }

  /// Clearest finding of these signatures, with the sighting that has it; nil when none was collected.
  /// - Throws: `LabError`.
  package func clearestFinding(
    of signatures: [String]
  ) throws(LabError) -> (finding: Finding, sighting: Int64?)? {
    try read("read the trace") { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT record, field_trace.signature, field_sighting.id FROM field_trace
          LEFT JOIN field_sighting ON field_sighting.key = field_trace.key
          WHERE field_trace.signature IN (SELECT value FROM json_each(?)) ORDER BY clarity DESC, field_trace.key LIMIT 1
          """, arguments: [jsonList(signatures)])
      return intact(rows, of: "field_trace", key: { $0.words(1) }) { row in
        (try storedRecord(Finding.self, row.value(0)), row.hasNull(atIndex: 2) ? nil : try row.value(2) as Int64)
      }.first
    }
  }
}

/// Values as JSON, for json_each() of SQLite.
func jsonList(_ values: [String]) -> String {
  (try? JSONEncoder().encode(values)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
}

extension Database {
  fileprivate func addPlaces(to group: inout SignatureGroup, _ members: [String], _ now: Date) throws {
    let list = jsonList(members)
    // Without DISTINCT an index answers alone.
    let (count, condition, argument) =
      members.count == 1
      ? ("*", "signature = ?", members[0]) : ("DISTINCT host", "signature IN (SELECT value FROM json_each(?))", list)
    group.hosts =
      try Int.fetchOne(
        cachedStatement(sql: "SELECT COUNT(\(count)) FROM field_host WHERE \(condition) AND host <> ''"),
        arguments: [argument]) ?? 0
    let last = weekNumber(now)
    var weeks = [Int](repeating: 0, count: sparklineWeeks)
    let rows = try Row.fetchAll(
      cachedStatement(
        sql: """
          SELECT week, SUM(sightings) FROM field_week
          WHERE signature IN (SELECT value FROM json_each(?)) AND week > ? GROUP BY week
          """), arguments: [list, last - sparklineWeeks])
    for row in rows {
      let (week, count): (Int, Int) = (row[0], row[1])
      // The clock of a machine may be ahead.
      weeks[sparklineWeeks - 1 - max(0, last - week)] += count
    }
    group.weeks = weeks
  }

  fileprivate func places(_ name: String, _ signatures: [String], _ limit: Int) throws -> [FieldPlace] {
    try Row.fetchAll(
      self,
      sql: """
        SELECT \(name), MIN(signature), SUM(sightings), MIN(first_seen), MAX(last_seen) FROM field_\(name)
        WHERE signature IN (SELECT value FROM json_each(?)) GROUP BY 1 ORDER BY MAX(last_seen) DESC LIMIT ?
        """, arguments: [jsonList(signatures), limit]
    ).map { row in
      FieldPlace(name: row[0], signature: row[1], sightings: row[2], firstSeen: row[3], lastSeen: row[4])
    }
  }
}

/// Query for the names of all hosts or kernels, by steps along the index: DISTINCT would read every count.
private func distinct(_ column: String) -> String {
  """
  WITH RECURSIVE step (name) AS (SELECT MIN(\(column)) FROM field_\(column) UNION ALL
    SELECT (SELECT MIN(\(column)) FROM field_\(column) WHERE \(column) > name) FROM step WHERE name IS NOT NULL)
  SELECT name FROM step WHERE name IS NOT NULL
  """
}

/// The WHERE, GROUP BY and HAVING clauses of a filter.
private func conditions(_ filter: SignatureFilter) -> (String, [(any DatabaseValueConvertible)?]) {
  var clauses: (places: [String], groups: [String]) = ([], [])
  var arguments: [(any DatabaseValueConvertible)?] = []
  // Before the rows are grouped: the places of all others would be asked for in vain.
  func place(_ signatures: String, _ values: (any DatabaseValueConvertible)?...) {
    clauses.places.append(
      """
      grp IN (SELECT COALESCE(target, seen.signature) FROM (\(signatures)) AS seen
        LEFT JOIN signature_group ON signature_group.signature = seen.signature)
      """)
    arguments += values
  }
  func add(_ condition: String, _ values: (any DatabaseValueConvertible)?...) {
    clauses.groups.append(condition)
    arguments += values
  }
  if let kernel = filter.kernel {
    let fits = "(? = %@ OR substr(%@, 1, length(?) + 1) IN (? || '.', ? || '-', ? || '+'))"
    func fit(_ column: String) -> String { fits.replacing("%@", with: column) }
    place(
      """
      SELECT signature FROM field_kernel WHERE kernel IN (SELECT name FROM (\(distinct("kernel")))
          WHERE \(fit("name")))
        UNION SELECT sighting.signature FROM sighting JOIN run ON run.id = sighting.run
          JOIN build ON build.kernel = run.kernel WHERE \(fit("release"))
      """, kernel, kernel, kernel, kernel, kernel, kernel, kernel, kernel, kernel, kernel)
  }
  if let host = filter.host { place("SELECT signature FROM field_host WHERE host = ?", host) }
  if let group = filter.group { add("grp = ?", group) }
  if let date = filter.newSince { add("MIN(COALESCE(added, first_seen)) >= ?", date) }
  if let kind = filter.kind { add("SUM(kind = ?) > 0", kind) }
  if let text = filter.text {
    let pattern = text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
    add("SUM(title LIKE ? ESCAPE '\\' OR signature LIKE ? ESCAPE '\\') > 0", "%\(pattern)%", "\(pattern)%")
  }
  if let inField = filter.inField { add(inField ? "SUM(field) > 0" : "SUM(field) = 0") }
  if let inLab = filter.inLab { add(inLab ? "SUM(lab) > 0" : "SUM(lab) = 0") }
  func clause(_ word: String, _ conditions: [String]) -> String {
    conditions.isEmpty ? "" : "\(word) " + conditions.joined(separator: " AND ")
  }
  return ("\(clause("WHERE", clauses.places)) GROUP BY grp \(clause("HAVING", clauses.groups))", arguments)
}
