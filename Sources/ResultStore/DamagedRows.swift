import Foundation
import GRDB
import Model
import Storage
import Synchronization
import TextOutput

/// Log of the damaged rows that a store has come across, each reported once.
final class DamageLog: Sendable {
  private let seen = Mutex<Set<String>>([])

  /// - Parameter key: of the row, unique over all tables.
  /// - Returns: whether it is new.
  func add(_ key: String) -> Bool { seen.withLock { $0.insert(key).inserted } }

  var count: Int { seen.withLock(\.count) }
}

extension ResultStore {
  /// Damaged rows that were left out of what was read until now.
  package var damagedRows: Int { damage.count }

  /// Reads rows and leaves out those that are damaged, with a ``Notice``.
  /// - Parameters:
  ///   - table: which the rows are of.
  ///   - key: of a row, in words.
  func intact<Value>(_ rows: [Row], of table: String, key: (Row) -> String, _ read: (Row) throws -> Value) -> [Value] {
    var fresh: [String] = []
    let values = rows.compactMap { row -> Value? in
      do { return try read(row) } catch {
        let name = key(row)
        if damage.add("\(table) \(name)") { fresh.append(name) }
        return nil
      }
    }
    report(fresh, of: table)
    return values
  }

  /// Says which rows were found damaged.
  func report(_ fresh: [String], of table: String) {
    guard let first = fresh.first else { return }
    let others = fresh.count > 1 ? " and \(fresh.count - 1) more" : ""
    Notice.send(
      "left out what is damaged in \(path): \(table) \(first)\(others); `zlab db check` lists it, "
        + "`zlab db check --repair` takes it out")
  }

  /// The records in the first column of rows, whose second column is their key.
  func intactRecords<Value: Decodable>(
    _ type: Value.Type, of table: String, _ database: Database, _ sql: String, _ arguments: StatementArguments = []
  ) throws -> [Value] {
    intact(try Row.fetchAll(database, sql: sql, arguments: arguments), of: table, key: { $0.words(1) }) { row in
      try storedRecord(type, row.value(0))
    }
  }

  /// The trials of a query, each from its record; of a damaged one what the columns and its findings' rows still say.
  /// - Parameter rest: of the query, after the columns.
  func intactTrials(
    _ database: Database, _ rest: String, _ arguments: StatementArguments
  ) throws -> [Trial] {
    let sql = "SELECT \(trialColumns) FROM " + rest
    var fresh: [String] = []
    let trials = try Row.fetchAll(database, sql: sql, arguments: arguments).compactMap { row -> Trial? in
      if let trial = try? storedTrial(row) { return trial }
      let name = "\(row.words(1)) of run \(row.words(0))"
      if damage.add("trial \(name)") { fresh.append(name) }
      return try? database.rebuiltTrial(row)
    }
    report(fresh, of: "trial")
    return trials
  }
}

/// The columns that ``storedTrial(_:)`` and ``rebuiltTrial(_:)`` read.
let trialColumns = "trial.run, trial.number, trial.verdict, trial.started, trial.duration, trial.record"

/// A trial from its record, where that is what its columns say.
func storedTrial(_ row: Row) throws -> Trial {
  let trial = try storedRecord(Trial.self, row.value(5))
  let (number, verdict): (Int, String) = (try row.value(1), try row.value(2))
  guard trial.number == number, trial.verdict.rawValue == verdict else { throw DamagedRow() }
  return trial
}

/// A row that contradicts itself.
struct DamagedRow: Error {}

extension Database {
  /// A run from its record, or, where that cannot be read, from what is stored beside it: its trials must not go with it.
  func rebuiltRun(_ rowid: Int64) throws -> Run {
    let sql = """
      SELECT run.id, scenario, run.kernel, state, started, run.record, build.record, facts,
        (SELECT COUNT(*) FROM trial WHERE trial.run = run.id)
      FROM run LEFT JOIN build ON build.kernel = run.kernel LEFT JOIN host ON host.id = run.host WHERE run.rowid = ?
      """
    guard let row = try Row.fetchOne(self, sql: sql, arguments: [rowid]) else { throw DamagedRow() }
    let (id, scenario, kernelID): (String, String, String) = (try row.value(0), try row.value(1), try row.value(2))
    if let run = try? storedRecord(Run.self, row.value(5)), run.id == id { return run }
    let started = (try? row.value(4) as Date) ?? Date(timeIntervalSince1970: 0)
    let kernel =
      (try? storedRecord(KernelRecord.self, row.value(6)))
      ?? KernelRecord(id: kernelID, name: kernelID, release: "", origin: "", created: started)
    let facts = try? JSONDecoder().decode([String: String].self, from: Data((row.value(7) as String).utf8))
    var run = Run(
      id: id, scenario: scenario, scenarioText: "", kernel: kernel,
      image: ImageRecord(id: "", name: "", kernel: kernelID, size: 0, created: started), seed: 0,
      goal: RunGoal(trials: try row.value(8)), parameters: [:], confidence: 0.95, started: started,
      command: ReproCommand("run", [scenario, "--kernel", String(kernelID.prefix(12))]).text, folder: "",
      host: facts ?? [:])
    let state = RunState(rawValue: (try? row.value(3)) ?? "") ?? .interrupted
    run.state = state == .running ? .interrupted : state
    return run
  }

  /// A trial from what is stored beside its record: its verdict and what it found stay.
  func rebuiltTrial(_ row: Row) throws -> Trial {
    let (run, number, word): (String, Int, String) = (try row.value(0), try row.value(1), try row.value(2))
    guard let verdict = TrialVerdict(rawValue: word) else { throw DamagedRow() }
    var trial = Trial(number: number, seed: 0, started: try row.value(3))
    (trial.verdict, trial.end, trial.duration) = (
      verdict, verdict == .miss ? .labFailure : .completed, try row.value(4)
    )
    trial.note = "its record in the database was damaged; this is what is known without it"
    let sql = "SELECT signature, kind, title FROM finding WHERE run = ? AND trial = ? ORDER BY position"
    trial.findings = try Row.fetchAll(self, sql: sql, arguments: [run, number]).map { row in
      let (signature, kind, title): (String, String, String) = (try row.value(0), try row.value(1), try row.value(2))
      return Finding(
        kind: FindingKind(rawValue: kind) ?? .other, title: title, function: nil, message: title, frames: [],
        firstLine: 0, lastLine: 0, signature: signature)
    }
    return trial
  }
}

extension Row {
  /// A column, which may hold anything in a file that was damaged.
  /// - Throws: ``DamagedRow`` where it cannot be read as what it is to be; a subscript would end the process.
  func value<Value: DatabaseValueConvertible>(_ index: Int) throws -> Value {
    // Not `decode`, which lets SQLite make a number of any text while its statement is open.
    guard let value = Value.fromDatabaseValue(self[index] as DatabaseValue) else { throw DamagedRow() }
    return value
  }

  /// A column in words, whatever it holds.
  func words(_ index: Int) -> String {
    switch (self[index] as DatabaseValue).storage {
    case .null: "NULL"
    case .int64(let number): String(number)
    case .double(let number): String(number)
    case .string(let text): String(text.prefix(40))
    case .blob(let data): "a blob of \(data.count) bytes"
    }
  }
}
