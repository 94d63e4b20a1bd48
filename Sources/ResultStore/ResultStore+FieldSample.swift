import Foundation
import GRDB
package import Model

/// Size of a made-up field, for measuring.
package struct FieldSampleSize: Sendable {
  package var sightings: Int
  package let signatures = 5000
  package let hosts = 500
  package let kernels = 40

  package init(sightings: Int) { self.sightings = sightings }

  /// A host of the sample.
  package var host: String { "host001" }
}

extension ResultStore {
  /// Adds sightings that nobody collected: what `zlab db bench` measures on. A few signatures have most of them.
  ///
  /// SQLite makes them by itself; the counts are those that `zlab db check` would make.
  /// - Throws: `LabError`, also when the database has sightings.
  package func fillField(_ size: FieldSampleSize, progress: (Int) -> Void) throws(LabError) {
    let isEmpty = try read("look whether it is empty") { database in
      try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM field_sighting") == 0
    }
    guard isEmpty else { throw LabError("\(path) has sightings in it", advice: "Set ZLAB_HOME to an empty folder.") }
    try write("make a sample") { try $0.addSampleSignatures(size) }
    for first in stride(from: 1, through: size.sightings, by: 100_000) {
      let last = min(size.sightings, first + 99_999)
      try write("make a sample") { try $0.addSampleSightings(size, first...last) }
      progress(last)
    }
    try write("count the sample") { database in
      try database.countFieldAnew()
      try database.addSampleTraces()
      // In every tenth group there are two.
      try database.execute(
        sql: """
          INSERT INTO signature_group SELECT signature, printf('5f%014x', n - 1) FROM
            (SELECT signature, ROW_NUMBER() OVER (ORDER BY signature) - 1 AS n FROM field_signature) WHERE n % 10 = 1
          """)
    }
  }
}

extension Database {
  fileprivate func addSampleSignatures(_ size: FieldSampleSize) throws {
    try execute(
      sql: """
        WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
        INSERT INTO field_signature (signature, kind, title, sightings, first_seen, last_seen, added)
        SELECT printf('5f%014x', i), 'warning', printf('WARNING in sample_function_%d', i), 0, '', '',
          strftime('%Y-%m-%d %H:%M:%f', 'now', printf('-%d minutes', i)) FROM n
        """, arguments: [size.signatures])
  }

  // The cube of an even draw puts half of the sightings on an eighth of the signatures.
  fileprivate func addSampleSightings(_ size: FieldSampleSize, _ numbers: ClosedRange<Int>) throws {
    try execute(
      sql: """
        WITH RECURSIVE n (i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?),
        draw (i, u, v) AS (SELECT i, (i * 7919 % 1000003) / 1000003.0, i * 104729 % 1000033 FROM n),
        sample (i, signature, v) AS (SELECT i, printf('5f%014x', CAST(u * u * u * ? AS INTEGER)), v FROM draw)
        INSERT INTO field_sighting (id, key, signature, raw, host, kernel, boot, seen, added, origin, cut)
        SELECT i, printf('%032x', i), signature, signature, printf('host%03d', v % ?),
          printf('6.%d.%d-s390x', v % 7, v % ?), '',
          strftime('%Y-%m-%d %H:%M:%f', 'now', printf('-%d minutes', v * 31 % 524160)),
          strftime('%Y-%m-%d %H:%M:%f', 'now'), printf('/sample/host%03d/console-%d.log', v % ?, i), 0 FROM sample
        """, arguments: [numbers.lowerBound, numbers.upperBound, size.signatures, size.hosts, size.kernels, size.hosts])
    try execute(
      sql: """
        INSERT INTO field_excerpt (sighting, text)
        SELECT id, 'WARNING in ' || signature || char(10) || ? FROM field_sighting WHERE id BETWEEN ? AND ?
        """,
      arguments: [
        String(repeating: " [<000003ffe1085b7a>] sample_function+0x6e/0x80\n", count: 16), numbers.lowerBound,
        numbers.upperBound,
      ])
  }

  fileprivate func addSampleTraces() throws {
    let rows = try Row.fetchAll(
      self,
      sql: """
        SELECT signature, title, (SELECT key FROM field_sighting AS s WHERE s.signature = f.signature LIMIT 1)
        FROM field_signature AS f
        """)
    for row in rows {
      let (signature, title): (String, String) = (row[0], row[1])
      let frames = (0..<12).map { Frame(name: "sample_function_\($0)", offset: UInt64($0)) }
      let finding = Finding(
        kind: .warning, title: title, function: frames[0].name, message: title, frames: frames, firstLine: 10,
        lastLine: 60, signature: signature)
      try offer(finding, key: row[2])
    }
  }
}
