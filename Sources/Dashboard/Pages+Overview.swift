import Foundation
import Records
import Reports
import ResultStore
import Statistics

extension Pages {
  func overview() throws -> Reply {
    let runs = try store.countedRuns(limit: 50)
    let nights = try store.nights(limit: 20)
    return render(
      "overview",
      [
        "title": "Overview", "live": true, "running": runs.filter { state($0.run) == .running }.map(runRow),
        "runs": runs.map(runRow), "hasRuns": !runs.isEmpty, "hasNights": !nights.isEmpty,
        "nights": nights.map { night in
          [
            "id": night.id, "plan": night.plan, "started": minuteText(night.started), "state": night.state.rawValue,
          ] as Values
        },
      ])
  }

  /// What runs now, for those who listen: an array of objects in JSON.
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
    let wanted = run.goal.trials ?? (state(run) == .finished ? 1 : .max)
    return fails > 0 ? .failing : passes > 0 && passes >= wanted ? .clean : .inconclusive
  }

  func night(_ id: String) throws -> Reply {
    guard let night = try store.night(id), id.count >= 4 else { return missing("There is no night '\(id)'.") }
    let tallies = try store.tallies(ofNight: night.id)
    let news = try store.news(of: night.id).filter { $0.kind != .seen && $0.kind != .quiet }
    let titles = try store.signatures(Set(news.map(\.signature)))
    var values: Values = [
      "title": "Night \(night.id)", "state": night.state.rawValue, "started": minuteText(night.started),
      "plan": night.plan, "command": night.command,
      "news": news.map { newsRow($0, titles[$0.signature]) },
      "cells": try store.cells(of: night.id).map { cellRow($0, tallies[$0.position]) },
    ]
    values["ended"] = night.ended.map(minuteText)
    return render("night", values)
  }

  private func newsRow(_ news: NightNews, _ record: SignatureRecord?) -> Values {
    var row: Values = [
      "kind": news.kind.rawValue, "look": news.kind == .gone ? "good" : news.kind == .rateChanged ? "doubt" : "bad",
      "signature": news.signature, "title": record?.title ?? news.signature,
      "place": "\(news.key.scenario) on \(news.key.line), \(news.key.config)",
      "now": "\(news.now.failures) of \(news.now.trials)",
    ]
    row["before"] = news.before.map { "\($0.failures) of \($0.trials)" }
    row["why"] = news.confidence.map { "gone with \(percent($0)) confidence" } ?? news.pValue.map { "p = \($0)" }
    return row
  }

  private func cellRow(_ cell: CellRecord, _ tally: CellTally?) -> Values {
    var row: Values = [
      "kernel": cell.kernel, "line": cell.key.line, "config": cell.key.config, "state": cell.state.rawValue,
      "scenario": ([cell.key.scenario, cell.key.variant].filter { !$0.isEmpty }).joined(separator: " "),
      "scenarioWord": pathWord(cell.key.scenario), "reason": cell.reason ?? "",
    ]
    row["run"] = cell.run
    if let tally {
      row["numbers"] = "\(tally.fails) / \(tally.judged)" + (tally.misses > 0 ? ", \(tally.misses) missed" : "")
      row["bar"] = rateBar(Rate(failures: tally.fails, trials: tally.judged))
    }
    return row
  }
}

private struct Progress: Encodable {
  let id: String
  let passes: Int
  let fails: Int
  let misses: Int
}
