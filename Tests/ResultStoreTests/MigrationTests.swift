import Folders
import Foundation
import Records
import ResultStore
import Testing

/// Databases of older versions of zlab.
@Suite final class MigrationTests {
  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-old-\(UUID().uuidString)")
  var folders: Folders { Folders(environment: ["ZLAB_HOME": home.path]) }

  deinit { try? FileManager.default.removeItem(at: home) }

  // What 0.1.0-dev wrote before there were nights.
  private let first = """
    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
    INSERT INTO grdb_migrations VALUES ('1 runs, trials and findings');
    CREATE TABLE "run" ("id" TEXT PRIMARY KEY NOT NULL, "scenario" TEXT NOT NULL, "kernel" TEXT NOT NULL,
      "state" TEXT NOT NULL, "started" DATETIME NOT NULL, "record" BLOB NOT NULL);
    CREATE INDEX "run_on_started" ON "run"("started");
    CREATE TABLE "trial" ("run" TEXT NOT NULL REFERENCES "run"("id") ON DELETE CASCADE, "number" INTEGER NOT NULL,
      "verdict" TEXT NOT NULL, "started" DATETIME NOT NULL, "duration" DOUBLE NOT NULL, "record" BLOB NOT NULL,
      PRIMARY KEY ("run", "number"));
    CREATE TABLE "finding" ("run" TEXT NOT NULL, "trial" INTEGER NOT NULL, "position" INTEGER NOT NULL,
      "signature" TEXT NOT NULL, "kind" TEXT NOT NULL, "title" TEXT NOT NULL, PRIMARY KEY ("run", "trial", "position"),
      FOREIGN KEY ("run", "trial") REFERENCES "trial"("run", "number") ON DELETE CASCADE);
    CREATE INDEX "finding_on_signature" ON "finding"("signature");
    INSERT INTO run VALUES ('aa11', 's', 'k1', 'finished', '2026-01-02 03:04:05.000', CAST('{"host":{"qemu":"7.2"},
      "kernel":{"id":"k1","name":"n","release":"6.1.0-50-s390x","origin":"","created":"2026-01-01T00:00:00Z"}}' AS BLOB));
    INSERT INTO trial VALUES ('aa11', 1, 'pass', '2026-01-02 03:04:06.000', 2.5, CAST('{"end":"completed"}' AS BLOB));
    INSERT INTO trial VALUES ('aa11', 2, 'fail', '2026-01-02 03:04:09.000', 1.5, CAST('{"end":"finding",
      "findings":[{"taint":"G"},{"taint":"G D W"}]}' AS BLOB));
    INSERT INTO finding VALUES ('aa11', 2, 0, 'ab12', 'oops', 'Oops in f');
    INSERT INTO finding VALUES ('aa11', 2, 1, 'cd34', 'warning', 'WARNING in g');
    """

  private func sqlite(_ commands: String) throws {
    try FileManager.default.createDirectory(at: folders.state, withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", folders.state.appending(path: "results.sqlite").path, commands]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  @Test func `results of an older version are counted when a newer one opens them`() throws {
    try sqlite(first)
    let store = try ResultStore(folders)
    #expect(try store.check().flaws.isEmpty)
    #expect(try store.signature("ab")?.trials == 1)
    let seen = try #require(try store.sightings(of: "ab12").first)
    #expect((seen.run, seen.line, seen.release, seen.judged) == ("aa11", "6.1", "6.1.0-50-s390x", 2))
    let tallies = try store.signatures(ofRun: "aa11").map(\.tally)
    #expect(tallies.map(\.named).sorted() == [0, 1])
    #expect(tallies.allSatisfy { $0.cut == 1 })
    #expect(try store.history(of: "s").map(\.passes) == [1])
  }

  @Test func `results of a newer version are refused and left as they are`() throws {
    _ = try ResultStore(folders)
    try sqlite("INSERT INTO grdb_migrations VALUES ('99 what is to come')")
    let error = #expect(throws: LabError.self) { try ResultStore(folders) }
    #expect(error?.problem.hasSuffix("was written by a newer zlab") == true)
    let names = try FileManager.default.contentsOfDirectory(atPath: folders.state.path)
    #expect(!names.contains { $0.contains("damaged") })
  }
}
