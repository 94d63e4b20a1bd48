package import Foundation
import GRDB
package import Model

/// A signature over everything that was ever run.
package struct SignatureRecord: Codable, Sendable, Hashable {
  package let signature: String
  package let kind: String
  package let title: String
  package let firstSeen: Date
  package let lastSeen: Date
  /// Trials that show it.
  package let trials: Int
}

/// A signature in one run.
package struct SightingRecord: Codable, Sendable, Hashable {
  package let run: String
  /// nil for a run that was made by hand.
  package let night: String?
  package let scenario: String
  package let started: Date
  /// 64 hex digits.
  package let kernel: String
  package let kernelName: String
  package let release: String
  package let line: String
  /// Trials that show it, of those that were judged.
  package let trials: Int
  package let judged: Int
  /// The number of the first trial that shows it.
  package let firstTrial: Int
}

extension ResultStore {
  /// The signature that begins with these letters; nil when none does.
  /// - Throws: `RequestError` when several do, `LabError` when the database cannot be read.
  package func signature(_ text: String) throws -> SignatureRecord? {
    let found: [SignatureRecord] = try read("look for the signature \(text)") { database in
      try database.signatures("WHERE \(begins("signature")) LIMIT 10", [text, text])
    }
    guard found.count < 2 else {
      throw RequestError("'\(text)' fits several signatures: \(found.map(\.signature).joined(separator: ", "))")
    }
    return found.first
  }

  /// Records of these signatures.
  /// - Throws: `LabError`.
  package func signatures(_ ids: Set<String>) throws(LabError) -> [String: SignatureRecord] {
    try read("read the signatures") { database in
      let found = try ids.flatMap { try database.signatures("WHERE signature = ?", [$0]) }
      return Dictionary(found.map { ($0.signature, $0) }) { first, _ in first }
    }
  }

  /// The signatures that were seen last, the newest first.
  /// - Throws: `LabError`.
  package func signatures(limit: Int) throws(LabError) -> [SignatureRecord] {
    try read("list the signatures") { try $0.signatures("ORDER BY last_seen DESC LIMIT ?", [limit]) }
  }

  /// Every run that saw a signature, the newest first.
  /// - Throws: `LabError`.
  /// - Parameter line: of kernels; nil for all.
  package func sightings(
    of signature: String, line: String? = nil, limit: Int = 1000
  ) throws(LabError) -> [SightingRecord] {
    try read("read the sightings of \(signature)") { try $0.sightings(signature, .newest, limit, line: line) }
  }

  /// The oldest run that saw a signature on a line of kernels: its kernel is the first known to be bad there.
  /// - Throws: `LabError`.
  package func firstSightings(of signature: String) throws(LabError) -> [String: SightingRecord] {
    try read("read the first sightings of \(signature)") { database in
      let lines = try String.fetchAll(
        database, sql: "SELECT DISTINCT line FROM sighting WHERE signature = ?", arguments: [signature])
      let all = try lines.flatMap { try database.sightings(signature, .oldest, 1, line: $0) }
      return Dictionary(all.map { ($0.line, $0) }) { first, _ in first }
    }
  }

  /// The oldest run that saw a signature on this line of kernels; nil when none did.
  /// - Throws: `LabError`.
  package func firstSighting(of signature: String, line: String) throws(LabError) -> SightingRecord? {
    try read("read the first sighting of \(signature)") { database in
      try database.sightings(signature, .oldest, 1, line: line).first
    }
  }

  /// Start of the last run that saw a signature, of those that began before `date`; nil when none did.
  /// - Throws: `LabError`.
  package func lastSighting(of signature: String, before date: Date) throws(LabError) -> Date? {
    try read("read the last sighting of \(signature)") { database in
      try Date.fetchOne(
        database,
        sql: "SELECT MAX(started) FROM sighting WHERE signature = ? AND started < ?", arguments: [signature, date])
    }
  }

  /// The signatures of a run with their counts and the first trial that shows them, the most frequent first.
  /// - Throws: `LabError`.
  package func signatures(
    ofRun run: String
  ) throws(LabError) -> [(record: SignatureRecord, tally: SignatureTally, firstTrial: Int)] {
    try read("read the signatures of the run \(run)") { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT sighting.signature, sighting.trials, named, cut, first_trial FROM sighting WHERE run = ?
          ORDER BY sighting.trials DESC
          """, arguments: [run])
      return try rows.compactMap { row in
        let (id, tally): (String, SignatureTally) = (row[0], SignatureTally(trials: row[1], named: row[2], cut: row[3]))
        return try database.signatures("WHERE signature = ?", [id]).first.map {
          (record: $0, tally: tally, firstTrial: row[4])
        }
      }
    }
  }

  /// The trials of a run that show a signature, by number, at most `limit`.
  /// - Throws: `LabError`.
  package func trials(of run: String, showing signature: String, limit: Int) throws(LabError) -> [Trial] {
    try read("read the trials of the run \(run)") { database in
      try intactTrials(
        database,
        """
        finding JOIN trial ON trial.run = finding.run AND trial.number = finding.trial
        WHERE finding.run = ? AND signature = ? GROUP BY trial.number ORDER BY trial.number LIMIT ?
        """, [run, signature, limit])
    }
  }
}

private enum SightingOrder: String {
  case newest = "DESC"
  case oldest = "ASC"
}

extension Database {
  func signatures(_ rest: String, _ arguments: StatementArguments) throws -> [SignatureRecord] {
    try Row.fetchAll(
      self, sql: "SELECT signature, kind, title, first_seen, last_seen, trials FROM signature " + rest,
      arguments: arguments
    ).map { row in
      SignatureRecord(
        signature: row[0], kind: row[1], title: row[2], firstSeen: row[3], lastSeen: row[4], trials: row[5])
    }
  }

  // CROSS JOIN keeps SQLite at the order of the joins: then an index has the order of the rows, and few are read.
  fileprivate func sightings(_ signature: String, _ order: SightingOrder, _ limit: Int, line: String? = nil)
    throws -> [SightingRecord]
  {
    try Row.fetchAll(
      self,
      sql: """
        SELECT run.id, cell.night, run.scenario, run.started, run.kernel, build.name, release, run.line,
          sighting.trials, passes + fails, first_trial
        FROM sighting CROSS JOIN run ON run.id = sighting.run CROSS JOIN build ON build.kernel = run.kernel
          LEFT JOIN cell ON cell.run = run.id
        WHERE signature = ?\(line == nil ? "" : " AND sighting.line = ?")
        ORDER BY sighting.started \(order.rawValue) LIMIT ?
        """, arguments: StatementArguments([signature] + (line.map { [$0] } ?? []) + [String(limit)])
    ).map { row in
      SightingRecord(
        run: row[0], night: row[1], scenario: row[2], started: row[3], kernel: row[4], kernelName: row[5],
        release: row[6], line: row[7], trials: row[8], judged: row[9], firstTrial: row[10])
    }
  }
}
