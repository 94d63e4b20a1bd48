import Foundation
import Model
import Reports
import ResultStore
import Statistics

extension Pages {
  func overview(_ query: [String: String]) throws -> Reply {
    let runs = try store.countedRuns(limit: 50)
    let nights = try store.nights(limit: 20)
    if query["format"] == "json" {
      return try json(Overview(runs: runs.map(runDocument), nights: nights.map { try nightDocument($0) }))
    }
    return render(
      "overview",
      [
        "title": "Overview", "live": true, "damaged": store.damagedRows > 0 ? store.damagedRows : false,
        "running": runs.filter { state($0.run) == .running }.map(runRow),
        "runs": runs.map(runRow), "hasRuns": !runs.isEmpty, "hasNights": !nights.isEmpty,
        "nights": try nights.map(nightRow),
      ])
  }

  private func nightRow(_ record: NightRecord) throws -> Values {
    let night = try nightDocument(record)
    return [
      "id": night.id, "plan": night.plan, "started": minuteText(night.started), "state": night.state.rawValue,
      "verdict": verdictTag(night.verdict), "failing": "\(night.failing) / \(night.cells)", "news": night.new,
    ]
  }

  private func nightDocument(_ night: NightRecord) throws -> NightDocument {
    let cells = try store.cellCounts(ofNight: night.id)
    let isWhole = night.state == .finished && cells.judged == cells.all
    return NightDocument(
      id: night.id, plan: night.plan, started: night.started, state: night.state,
      verdict: cells.failing > 0 ? .failing : isWhole && cells.all > 0 ? .clean : .inconclusive, failing: cells.failing,
      cells: cells.all, new: try store.news(of: night.id).count { $0.kind == .new || $0.kind == .reappeared })
  }

  /// Running runs for event listeners: an array of objects in JSON.
  package func progress() throws -> String {
    let running = try store.countedRuns(limit: 50).filter { state($0.run) == .running }.map {
      Progress(id: $0.run.id, passes: $0.passes, fails: $0.fails, misses: $0.misses)
    }
    return try jsonText(running, pretty: false)
  }

  func runRow(_ counted: CountedRun) -> Values {
    runRow(counted.run, counted.passes, counted.fails, counted.misses)
  }

  func runRow(_ run: Run, _ passes: Int, _ fails: Int, _ misses: Int) -> Values {
    let rate = Rate(failures: fails, trials: fails + passes, confidence: run.confidence)
    var row: Values = [
      "id": run.id, "scenario": run.scenario, "scenarioWord": pathWord(run.scenario), "kernel": run.kernel.name,
      "release": run.kernel.release, "started": minuteText(run.started), "passes": passes, "fails": fails,
      "judged": rate.trials, "bar": rateBar(rate), "verdict": verdictTag(verdict(run, passes, fails)),
    ]
    if misses > 0 { row["misses"] = misses }
    return row
  }

  func verdict(_ run: Run, _ passes: Int, _ fails: Int) -> RunVerdict {
    runVerdict(
      RunCounts(passes: passes, fails: fails, misses: 0, seconds: 0), wanted: run.goal.trials,
      isFinished: state(run) == .finished)
  }
}

/// `/?format=json`.
private struct Overview: Encodable {
  let schema = "zlab.overview/1"
  let runs: [RunDocument]
  let nights: [NightDocument]
}

/// A night of the overview.
private struct NightDocument: Encodable {
  let id: String
  let plan: String
  let started: Date
  let state: RunState
  let verdict: RunVerdict
  /// Cells with a failure.
  let failing: Int
  let cells: Int
  /// Signatures that are new or reappeared.
  let new: Int
}

private struct Progress: Encodable {
  let id: String
  let passes: Int
  let fails: Int
  let misses: Int
}
