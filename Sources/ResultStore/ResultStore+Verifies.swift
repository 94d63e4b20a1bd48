import Foundation
import GRDB
package import Model

extension ResultStore {
  /// Stores the result of a comparison; an earlier result of the same one is replaced.
  /// - Throws: `LabError`.
  package func put(_ verify: VerifyResult) throws(LabError) {
    try write("store the comparison") { try $0.put(verify, imported: false) }
  }

  /// Comparisons by their start, the newest first.
  /// - Throws: `LabError`.
  package func verifies(limit: Int) throws(LabError) -> [VerifyResult] {
    try read("list the comparisons") { database in
      try intactRecords(
        VerifyResult.self, of: "verify", database, "SELECT record, id FROM verify ORDER BY started DESC LIMIT ?",
        [limit])
    }
  }

  /// Comparison whose id begins with a text; nil when there is none.
  /// - Throws: `RequestError` when several do, `LabError`.
  package func verify(_ text: String) throws -> VerifyResult? {
    let found = try read("look for the comparison \(text)") { database in
      try intactRecords(
        VerifyResult.self, of: "verify", database, "SELECT record, id FROM verify WHERE \(begins("id")) LIMIT 2",
        [text, text])
    }
    guard found.count < 2 else { throw RequestError("'\(text)' fits several comparisons") }
    return found.first
  }

  /// Comparisons in which a signature showed: those that call the patch `fixed` first, of each the newest first.
  /// - Throws: `LabError`.
  package func verifies(showing signature: String, limit: Int = 20) throws(LabError) -> [VerifyResult] {
    try read("look for comparisons with \(signature)") { database in
      try intactRecords(
        VerifyResult.self, of: "verify", database,
        """
        SELECT record, id FROM verify_signature CROSS JOIN verify ON verify.id = verify_signature.verify
        WHERE signature = ? ORDER BY verdict <> 'fixed', started DESC LIMIT ?
        """, [signature, limit])
    }
  }
}

extension Database {
  func put(_ verify: VerifyResult, imported: Bool) throws {
    let verdict = verify.judgement.verdict.rawValue
    try execute(
      sql: """
        INSERT INTO verify (id, scenario, verdict, started, imported, record) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET verdict = excluded.verdict, record = excluded.record
        """,
      arguments: [verify.id, verify.subject.scenario, verdict, verify.started, imported, try storedJSON(verify)])
    try execute(sql: "DELETE FROM verify_signature WHERE verify = ?", arguments: [verify.id])
    for row in verify.judgement.signatures {
      try execute(
        sql: "INSERT OR REPLACE INTO verify_signature (signature, verify, fate) VALUES (?, ?, ?)",
        arguments: [row.signature, verify.id, row.fate.rawValue])
    }
  }

  /// Comparison of an import.
  /// - Returns: whether it is new here; nil when there is another one of this id.
  func takeIn(_ verify: VerifyResult, imported: Bool) throws -> Bool? {
    let row = try Row.fetchOne(self, sql: "SELECT record, imported FROM verify WHERE id = ?", arguments: [verify.id])
    guard let row else {
      try put(verify, imported: imported)
      return true
    }
    let known = try storedRecord(VerifyResult.self, row[0])
    guard known.seed == verify.seed, known.subject.scenario == verify.subject.scenario else { return nil }
    // The other machine may have gone on with it since the last time.
    if row[1] { try put(verify, imported: true) }
    return false
  }
}
