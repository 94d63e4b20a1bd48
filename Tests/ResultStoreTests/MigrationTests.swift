import Foundation
import Model
import ResultStore
import Storage
import Testing

/// Databases of older versions of zlab, as `Schemas` has them: each file adds to those before it.
@Suite final class MigrationTests {
  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-old-\(UUID().uuidString)")
  var folders: Locations { Locations(environment: ["ZLAB_HOME": home.path]) }

  deinit { try? FileManager.default.removeItem(at: home) }

  @discardableResult
  private func sqlite(_ commands: String) throws -> String {
    try FileManager.default.createDirectory(at: folders.state, withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", folders.state.appending(path: "results.sqlite").path, commands]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return text
  }

  /// Makes a database as the version of that schema left it.
  private func makeDatabase(schema: Int) throws {
    let files = try #require(Bundle.module.url(forResource: "Schemas", withExtension: nil))
    for number in 1...schema {
      try sqlite(".read '\(files.appending(path: "\(number).sql").path)'")
    }
  }

  /// What must not change: the columns that each version had, and every record.
  private func contents(schema: Int, renamed: Bool) throws -> String {
    let (naming, target) = renamed ? ("first_naming", "bisect_target") : ("acquaintance", "hunted")
    var queries = [
      "SELECT id, scenario, kernel, state, started, hex(record) FROM run ORDER BY 1",
      "SELECT run, number, verdict, started, duration, hex(record) FROM trial ORDER BY 1, 2",
      "SELECT * FROM finding ORDER BY 1, 2, 3",
    ]
    if schema >= 2 {
      queries += [
        "SELECT id, passes, fails, misses, cut, seconds, line, imported, pruned FROM run ORDER BY 1",
        "SELECT kernel, name, release, line, made, hex(record) FROM build", "SELECT * FROM host",
        "SELECT * FROM signature ORDER BY 1", "SELECT run, signature, trials, named, cut FROM sighting ORDER BY 1, 2",
      ]
    }
    if schema >= 3 {
      queries += [
        "SELECT id, plan, state, started, imported, hex(record) FROM night",
        "SELECT position, scenario, variant, line, config, kernel, kernel_id, state, run, hex(record) FROM cell ORDER BY 1",
        "SELECT night, position, kind, signature, scenario, line, hex(record) FROM news",
      ]
    }
    if schema >= 4 { queries += ["SELECT position, night_started FROM cell ORDER BY 1", "SELECT * FROM \(naming)"] }
    if schema >= 5 { queries += ["SELECT id, state, culprit, hex(record) FROM bisect", "SELECT * FROM \(target)"] }
    if schema >= 6 { queries += ["SELECT signature, line, started FROM sighting ORDER BY run, signature"] }
    if schema >= 7 {
      queries += [
        "SELECT * FROM field_sighting ORDER BY 1", "SELECT * FROM field_excerpt ORDER BY 1",
        "SELECT * FROM field_source",
        "SELECT signature, hex(record) FROM field_trace", "SELECT * FROM signature_group",
      ]
    }
    return try sqlite(queries.joined(separator: ";\n"))
  }

  @Test(arguments: 1...8)
  func `every row of an older version is there after the upgrade, and counted`(schema: Int) throws {
    try makeDatabase(schema: schema)
    let before = try contents(schema: schema, renamed: schema >= 8)
    do {
      let store = try ResultStore(folders)
      let check = try store.check()
      #expect(check.defects.isEmpty && check.damaged == 0, "\(check.defects)")
      #expect(try store.runs(limit: 9).map(\.id) == ["bbbb2222", "aaaa1111"])
      #expect(try store.trials(of: "aaaa1111").map(\.verdict) == [.pass, .fail, .miss])
      #expect(try store.trials(of: "aaaa1111").first?.actors.map(\.stderr) == ["words"])
      #expect(try store.countedRuns(limit: 9).map(\.counts.fails) == [1, 1])
      let signature = try #require(try store.signature("cd34"))
      #expect(signature.trials == 2)
      let seen = try #require(try store.sightings(of: "ab12ab12ab12ab12").first)
      #expect((seen.run, seen.line, seen.release, seen.judged) == ("aaaa1111", "6.1", "6.1.0-50-s390x", 2))
      let tallies = try store.signatures(ofRun: "aaaa1111").map(\.tally)
      #expect(tallies.map(\.named).sorted() == [0, 1] && tallies.allSatisfy { $0.cut == 1 })
      #expect(try store.history(of: "s").map(\.passes).sorted() == [0, 1])
      #expect(try store.nights(limit: 9).count == (schema >= 3 ? 1 : 0))
      #expect(try store.cells(of: "00000001").map(\.run) == (schema >= 3 ? ["aaaa1111", nil] : []))
      #expect(try store.news(of: "00000001").map(\.kind) == (schema >= 3 ? [.new] : []))
      #expect(try store.bisects(targeting: "ab12ab12ab12ab12").map(\.name) == (schema >= 5 ? ["b"] : []))
      let groups = try store.signatureGroups(limit: 9).groups
      #expect(groups.map(\.field).max() == (schema >= 7 ? 2 : 0) && groups.allSatisfy { $0.lab > 0 })
      #expect(store.damagedRows == 0)
    }
    #expect(try contents(schema: schema, renamed: true) == before)
  }

  @Test func `one damaged record of an older version keeps no other from the newer one`() throws {
    try makeDatabase(schema: 1)
    try sqlite("UPDATE trial SET record = x'00ff' WHERE run = 'aaaa1111' AND number = 2")
    let store = try ResultStore(folders)
    #expect(try store.trials(of: "aaaa1111").map(\.verdict) == [.pass, .fail, .miss])
    #expect(try store.trials(of: "bbbb2222").map(\.verdict) == [.fail])
    #expect(try store.check().damaged == 1)
  }

  @Test func `results of a newer version are refused and left as they are`() throws {
    _ = try ResultStore(folders)
    try sqlite("INSERT INTO grdb_migrations VALUES ('99 what is to come')")
    let error = #expect(throws: LabError.self) { try ResultStore(self.folders) }
    #expect(error?.problem.hasSuffix("was written by a newer zlab") == true)
    let names = try FileManager.default.contentsOfDirectory(atPath: folders.state.path)
    #expect(!names.contains { $0.contains("damaged") })
  }
}
