import Foundation
import GRDB
package import Model

/// The size of a made-up history, for measuring.
package struct SampleSize: Sendable {
  package var trials: Int
  package let lines = ["6.1", "6.6", "6.12"]
  package let configs = ["plain", "debug"]
  package let scenarios = (1...8).map { "sample-\($0)" }
  /// Of a cell in a night.
  package let trialsPerCell = 30

  package init(trials: Int) { self.trials = trials }

  package var cells: Int { lines.count * configs.count * scenarios.count }
  package var nights: Int { max(1, trials / (cells * trialsPerCell)) }
}

extension ResultStore {
  /// Fills an empty database with nights that were never run: what `zlab db bench` measures on.
  ///
  /// Trials that fail go the way that real ones go; those that pass are alike, so SQLite makes them by itself.
  /// - Throws: `LabError`, also when the database is not empty.
  package func fill(_ size: SampleSize, progress: (Int) -> Void) throws(LabError) {
    let isEmpty = try read("look whether it is empty") { database in
      try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM run") == 0
    }
    guard isEmpty else { throw LabError("\(path) has real results in it", advice: "Set ZLAB_HOME to an empty folder.") }
    let first = Date(timeIntervalSince1970: 1_700_000_000)
    for night in 0..<size.nights {
      try write("make a sample") { database in
        try SampleNight(number: night, size: size, start: first + Double(night) * 86_400).write(to: database)
      }
      if night % 50 == 49 { progress((night + 1) * size.cells * size.trialsPerCell) }
    }
  }
}

private struct SampleNight {
  let number: Int
  let size: SampleSize
  let start: Date

  func write(to database: Database) throws {
    var night = NightRecord(
      id: hex(number), plan: "sample", planText: "", planFile: "/sample.yaml", seed: UInt64(number), started: start,
      jobs: 2, command: "zlab nightly sample.yaml", host: ["zlab": "sample"])
    night.state = .finished
    try database.insert(night, imported: false)
    var position = 0
    for line in size.lines {
      for config in size.configs {
        for scenario in size.scenarios {
          position += 1
          try write(CellKey(scenario: scenario, variant: "", line: line, config: config), position, night.id, database)
        }
      }
    }
  }

  private func write(_ key: CellKey, _ position: Int, _ night: String, _ database: Database) throws {
    let id = hex(1 << 28 | number << 8 | position)
    // A line's kernel changes every third night.
    let kernel = KernelRecord(
      id: "\(key.line)-\(key.config)-\(number / 3)", name: "sample", release: "\(key.line).\(number / 3)", origin: "",
      created: start)
    let image = ImageRecord(id: "i", name: "mini", kernel: kernel.id, size: 1, created: start)
    var run = Run(
      id: id, scenario: key.scenario, scenarioText: String(repeating: "text ", count: 300), kernel: kernel,
      image: image, seed: 1, goal: RunGoal(trials: size.trialsPerCell), parameters: [:], confidence: 0.95,
      started: start + Double(position), command: "zlab run", folder: "/sample/\(id)", host: ["zlab": "sample"])
    run.state = .finished
    try database.insert(run, line: key.line, imported: false)
    let failing = (1...size.trialsPerCell).filter { isFailing($0, position) }
    for index in failing { try database.insert(trial(index, position), into: id) }
    try addPasses(but: failing, to: id, database)
    var cell = CellRecord(position: position, turn: position, key: key, kernel: "sample-\(key.line)", why: "")
    (cell.state, cell.run, cell.kernelID) = (.finished, id, kernel.id)
    try database.put(cell, of: night)
  }

  private func addPasses(but failing: [Int], to run: String, _ database: Database) throws {
    var trial = Trial(number: 0, seed: 1, started: start)
    (trial.duration, trial.boot, trial.verdict, trial.end) = (4.5, 0.2, .pass, .completed)
    trial.actors = [ActorResult(name: "writer", exitCode: 0, output: "4000 writes\n", stderr: "")]
    let text = String(decoding: try storedJSON(trial), as: UTF8.self)
    try database.execute(
      sql: """
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
        INSERT INTO trial (run, number, verdict, started, duration, record)
          SELECT ?, i, 'pass', ?, 4.5, CAST(replace(?, '"number":0', '"number":' || i) AS BLOB)
          FROM n WHERE i NOT IN (\(failing.map(String.init).joined(separator: ", ")))
        """, arguments: [size.trialsPerCell, run, start, text])
    try database.execute(
      sql: "UPDATE run SET passes = passes + ?, seconds = seconds + 4.5 * ? WHERE id = ?",
      arguments: [size.trialsPerCell - failing.count, size.trialsPerCell - failing.count, run])
  }

  // One cell in four has two bugs of its own, at about a fifth of its trials.
  private func isFailing(_ index: Int, _ position: Int) -> Bool {
    position % 4 == 0 && draw(index, position) < 2
  }

  private func draw(_ index: Int, _ position: Int) -> Int { (number &* 31 &+ position &* 17 &+ index &* 7) % 10 }

  private func trial(_ index: Int, _ position: Int) -> Trial {
    var trial = Trial(number: index, seed: UInt64(index), started: start + Double(index))
    (trial.duration, trial.boot, trial.verdict, trial.end) = (4.5, 0.2, .fail, .finding)
    let bug = draw(index, position)
    let name = "sample_function_\(position)_\(bug)"
    let frames = (0..<12).map { Frame(name: "\(name)_\($0)", offset: UInt64($0)) }
    trial.findings = [
      Finding(
        kind: .warning, title: "WARNING in \(name)", function: name, message: "a sample", frames: frames, firstLine: 10,
        lastLine: 60, signature: "5a" + String(repeating: "0", count: 8) + hex(position * 10 + bug).suffix(6))
    ]
    return trial
  }

  private func hex(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }
}
