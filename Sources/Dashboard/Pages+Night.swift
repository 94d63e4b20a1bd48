import Foundation
import Model
import Reports
import ResultStore
import Statistics

extension Pages {
  func night(_ id: String, _ query: [String: String] = [:]) throws -> Reply {
    guard let night = try store.night(id), id.count >= 4 else { return missing("Night '\(id)' not found.") }
    let report = try report(night)
    if query["format"] == "json" {
      return Reply(status: 200, type: "application/json", body: try Reports.render(report, as: .json))
    }
    let tallies = try store.tallies(ofNight: night.id)
    var values: Values = [
      "title": "Night \(night.id)", "state": report.state.rawValue, "started": minuteText(night.started),
      "plan": night.plan, "command": night.command, "summary": report.numbers,
      "quiet": report.changes(.new).isEmpty && report.changes(.reappeared).isEmpty,
      "sections": NightChangeKind.allCases.compactMap { section($0, report.changes($0)) },
      "cells": try store.cells(of: night.id).map { cellRow($0, tallies[$0.position]) },
      "hasTrouble": !report.trouble.isEmpty, "trouble": report.trouble.prefix(50).map(troubleRow),
    ]
    if report.trouble.count > 50 { values["moreTrouble"] = count(report.trouble.count - 50, "more reason") }
    values["ended"] = night.ended.map(minuteText)
    return render("night", values)
  }

  private func section(_ kind: NightChangeKind, _ changes: [NightChange]) -> Values? {
    guard !changes.isEmpty else { return nil }
    var section: Values = ["heading": kind.heading, "changes": changes.prefix(200).map(changeRow)]
    if changes.count > 200 { section["more"] = changes.count - 200 }
    return section
  }

  private func changeRow(_ change: NightChange) -> Values {
    var row: Values = [
      "mark": change.kind.mark, "look": change.kind.look, "signature": change.signature, "title": change.title,
      "place": change.place, "facts": change.facts,
    ]
    row["link"] = change.known?.link.map { htmlLink($0) }
    if let sighting = change.sighting {
      (row["run"], row["trial"], row["line"]) = (sighting.run, sighting.trial, sighting.finding.firstLine)
      row["from"] = windowStart(sighting.finding.firstLine)
    }
    return row
  }

  private func troubleRow(_ trouble: NightTrouble) -> Values {
    ["count": trouble.count, "reason": trouble.reason, "runs": trouble.runs.prefix(10).map { ["run": $0] as Values }]
  }

  private func cellRow(_ cell: CellRecord, _ tally: CellTally?) -> Values {
    var row: Values = [
      "kernel": cell.kernel, "line": cell.key.line, "config": cell.key.config, "state": cell.state.rawValue,
      "scenario": ([cell.key.scenario, cell.key.variant].filter { !$0.isEmpty }).joined(separator: " "),
      "scenarioWord": pathWord(cell.key.scenario), "reason": clipped(cell.reason ?? "", 160),
    ]
    row["run"] = cell.run
    if let tally {
      row["numbers"] = "\(tally.fails) / \(tally.judged)" + (tally.misses > 0 ? ", \(tally.misses) missed" : "")
      row["bar"] = rateBar(Rate(failures: tally.fails, trials: tally.judged))
    }
    return row
  }
}
