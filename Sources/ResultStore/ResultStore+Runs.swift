import Foundation
import GRDB
package import Model
import Storage

extension ResultStore {
  /// Remembers a run that begins.
  /// - Parameter line: of kernels that its results are compared within; nil for that of its release.
  /// - Throws: `LabError`.
  package func add(_ run: Run, line: String? = nil) throws(LabError) {
    try write("remember the run") { database in try database.insert(run, line: line, imported: false) }
  }

  /// Puts down how a run stands.
  /// - Throws: `LabError`.
  package func update(_ run: Run) throws(LabError) {
    try write("update the run") { database in
      try database.execute(
        sql: "UPDATE run SET state = ?, record = ? WHERE id = ?",
        arguments: [run.state.rawValue, try storedJSON(run), run.id])
    }
  }

  /// Remembers a trial with its findings, all or nothing.
  /// - Throws: `LabError`.
  package func add(_ trial: Trial, to run: String) throws(LabError) {
    try write("remember the trial") { database in try database.insert(trial, into: run) }
  }

  /// Remembers several trials with their findings, all or nothing.
  /// - Throws: `LabError`.
  package func add(_ trials: [Trial], to run: String) throws(LabError) {
    try write("remember trials") { database in for trial in trials { try database.insert(trial, into: run) } }
  }

  /// The trials of a run by number.
  ///
  /// Of one whose record is damaged its columns are told: leaving it out would change the verdict.
  /// - Throws: `LabError`.
  package func trials(of run: String) throws(LabError) -> [Trial] {
    try read("read the trials") { database in
      try intactTrials(database, "trial WHERE run = ? ORDER BY number", [run])
    }
  }

  /// One trial of a run; nil when there is none with this number, or it was taken out to save room.
  /// - Throws: `LabError`.
  package func trial(_ number: Int, of run: String) throws(LabError) -> Trial? {
    try read("read the trial") { database in
      try intactTrials(database, "trial WHERE run = ? AND number = ?", [run, number]).first
    }
  }

  /// The newest runs, the newest first.
  /// - Throws: `LabError`.
  package func runs(limit: Int) throws(LabError) -> [Run] {
    try read("list the runs") { database in
      try intactRecords(
        Run.self, of: "run", database, "SELECT record, id FROM run ORDER BY started DESC, rowid DESC LIMIT ?", [limit]
      ).map(placed)
    }
  }

  /// A run with its folder where runs of this state folder lie, whatever its record says: it may have been imported, or
  /// the state folder may have been moved.
  func placed(_ run: Run) -> Run {
    var run = run
    run.folder = folders.run(run.id).path
    return run
  }

  /// The run with exactly this id; nil when there is none.
  /// - Throws: `LabError`.
  package func knownRun(_ id: String) throws(LabError) -> Run? {
    try read("look for the run \(id)") { database in
      try database.records(Run.self, "SELECT record FROM run WHERE id = ?", [id]).first.map(placed)
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
      let sql = "SELECT record FROM run WHERE \(begins("id")) ORDER BY started DESC LIMIT 10"
      return try database.records(Run.self, sql, [text, text]).map(placed)
    }
    switch found.count {
    case 1: return found[0]
    case 0: throw RequestError("there is no run '\(text)'", advice: "`zlab report --list` shows the runs.")
    default:
      throw RequestError("'\(text)' fits several runs: \(found.map(\.id).joined(separator: ", "))")
    }
  }
}
