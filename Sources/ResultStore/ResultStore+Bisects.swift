import Foundation
import GRDB
package import Model

extension ResultStore {
  /// Puts down how a bisection stands; what was put down of it before is forgotten.
  /// - Throws: `LabError`.
  package func put(_ bisect: BisectRecord) throws(LabError) {
    try write("remember the bisection") { try $0.put(bisect, imported: false) }
  }

  /// Puts down that a bisection ends without an answer; one that has an answer, or was never put down, stays as it is.
  /// - Parameter id: as ``BisectRecord/id(_:_:)`` makes it.
  /// - Throws: `LabError`.
  package func dropBisect(_ id: String) throws(LabError) {
    try write("forget the bisection") { database in
      let known = try database.records(BisectRecord.self, "SELECT record FROM bisect WHERE id = ?", [id]).first
      guard var bisect = known, bisect.state == .going else { return }
      bisect.state = .dropped
      try database.put(bisect, imported: false)
    }
  }

  /// The bisections that searched for a signature: those with an answer first, of each the newest first.
  /// - Throws: `LabError`.
  package func bisects(targeting signature: String, limit: Int = 20) throws(LabError) -> [BisectRecord] {
    try read("look for bisections of \(signature)") { database in
      try intactRecords(
        BisectRecord.self, of: "bisect", database,
        """
        SELECT record, id FROM bisect_target JOIN bisect ON bisect.id = bisect_target.bisect
        WHERE signature = ? AND state <> 'dropped' ORDER BY state <> 'finished', started DESC LIMIT ?
        """, [signature, limit])
    }
  }
}

extension Database {
  func put(_ bisect: BisectRecord, imported: Bool) throws {
    try execute(
      sql: """
        INSERT INTO bisect (id, name, scenario, state, started, ended, culprit, confidence, imported, record)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended = excluded.ended, culprit = excluded.culprit,
          confidence = excluded.confidence, record = excluded.record
        """,
      arguments: [
        bisect.id, bisect.name, bisect.scenario, bisect.state.rawValue, bisect.started, bisect.ended,
        bisect.culprit?.id, bisect.confidence, imported, try storedJSON(bisect),
      ])
    try execute(sql: "DELETE FROM bisect_target WHERE bisect = ?", arguments: [bisect.id])
    for signature in Set(bisect.signatures) {
      try execute(
        sql: "INSERT INTO bisect_target (signature, bisect) VALUES (?, ?)", arguments: [signature, bisect.id])
    }
  }

  /// Bisection record of an import.
  /// - Returns: whether it is new here; nil when there is another one of this id.
  func takeIn(_ bisect: BisectRecord, imported: Bool) throws -> Bool? {
    let row = try Row.fetchOne(self, sql: "SELECT record, imported FROM bisect WHERE id = ?", arguments: [bisect.id])
    guard let row else {
      try put(bisect, imported: imported)
      return true
    }
    let known = try storedRecord(BisectRecord.self, row[0])
    guard known.seed == bisect.seed, known.repository == bisect.repository else { return nil }
    // The other machine may have gone on with it since the last time.
    if row[1] { try put(bisect, imported: true) }
    return false
  }
}
