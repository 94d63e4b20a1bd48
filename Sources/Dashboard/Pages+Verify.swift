import Foundation
import Model
import Reports
import ResultStore
import Statistics

extension Pages {
  /// Comparisons of kernels before and after a patch.
  func verifies(_ query: [String: String]) throws -> Reply {
    let verifies = try store.verifies(limit: 100)
    if query["format"] == "json" { return try json(VerifyList(verifies: verifies.map(VerifySummary.init))) }
    return render("verifies", ["title": "Patches", "rows": verifies.map(verifyRow)])
  }

  /// One comparison with its signatures, patches and runs.
  func verify(_ id: String, _ query: [String: String]) throws -> Reply {
    guard id.count >= 4, let result = try store.verify(id) else {
      return missing("Comparison '\(clipped(id, 80))' not found.")
    }
    let report = VerifyReport(result)
    if query["format"] == "json" { return try json(report) }
    var values = verifyRow(result)
    values["title"] = VerifySummary(result).patch
    values["why"] = report.explanation
    values["evidence"] = report.evidenceText
    values["sides"] = PatchSide.allCases.map { side in
      let place = side == .before ? result.before : result.after
      var row: Values = [
        "side": side.rawValue, "rate": report.rateText(side), "bar": rateBar(result.rate(side)),
        "kernel": place.kernel.name, "kernelID": place.kernel.id, "release": place.kernel.release,
      ]
      row["run"] = place.run
      return row
    }
    values["hasMisses"] = result.judgement.before.misses + result.judgement.after.misses > 0
    values["misses"] = "\(result.judgement.before.misses) before, \(result.judgement.after.misses) after"
    values["signatures"] = result.judgement.signatures.map { row in
      [
        "signature": row.signature, "title": result.sightings[row.signature]?.finding.title ?? row.signature,
        "fate": row.fate.rawValue + (row.isTargeted ? ", target" : ""), "before": row.before, "after": row.after,
        "look": row.fate == .new ? "bad" : row.fate == .wentAway ? "good" : "",
      ] as Values
    }
    values["hasSignatures"] = !result.judgement.signatures.isEmpty
    values["patches"] = result.subject.patches.map(patchValues)
    values["base"] = result.subject.base.map(patchValues)
    values["hasBase"] = !result.subject.base.isEmpty
    values["source"] = result.subject.source
    values["config"] = result.subject.config.isEmpty ? "stock" : result.subject.config.joined(separator: " ")
    values["duration"] = decimals(result.duration, 0)
    values["command"] = ReproCommand(words: result.command).text
    return render("verify", values)
  }

  func verifyRow(_ result: VerifyResult) -> Values {
    let summary = VerifySummary(result)
    let look: [FixVerdict: String] = [.fixed: "good", .notFixed: "bad", .addsNew: "bad"]
    return [
      "id": result.id, "patch": summary.patch, "verdict": summary.verdict.rawValue,
      "look": look[summary.verdict] ?? "doubt", "scenario": summary.scenario,
      "scenarioWord": pathWord(summary.scenario), "before": "\(summary.before.shown) / \(summary.before.trials)",
      "after": "\(summary.after.shown) / \(summary.after.trials)", "started": minuteText(summary.started),
      "state": summary.state == .finished ? "" : summary.state.rawValue,
    ]
  }

  /// Links of the comparisons in which a signature showed.
  func verifyLinks(_ signature: String) throws -> [Values] {
    try store.verifies(showing: signature).map { result in
      ["id": result.id, "words": VerifySummary(result).words(about: signature, in: result)]
    }
  }

  private func patchValues(_ patch: PatchMention) -> Values {
    ["title": patch.title, "author": patch.author ?? ""]
  }
}

/// `/verifies?format=json`.
private struct VerifyList: Encodable {
  let schema = "zlab.verifies/1"
  let verifies: [VerifySummary]
}
