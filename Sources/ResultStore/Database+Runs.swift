import Foundation
import GRDB
import Model
import Statistics

extension Database {
  /// Writes a run with its kernel and host; it has no trials yet.
  func insert(_ run: Run, line: String?, imported: Bool) throws {
    let line = line ?? kernelLine(run.kernel.release)
    try remember(run.kernel, line: line)
    let facts = String(decoding: try storedJSON(run.host), as: UTF8.self)
    try execute(sql: "INSERT OR IGNORE INTO host (facts) VALUES (?)", arguments: [facts])
    try execute(
      sql: """
        INSERT INTO run (id, scenario, kernel, state, started, record, line, imported, host)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT id FROM host WHERE facts = ?))
        """,
      arguments: [
        run.id, run.scenario, run.kernel.id, run.state.rawValue, run.started, try storedJSON(run), line, imported,
        facts,
      ])
  }

  /// Writes a trial with its findings, and counts both.
  func insert(_ trial: Trial, into run: String) throws {
    let verdict = trial.verdict
    let isCut = verdict == .fail && trial.end != .completed
    try cachedStatement(
      sql: "INSERT INTO trial (run, number, verdict, started, duration, record) VALUES (?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [run, trial.number, verdict.rawValue, trial.started, trial.duration, try storedJSON(trial)])
    try cachedStatement(
      sql: """
        UPDATE run SET passes = passes + ?, fails = fails + ?, misses = misses + ?, cut = cut + ?,
          seconds = seconds + ? WHERE id = ?
        """
    ).execute(arguments: [verdict == .pass, verdict == .fail, verdict == .miss, isCut, trial.duration, run])
    guard !trial.findings.isEmpty else { return }
    for (position, finding) in trial.findings.enumerated() {
      try execute(
        sql: "INSERT INTO finding (run, trial, position, signature, kind, title) VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [run, trial.number, position, finding.signature, finding.kind.rawValue, finding.title])
    }
    let named = TrialObservation(trial).signatures
    var counted: Set<String> = []
    for finding in trial.findings where counted.insert(finding.signature).inserted {
      try count(finding, of: trial, in: run, isNamed: named.contains(finding.signature), isCut: isCut)
    }
  }

  private func count(_ finding: Finding, of trial: Trial, in run: String, isNamed: Bool, isCut: Bool) throws {
    try execute(
      sql: """
        INSERT INTO signature (signature, kind, title, first_seen, last_seen, trials) VALUES (?, ?, ?, ?, ?, 1)
        ON CONFLICT (signature) DO UPDATE SET trials = trials + 1,
          first_seen = MIN(first_seen, excluded.first_seen), last_seen = MAX(last_seen, excluded.last_seen)
        """,
      arguments: [finding.signature, finding.kind.rawValue, finding.title, trial.started, trial.started])
    try execute(
      sql: """
        INSERT INTO sighting (run, signature, trials, named, cut, first_trial, line, started)
          SELECT id, ?, 1, ?, ?, ?, line, started FROM run WHERE id = ?
        ON CONFLICT (run, signature) DO UPDATE SET trials = trials + 1, named = named + excluded.named,
          cut = cut + excluded.cut, first_trial = MIN(first_trial, excluded.first_trial)
        """,
      arguments: [finding.signature, isNamed, isCut, trial.number, run])
    if isNamed { try noteFirstNaming(by: run) }
  }

  private func remember(_ kernel: KernelRecord, line: String) throws {
    try execute(
      sql: """
        INSERT INTO build (kernel, name, release, line, made, seconds, record) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (kernel) DO UPDATE SET name = excluded.name, record = excluded.record
        """,
      arguments: [
        kernel.id, kernel.name, kernel.release, line, kernel.created.formatted(.iso8601), kernel.build?.seconds,
        try storedJSON(kernel),
      ])
  }
}
