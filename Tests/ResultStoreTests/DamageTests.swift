import Foundation
import Model
import ResultStore
import Storage
import Testing

/// Rows and files that something else has written to.
@Suite final class DamageTests {
  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-damage-\(UUID().uuidString)")
  var folders: Locations { Locations(environment: ["ZLAB_HOME": home.path]) }
  var file: URL { folders.state.appending(path: "results.sqlite") }

  deinit { try? FileManager.default.removeItem(at: home) }

  private func sqlite(_ commands: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", file.path, commands]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  private func run(_ id: String, _ folder: String = "/home/somebody") -> Run {
    let kernel = KernelRecord(id: "k1", name: "k", release: "6.1.0", origin: "", created: Date())
    let image = ImageRecord(id: "i", name: "mini", kernel: "k1", size: 1, created: Date())
    return Run(
      id: id, scenario: "s", scenarioText: "", kernel: kernel, image: image, seed: 1, goal: RunGoal(trials: 3),
      parameters: [:], confidence: 0.95, started: Date(), command: "zlab run s", folder: folder, host: [:])
  }

  private func filled() throws -> ResultStore {
    let store = try ResultStore(folders)
    for id in ["aaaa1111", "bbbb2222"] {
      try store.add(run(id))
      for number in 1...3 {
        var trial = Trial(number: number, seed: 1, started: Date())
        (trial.verdict, trial.end) = (number == 2 ? .fail : .pass, .completed)
        if number == 2 {
          trial.findings = [
            Finding(
              kind: .warning, title: "WARNING in f", message: "m", firstLine: 1, lastLine: 2,
              signature: "0123456789abcdef")
          ]
        }
        try store.add(trial, to: id)
      }
    }
    return store
  }

  @Test func `a damaged run is left out of lists, found by a check and rebuilt by a repair`() throws {
    let store = try filled()
    try sqlite("UPDATE run SET record = x'00ff' WHERE id = 'aaaa1111'")
    #expect(try store.runs(limit: 9).map(\.id) == ["bbbb2222"])
    #expect(try store.countedRuns(limit: 9).map(\.run.id) == ["bbbb2222"])
    #expect(store.damagedRows == 1)
    let check = try store.check()
    #expect(check.damaged == 1 && check.defects.first == "the run aaaa1111 cannot be read")
    let lines = try exported(store)
    #expect(lines.contains { $0.contains("bbbb2222") } && !lines.contains { $0.contains("aaaa1111") })
    let repair = try store.repair()
    #expect(repair.removed.isEmpty && repair.rebuilt == 1)
    #expect(FileManager.default.fileExists(atPath: try #require(repair.copy)))
    #expect(try store.check().defects.isEmpty)
    let rebuilt = try store.run("aaaa1111")
    #expect((rebuilt.scenario, rebuilt.kernel.release, rebuilt.state) == ("s", "6.1.0", .interrupted))
    #expect(rebuilt.goal == RunGoal(trials: 3))
    #expect(try store.countedRuns(limit: 9).map(\.counts.fails) == [1, 1])
    #expect(try store.trials(of: "aaaa1111").map(\.verdict) == [.pass, .fail, .pass])
  }

  @Test func `what nothing else says is taken out, and what depends on it`() throws {
    let store = try filled()
    try sqlite("PRAGMA foreign_keys = OFF; UPDATE finding SET title = x'ff' WHERE run = 'aaaa1111'")
    let repair = try store.repair()
    #expect(repair.removed == ["the finding 0 of trial 2 of run aaaa1111 cannot be read"])
    #expect(try store.check().defects.isEmpty)
    #expect(try store.trials(of: "aaaa1111").count == 3 && store.trials(of: "bbbb2222").count == 3)
  }

