package import Foundation
import GRDB
package import Model

extension ResultStore {
  /// Stores sightings and how far their sources have been read, all or nothing; what is there already stays.
  /// - Parameter now: when they were collected.
  /// - Throws: `LabError`.
  package func add(
    _ sightings: [FieldSighting], _ positions: [SourcePosition] = [], now: Date = Date()
  ) throws(LabError) -> FieldCount {
    try write("store the sightings") { database in
      var count = FieldCount()
      if !sightings.isEmpty {
        let rules = try FieldRules(database)
        let groups = try SignatureGroups(database)
        for sighting in sightings {
          let wasKnown = try database.isInField(groups.members(of: rules.finding(of: sighting).signature))
          let (signature, isStored) = try database.take(sighting, rules, now)
          let group = groups.group(of: signature)
          if !wasKnown, isStored { count.new.insert(group) } else { count.known.insert(group) }
          if isStored { count.stored += 1 } else { count.repeated += 1 }
        }
        count.known.subtract(count.new)
      }
      for place in positions {
        try database.cachedStatement(
          sql: "INSERT OR REPLACE INTO field_source (source, position, updated) VALUES (?, ?, ?)"
        ).execute(arguments: [place.source, place.position, now])
      }
      return count
    }
  }

  /// Position up to which a source was read; nil when it never was.
  /// - Throws: `LabError`.
  package func position(of source: String) throws(LabError) -> String? {
    try read("read how far \(source) was collected") { database in
      try String.fetchOne(database, sql: "SELECT position FROM field_source WHERE source = ?", arguments: [source])
    }
  }

  /// Positions of all sources whose names begin with a prefix.
  /// - Throws: `LabError`.
  package func positions(prefix: String) throws(LabError) -> [String: String] {
    try read("read how far sources were collected") { database in
      let rows = try Row.fetchAll(
        database, sql: "SELECT source, position FROM field_source WHERE \(begins("source"))",
        arguments: [prefix, prefix])
      return Dictionary(rows.map { ($0[0], $0[1]) }) { first, _ in first }
    }
  }
}

extension Database {
  fileprivate func isInField(_ members: [String]) throws -> Bool {
    try members.contains { member in
      try Int.fetchOne(
        cachedStatement(sql: "SELECT 1 FROM field_signature WHERE signature = ?"), arguments: [member]) != nil
    }
  }
}

/// Groups of signatures that were merged by hand; every other signature is a group of its own.
struct SignatureGroups {
  private var targets: [String: String] = [:]
  private var sources: [String: [String]] = [:]

  init(_ database: Database) throws {
    for row in try Row.fetchAll(database, sql: "SELECT signature, target FROM signature_group ORDER BY 1") {
      let (signature, target): (String, String) = (row[0], row[1])
      targets[signature] = target
      sources[target, default: []].append(signature)
    }
  }

  func group(of signature: String) -> String { targets[signature] ?? signature }

  /// All signatures of the group that a signature is in, the group's own first.
  func members(of signature: String) -> [String] {
    let group = group(of: signature)
    return [group] + (sources[group] ?? [])
  }
}
