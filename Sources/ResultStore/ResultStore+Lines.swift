package import Foundation
import GRDB
package import Model

/// A trial as far as a list shows it: without what its guest printed and its findings said.
package struct TrialLine: Sendable, Hashable {
  package let number: Int
  package let verdict: TrialVerdict
  package let started: Date
  /// Seconds.
  package let duration: Double
  /// Reason why it is a miss, or what ended it early.
  package let note: String?
  /// State, in the word that its record has.
  package let end: String
  /// Of its findings, in the order of the console.
  package let signatures: [String]
}

extension ResultStore {
  /// The trials of a run by number, in a fraction of the time that reading all of them takes.
  /// - Throws: `LabError`.
  package func trialLines(of run: String) throws(LabError) -> [TrialLine] {
    try read("read the trials of the run \(run)") { database in
      var signatures: [Int: [String]] = [:]
      let seen = try Row.fetchAll(
        database.cachedStatement(sql: "SELECT trial, signature FROM finding WHERE run = ? ORDER BY trial, position"),
        arguments: [run])
      for row in seen { signatures[try row.value(0), default: []].append(try row.value(1)) }
      let rows = try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT number, verdict, started, duration, json_extract(text, '$.note'), json_extract(text, '$.end')
            FROM (SELECT *, CASE WHEN json_valid(CAST(record AS TEXT)) THEN CAST(record AS TEXT) END AS text
              FROM trial WHERE run = ?) ORDER BY number
            """), arguments: [run])
      return intact(rows, of: "trial", key: { "\($0.words(0)) of run \(run)" }) { row in
        let (number, word): (Int, String) = (try row.value(0), try row.value(1))
        guard let verdict = TrialVerdict(rawValue: word) else { throw DamagedRow() }
        return TrialLine(
          number: number, verdict: verdict, started: try row.value(2), duration: try row.value(3), note: row[4],
          end: row[5] ?? "", signatures: signatures[number] ?? [])
      }
    }
  }
}