  @Test(arguments: ["record = x'00'", "record = 'text'", "record = CAST('{}' AS BLOB)"])
  func `a trial whose record is damaged keeps its verdict and its finding`(change: String) throws {
    let store = try filled()
    try sqlite("UPDATE trial SET \(change) WHERE run = 'aaaa1111' AND number = 2")
    func look() throws {
      let trials = try store.trials(of: "aaaa1111")
      #expect(trials.map(\.verdict) == [.pass, .fail, .pass])
      #expect(trials[1].findings.map(\.title) == ["WARNING in f"])
    }
    try look()
    #expect(try store.trialLines(of: "aaaa1111").count == 3)
    #expect(try store.check().damaged == 1)
    let repair = try store.repair()
    #expect(repair.rebuilt == 1 && repair.removed.isEmpty)
    #expect(try store.check().defects.isEmpty)
    try look()
  }

  @Test func `a column that cannot be read ends no process`() throws {
    let store = try filled()
    try sqlite(
      "UPDATE run SET passes = 'many' WHERE id = 'aaaa1111'; UPDATE trial SET started = 'soon' WHERE run = 'bbbb2222' AND number = 1"
    )
    #expect(try store.countedRuns(limit: 9).map(\.run.id) == ["bbbb2222"])
    #expect(try store.check().damaged == 2)
    #expect(try store.repair().removed.isEmpty)
    #expect(try store.check().defects.isEmpty)
    #expect(try store.countedRuns(limit: 9).map(\.counts.passes) == [2, 2])
  }

  @Test(arguments: [0, 1, 50, 100, 512, 4096, 20000])
  func `a database that was cut is not taken for an empty one`(size: Int) throws {
    _ = try filled()
    // A store that was closed has left none.
    try? FileManager.default.removeItem(atPath: file.path + "-wal")
    #expect(truncate(file.path, off_t(size)) == 0)
    let error = #expect(throws: LabError.self) { try ResultStore(self.folders) }
    #expect(error?.problem.contains("set aside as") == true, "\(String(describing: error))")
    #expect(try ResultStore(folders).runs(limit: 1).isEmpty)
  }

  @Test(.enabled(if: getuid() == 0, "only root can mount a small disk"))
  func `a full disk is told with what to do, and takes nothing that was stored`() throws {
    try FileManager.default.createDirectory(at: folders.state, withIntermediateDirectories: true)
    try #require(tool("mount", "-t", "tmpfs", "-o", "size=1m", "none", folders.state.path) == 0)
    defer { _ = tool("umount", "-l", folders.state.path) }
    let store = try ResultStore(folders)
    try store.add(run("aaaa1111"))
    var error: LabError?
    var stored = 0
    while stored < 10_000, error == nil {
      var trial = Trial(number: stored + 1, seed: 1, started: Date())
      trial.note = String(repeating: "x", count: 1000)
      do {
        try store.add(trial, to: "aaaa1111")
        stored += 1
      } catch let refusal { error = refusal }
    }
    let refusal = try #require(error)
    #expect(refusal.description.contains("disk"), "\(refusal)")
    #expect(refusal.advice != nil)
    #expect(try store.trials(of: "aaaa1111").count == stored)
    #expect(try ResultStore(folders).check().defects.isEmpty)
    // With room again, it goes on.
    try #require(tool("mount", "-o", "remount,size=8m", folders.state.path) == 0)
    try store.add(Trial(number: 10_001, seed: 1, started: Date()), to: "aaaa1111")
    #expect(try ResultStore(folders).check().defects.isEmpty)
  }

  private func tool(_ words: String...) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    try? process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test func `an imported run's folder is below this state folder, whatever the export says`() throws {
    let lines = try exported(filled())
    let other = Locations(environment: ["ZLAB_HOME": home.appending(path: "other").path])
    let store = try ResultStore(other)
    #expect(try takeIn(lines, store).runs == 2)
    #expect(try store.run("aaaa").folder == other.runs.path + "/aaaa1111")
    #expect(other.defect(ofRun: "aaaa1111")?.hasSuffix("is not there") == true)
    #expect(other.defect(ofRun: "../../etc")?.contains("is no id of a run") == true)
    let evil = lines.map { $0.replacing(#""id":"k1""#, with: #""id":"\/etc\/passwd""#) }
    #expect(throws: RequestError.self) {
      try takeIn(evil, ResultStore(Locations(environment: ["ZLAB_HOME": self.home.appending(path: "third").path])))
    }
  }
}
