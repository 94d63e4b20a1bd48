package import Foundation
import GRDB
import Model

/// Result of an import.
package struct ImportCount: Codable, Sendable, Hashable {
  package var runs = 0
  package var trials = 0
  package var nights = 0
  package var bisects = 0
  /// Comparisons of kernels before and after a patch.
  package var verifies = 0
  /// Sightings of the field.
  package var sightings = 0
  /// Runs, nights, bisections and comparisons that have the id of another one here, and were left out.
  package var conflicts: [String] = []
  package init() {}
}

extension ResultStore {
  /// Takes in what an export holds and is not here yet; a second time nothing is left to do.
  ///
  /// Results of another machine are kept, shown and marked, but nights of this machine are never compared with them. The
  /// folder of a run is the one below this state folder that has its id, whatever the export says.
  /// - Parameters:
  ///   - next: the next line without its newline; nil at the end.
  ///   - name: of the file, for complaints.
  /// - Throws: `RequestError` with the line that is wrong; what stands before it has been taken in. `LabError`.
  package func takeIn(named name: String, next: () throws -> Data?) throws -> ImportCount {
    var count = ImportCount()
    var number = 1
    func parse(_ data: Data) throws(RequestError) -> ArchiveLine {
      do { return try storedRecord(ArchiveLine.self, data) } catch {
        throw RequestError("\(name):\(number): is no line of an export of zlab's")
      }
    }
    guard let first = try next(), let header = try parse(first).header, header.schema == archiveSchema else {
      throw RequestError("\(name) is no export of zlab's", advice: "`zlab db export` makes one.")
    }
    let isForeign = header.machine != machineName
    var batch: [ArchiveLine] = []
    var skipped: Set<String> = []
    func flush() throws {
      let lines = batch
      batch = []
      (count, skipped) = try write("import \(name)") { database in
        try lines.reduce(into: (count, skipped)) { try database.takeIn($1, isForeign, &$0.0, &$0.1) }
      }
    }
    while let data = try next() {
      number += 1
      if data.isEmpty { continue }
      var line = try parse(data)
      if let defect = line.defect { throw RequestError("\(name):\(number): \(defect)") }
      // Where it lay on the other machine is a folder of somebody's here.
      if let run = line.run?.record { line.run?.record = placed(run) }
      if let run = line.run?.record.id ?? line.night?.record.id ?? line.verify?.record.id,
        run.wholeMatch(of: /[0-9a-f]{8}/) == nil
      {
        throw RequestError("\(name):\(number): '\(run.prefix(20))' is no id")
      }
      if let bisect = line.bisect?.record, bisect.id != BisectRecord.id(bisect.name, bisect.started) {
        throw RequestError("\(name):\(number): '\(bisect.id.prefix(80))' is no id of that bisection")
      }
      batch.append(line)
      if batch.count >= 2000 { try flush() }
    }
    try flush()
    return count
  }
}

extension Database {
  fileprivate func takeIn(
    _ line: ArchiveLine, _ isForeign: Bool, _ count: inout ImportCount, _ skipped: inout Set<String>
  ) throws {
    if let run = line.run {
      if try takeIn(run, isForeign, &count) { skipped.remove(run.record.id) } else { skipped.insert(run.record.id) }
    } else if let trial = line.trial, !skipped.contains(trial.run) {
      let isKnown = try Int.fetchOne(
        self, sql: "SELECT 1 FROM trial WHERE run = ? AND number = ?", arguments: [trial.run, trial.record.number])
      guard isKnown == nil else { return }
      try insert(trial.record, into: trial.run)
      count.trials += 1
    } else if let night = line.night {
      try takeIn(night, isForeign, &count)
    } else if let bisect = line.bisect {
      switch try takeIn(bisect.record, imported: isForeign || bisect.foreign) {
      case true?: count.bisects += 1
      case false?: break
      case nil: count.conflicts.append("the bisection \(bisect.record.name)")
      }
    } else if let verify = line.verify {
      switch try takeIn(verify.record, imported: isForeign || verify.foreign) {
      case true?: count.verifies += 1
      case false?: break
      case nil: count.conflicts.append("the comparison \(verify.record.id)")
      }
    } else if let grouping = line.grouping {
      try takeIn(grouping)
    } else if let sighting = line.sighting {
      if try take(sighting, FieldRules(self), Date()).isStored { count.sightings += 1 }
    }
  }

