import Foundation
import Model
import Reports
import ResultStore
import Statistics

extension Pages {
  func signatures() throws -> Reply {
    let rows = try store.signatures(limit: 200).map { record in
      [
        "signature": record.signature, "title": record.title, "kind": record.kind, "trials": record.trials,
        "first": dayText(record.firstSeen), "last": dayText(record.lastSeen),
      ] as Values
    }
    return render("signatures", ["title": "Signatures", "rows": rows])
  }

  func signature(_ id: String) throws -> Reply {
    guard id.count >= 4, let record = try store.signature(id) else { return missing("Signature '\(id)' not found.") }
    let sightings = try store.sightings(of: record.signature, limit: 200)
    var values: Values = [
      "title": record.title, "kind": record.kind, "signature": record.signature,
      "trials": count(record.trials, "trial"), "first": dayText(record.firstSeen), "last": dayText(record.lastSeen),
      "rows": sightings.map(sightingRow),
      "lines": try store.firstSightings(of: record.signature).sorted { $0.key < $1.key }.map { line, first in
        [
          "line": line, "kernel": first.kernelName, "release": first.release, "run": first.run,
          "started": minuteText(first.started),
        ] as Values
      },
    ]
    values["bisects"] = try store.bisects(targeting: record.signature).map(bisectCard)
    if let newest = sightings.first, let trial = try store.trial(newest.firstTrial, of: newest.run),
      let finding = trial.findings.first(where: { $0.signature == record.signature })
    {
      values["trace"] = traceText(finding)
      (values["traceRun"], values["traceTrial"]) = (newest.run, trial.number)
      (values["traceLine"], values["traceFrom"]) = (finding.firstLine, windowStart(finding.firstLine))
    }
    return render("signature", values)
  }

  private func sightingRow(_ seen: SightingRecord) -> Values {
    var row: Values = [
      "run": seen.run, "trial": seen.firstTrial, "scenario": seen.scenario, "scenarioWord": pathWord(seen.scenario),
      "kernel": seen.kernelName, "release": seen.release, "started": minuteText(seen.started), "trials": seen.trials,
      "judged": seen.judged, "bar": rateBar(Rate(failures: seen.trials, trials: seen.judged)),
    ]
    row["night"] = seen.night
    return row
  }

  private func bisectCard(_ bisect: BisectRecord) -> Values {
    var card: Values = [
      "words": bisectWords(bisect), "repository": bisect.repository, "scenario": bisect.scenario,
      "scenarioWord": pathWord(bisect.scenario), "started": minuteText(bisect.started), "command": bisect.command,
    ]
    if let culprit = bisect.culprit { (card["commit"], card["author"]) = (culprit.id, culprit.author) }
    return card
  }
}
