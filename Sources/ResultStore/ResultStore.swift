package import Folders
import Foundation
import GRDB
package import Records

/// Every run and trial ever made, in SQLite, shared by all zlab processes of a user.
package struct ResultStore: Sendable {
  private let database: DatabasePool
  private let path: String

  /// Opens the database under the state folder, making it when there is none.
  /// - Throws: `LabError` when the file is damaged, newer than this zlab, or the disk refuses.
  package init(_ folders: Folders) throws(LabError) {
    path = folders.state.appending(path: "results.sqlite").path
    do {
      try FileManager.default.createDirectory(at: folders.state, withIntermediateDirectories: true)
      var configuration = Configuration()
      configuration.busyMode = .timeout(10)
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
      database = try DatabasePool(path: path, configuration: configuration)
      let newer = try database.read { try schema.hasBeenSuperseded($0) }
      guard !newer else {
        throw LabError("\(path) was written by a newer zlab", advice: "Use that one, or move the file aside.")
      }
      try schema.migrate(database)
    } catch let error as LabError {
      throw error
    } catch {
      throw trouble(error, "open the results in \(path)")
    }
  }

  /// Remembers a run that begins.
  /// - Throws: `LabError`.
  package func add(_ run: Run) throws(LabError) {
    try write("remember the run") { database in
      try database.execute(
        sql: "INSERT INTO run (id, scenario, kernel, state, started, record) VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [run.id, run.scenario, run.kernel.id, run.state.rawValue, run.started, try json(run)])
    }
  }

  /// Puts down how a run stands.
  /// - Throws: `LabError`.
  package func update(_ run: Run) throws(LabError) {
    try write("update the run") { database in
      try database.execute(
        sql: "UPDATE run SET state = ?, record = ? WHERE id = ?",
        arguments: [run.state.rawValue, try json(run), run.id])
    }
  }

  /// Remembers a trial with its findings, all or nothing.
  /// - Throws: `LabError`.
  package func add(_ trial: Trial, to run: String) throws(LabError) {
    try write("remember the trial") { database in
      try database.execute(
        sql: "INSERT INTO trial (run, number, verdict, started, duration, record) VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [run, trial.number, trial.verdict.rawValue, trial.started, trial.duration, try json(trial)])
      for (position, finding) in trial.findings.enumerated() {
        try database.execute(
          sql: "INSERT INTO finding (run, trial, position, signature, kind, title) VALUES (?, ?, ?, ?, ?, ?)",
          arguments: [run, trial.number, position, finding.signature, finding.kind.rawValue, finding.title])
      }
    }
  }

  /// The trials of a run by number.
  /// - Throws: `LabError`, also for a record that this zlab cannot read: leaving it out would change the verdict.
  package func trials(of run: String) throws(LabError) -> [Trial] {
    try read("read the trials") { database in
      let sql = "SELECT record FROM trial WHERE run = ? ORDER BY number"
      return try Data.fetchAll(database, sql: sql, arguments: [run]).map { try decoder.decode(Trial.self, from: $0) }
    }
  }

  /// The newest runs, the newest first.
  /// - Throws: `LabError`.
  package func runs(limit: Int) throws(LabError) -> [Run] {
    try read("list the runs") { database in
      let sql = "SELECT record FROM run ORDER BY started DESC, rowid DESC LIMIT ?"
      return try Data.fetchAll(database, sql: sql, arguments: [limit]).map { try decoder.decode(Run.self, from: $0) }
    }
  }

  /// The run that a person means: `latest`, or the first letters of its id.
  /// - Throws: `RequestError` when none or several fit, `LabError` when the database cannot be read.
  package func run(_ text: String) throws -> Run {
    if text == "latest" {
      if let run = try runs(limit: 1).first { return run }
      throw RequestError("there is no run yet", advice: "`zlab run SCENARIO --kernel KERNEL` makes one.")
    }
    let found: [Run] = try read("look for the run \(text)") { database in
      // The prefix is compared by length, so that % and _ of a pattern mean nothing.
      let sql = "SELECT record FROM run WHERE substr(id, 1, length(?)) = ? ORDER BY started DESC LIMIT 10"
      return try Data.fetchAll(database, sql: sql, arguments: [text, text]).map {
        try decoder.decode(Run.self, from: $0)
      }
    }
    switch found.count {
    case 1: return found[0]
    case 0: throw RequestError("there is no run '\(text)'", advice: "`zlab report --list` shows the runs.")
    default:
      throw RequestError("'\(text)' fits several runs: \(found.map(\.id).joined(separator: ", "))")
    }
  }

  private func write(_ what: String, _ body: (Database) throws -> Void) throws(LabError) {
    do { try database.write(body) } catch { throw trouble(error, "\(what) in \(path)") }
  }

  private func read<Value>(_ what: String, _ body: (Database) throws -> Value) throws(LabError) -> Value {
    do { return try database.read(body) } catch { throw trouble(error, "\(what) in \(path)") }
  }
}

private func json(_ value: some Encodable) throws -> Data {
  let encoder = JSONEncoder()
  encoder.dateEncodingStrategy = .iso8601
  encoder.outputFormatting = [.sortedKeys]
  return try encoder.encode(value)
}

private let decoder: JSONDecoder = {
  let decoder = JSONDecoder()
  decoder.dateDecodingStrategy = .iso8601
  return decoder
}()

private func trouble(_ error: any Error, _ attempt: String) -> LabError {
  if error is DecodingError {
    return LabError("cannot \(attempt): a record there is damaged, or of another version of zlab: \(error)")
  }
  guard let error = error as? DatabaseError else { return LabError("cannot \(attempt): \(reason(error))") }
  let advice: String? =
    switch error.resultCode {
    case .SQLITE_FULL: "Make room on that disk."
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: "Move the file aside; zlab makes a new one and keeps its hands off the old."
    case .SQLITE_BUSY: "Another zlab holds it; try again."
    default: nil
    }
  return LabError("cannot \(attempt): \(error.message ?? error.resultCode.description)", advice: advice)
}
