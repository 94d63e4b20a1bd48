import Foundation
import GRDB
package import Model

/// The clearest report of a signature of the field, with its text.
package struct FieldTrace: Sendable, Hashable {
  package let signature: String
  /// Key of its sighting.
  package let key: String
  package var finding: Finding
  package let kernel: String
  package let excerpt: String

  package init(signature: String, key: String, finding: Finding, kernel: String, excerpt: String) {
    (self.signature, self.key, self.finding, self.kernel, self.excerpt) = (signature, key, finding, kernel, excerpt)
  }
}

extension ResultStore {
  /// Clearest reports of these signatures; nil for all of the field.
  /// - Throws: `LabError`.
  package func fieldTraces(of signatures: [String]?) throws(LabError) -> [FieldTrace] {
    try read("read the traces") { database in
      let condition = signatures == nil ? "" : "WHERE t.signature IN (SELECT value FROM json_each(?))"
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT t.signature, t.key, record, kernel, text FROM field_trace AS t
          CROSS JOIN field_sighting AS s ON s.key = t.key CROSS JOIN field_excerpt ON sighting = s.id
          \(condition) ORDER BY 1
          """, arguments: signatures.map { [jsonList($0)] } ?? [])
      return intact(rows, of: "field_trace", key: { $0.words(0) }) { row in
        FieldTrace(
          signature: try row.value(0), key: try row.value(1), finding: try storedRecord(Finding.self, row.value(2)),
          kernel: try row.value(3), excerpt: try row.value(4))
      }
    }
  }

  /// Stores source lines of a trace, unless another report has become the clearest meanwhile.
  /// - Throws: `LabError`.
  package func put(_ trace: FieldTrace) throws(LabError) {
    try write("store the source lines of \(trace.signature)") { database in
      try database.execute(
        sql: "UPDATE field_trace SET record = ? WHERE signature = ? AND key = ?",
        arguments: [try storedJSON(trace.finding), trace.signature, trace.key])
    }
  }
}
