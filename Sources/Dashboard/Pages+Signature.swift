import Foundation
import Model
import Reports
import ResultStore
import Statistics

extension Pages {
  func signatures(_ query: [String: String]) throws -> Reply {
    let (groups, total) = try store.signatureGroups(limit: 200, placed: query["format"] == "json")
    if query["format"] == "json" { return try json(GroupDocument(count: total, signatures: groups)) }
    let rows = groups.map { group in
      [
        "signature": group.signature, "title": group.title, "kind": group.kind, "trials": group.lab,
        "field": group.field, "first": dayText(group.firstSeen), "last": dayText(group.lastSeen),
      ] as Values
    }
    return render("signatures", ["title": "Signatures", "rows": rows])
  }

  func signature(_ id: String, _ query: [String: String]) throws -> Reply {
    guard id.count >= 4 else { return missing("Signature '\(id)' not found.") }
    let group: SignatureGroup
    do { group = try store.signatureGroup(id) } catch is RequestError {
      return missing("Signature '\(id)' not found, or several begin so.")
    }
    let members = try store.members(of: group.signature)
    let sightings = try members.flatMap { try store.sightings(of: $0, limit: 200) }
    let field = try store.fieldSightings(of: members, limit: 50)
    let clearest = try store.clearestFinding(of: members)
    if query["format"] == "json" {
      return try json(
        SignatureDocument(
          signature: group, members: members, finding: clearest?.finding, sightings: field, lab: sightings,
          bisects: members.flatMap { try store.bisects(targeting: $0) },
          verifies: members.flatMap { try store.verifies(showing: $0) }.map(VerifySummary.init)))
    }
    var values: Values = [
      "title": group.title, "kind": group.kind, "signature": group.signature,
      "trials": count(group.lab, "trial"), "first": dayText(group.firstSeen), "last": dayText(group.lastSeen),
      "rows": sightings.map(sightingRow),
      "lines": try members.flatMap { try store.firstSightings(of: $0).sorted { $0.key < $1.key } }.map { line, first in
        [
          "line": line, "kernel": first.kernelName, "release": first.release, "run": first.run,
          "started": minuteText(first.started),
        ] as Values
      },
    ]
    values["hasLab"] = group.lab > 0
    if group.field > 0 {
      values["field"] =
        [
          "sightings": count(group.field, "sighting"), "hosts": count(group.hosts, "host"), "rows": field.map(fieldRow),
          "kernels": try store.fieldKernels(of: members, limit: 30).map { place in
            [
              "name": place.name.isEmpty ? "(unknown)" : place.name, "count": place.sightings,
              "last": dayText(place.lastSeen),
            ]
              as Values
          },
        ] as Values
    }
    if members.count > 1 { values["members"] = members.dropFirst().joined(separator: ", ") }
    let verifies = try members.flatMap { try verifyLinks($0) }
    (values["verifies"], values["hasVerifies"]) = (verifies, !verifies.isEmpty)
    values["bisects"] = try members.flatMap { try store.bisects(targeting: $0) }.map(bisectCard)
    if let newest = sightings.first, let trial = try store.trial(newest.firstTrial, of: newest.run),
      let finding = trial.findings.first(where: { members.contains($0.signature) })
    {
      values["trace"] = traceText(finding)
      values["console"] =
        [
          "run": newest.run, "trial": trial.number, "line": finding.firstLine, "from": windowStart(finding.firstLine),
        ] as Values
    } else if let clearest {
      values["trace"] = traceText(clearest.finding)
      values["excerpt"] = clearest.sighting.map { ["id": $0] as Values }
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

  func bisectCard(_ bisect: BisectRecord) -> Values {
    var card: Values = [
      "words": bisectWords(bisect), "repository": bisect.repository, "scenario": bisect.scenario,
      "scenarioWord": pathWord(bisect.scenario), "started": minuteText(bisect.started), "command": bisect.command,
    ]
    if let culprit = bisect.culprit { (card["commit"], card["author"]) = (culprit.id, culprit.author) }
    return card
  }
}

/// `/signature/SIGNATURE?format=json`: the value of `zlab signature show --format json` without what only the command has.
private struct SignatureDocument: Encodable {
  let schema = "zlab.signature/1"
  let signature: SignatureGroup
  let members: [String]
  let finding: Finding?
  let sightings: [FieldSightingRecord]
  let lab: [SightingRecord]
  let bisects: [BisectRecord]
  let verifies: [VerifySummary]
}