  /// - Returns: whether its trials may be taken in too.
  private func takeIn(_ run: ArchiveLine.OneRun, _ isForeign: Bool, _ count: inout ImportCount) throws -> Bool {
    var record = run.record
    if record.state == .running { record.state = .interrupted }
    let row = try Row.fetchOne(
      self, sql: "SELECT record, pruned, imported FROM run WHERE id = ?", arguments: [record.id])
    guard let row else {
      try insert(record, line: run.line, imported: isForeign || run.foreign)
      if let counts = run.counts { try put(counts, of: record.id) }
      count.runs += 1
      return run.counts == nil
    }
    let known = try storedRecord(Run.self, row[0])
    guard known.seed == record.seed, known.started == record.started, known.scenario == record.scenario else {
      count.conflicts.append("the run \(record.id)")
      return false
    }
    // The other machine may have gone on with it since the last time.
    if row[2] {
      try execute(
        sql: "UPDATE run SET state = ?, record = ? WHERE id = ?",
        arguments: [record.state.rawValue, try storedJSON(record), record.id])
    }
    let isPruned: Bool = row[1]
    return !isPruned && run.counts == nil
  }

  private func put(_ counts: ArchiveLine.Counts, of run: String) throws {
    try execute(
      sql: "UPDATE run SET passes = ?, fails = ?, misses = ?, cut = ?, seconds = ?, pruned = 1 WHERE id = ?",
      arguments: [counts.passes, counts.fails, counts.misses, counts.cut, counts.seconds, run])
    for seen in counts.sightings {
      try execute(
        sql: """
          INSERT INTO signature (signature, kind, title, first_seen, last_seen, trials) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (signature) DO UPDATE SET trials = trials + excluded.trials,
            first_seen = MIN(first_seen, excluded.first_seen), last_seen = MAX(last_seen, excluded.last_seen)
          """,
        arguments: [seen.signature, seen.kind, seen.title, seen.seen, seen.seen, seen.trials])
      try execute(
        sql: """
          INSERT INTO sighting (run, signature, trials, named, cut, first_trial, line, started)
            SELECT id, ?, ?, ?, ?, ?, line, started FROM run WHERE id = ?
          """, arguments: [seen.signature, seen.trials, seen.named, seen.cut, seen.first, run])
    }
    try noteFirstNaming(by: run)
  }

  private func takeIn(_ night: ArchiveLine.OneNight, _ isForeign: Bool, _ count: inout ImportCount) throws {
    var record = night.record
    if record.state == .running { record.state = .interrupted }
    let row = try Row.fetchOne(self, sql: "SELECT record, imported FROM night WHERE id = ?", arguments: [record.id])
    if let row {
      let known = try storedRecord(NightRecord.self, row[0])
      guard known.seed == record.seed, known.started == record.started else {
        return count.conflicts.append("the night \(record.id)")
      }
      guard row[1] else { return }
      try update(record)
    } else {
      try insert(record, imported: isForeign || night.foreign)
      count.nights += 1
    }
    for cell in night.cells {
      var cell = cell
      // Its run was left out.
      if let run = cell.run, try Int.fetchOne(self, sql: "SELECT 1 FROM run WHERE id = ?", arguments: [run]) == nil {
        cell.run = nil
      }
      try put(cell, of: record.id)
    }
    try put(night.news, of: record.id)
  }

  /// Corrections that were made here stay.
  private func takeIn(_ grouping: ArchiveLine.Grouping) throws {
    if let text = grouping.text {
      try execute(
        sql: "INSERT OR IGNORE INTO signature_rule (signature, text, target) VALUES (?, ?, ?)",
        arguments: [grouping.signature, text, grouping.target])
    } else {
      let target = try SignatureGroups(self).group(of: grouping.target)
      guard target != grouping.signature else { return }
      try execute(
        sql: "INSERT OR IGNORE INTO signature_group (signature, target) VALUES (?, ?)",
        arguments: [grouping.signature, target])
    }
  }
}
