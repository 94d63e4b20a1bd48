import Foundation
import Model
import Reports
import ResultStore
import Statistics

extension Pages {
  func scenarios(_ query: [String: String]) throws -> Reply {
    let scenarios = try store.scenarios()
    if query["format"] == "json" {
      return try json(
        ScenarioList(scenarios: scenarios.map { .init(name: $0.name, runs: $0.runs, newest: $0.newest) }))
    }
    let rows = scenarios.map { scenario in
      [
        "name": scenario.name, "word": pathWord(scenario.name), "runs": count(scenario.runs, "run"),
        "newest": minuteText(scenario.newest),
      ] as Values
    }
    return render("scenarios", ["title": "Scenarios", "rows": rows])
  }

  func scenario(_ name: String, _ query: [String: String]) throws -> Reply {
    let points = try store.history(of: name)
    guard !points.isEmpty else { return missing("No runs of scenario '\(name)'.") }
    if query["format"] == "json" { return try json(ScenarioDocument(name: name, history: points)) }
    let lines = Dictionary(grouping: points, by: \.line).sorted { $0.key < $1.key }.prefix(12)
    return render(
      "scenario",
      [
        "title": name, "strip": heatStrip(points),
        "charts": lines.map { ["line": "Kernels \($0.key)", "chart": rateChart($0.value)] as Values },
        "runs": try points.prefix(50).map { try pointRow($0, name) },
      ])
  }

  private func pointRow(_ point: HistoryPoint, _ scenario: String) throws -> Values {
    let rate = Rate(failures: point.fails, trials: point.fails + point.passes)
    let run = try store.knownRun(point.run)
    let verdict = run.map { self.verdict($0, point.passes, point.fails) } ?? .inconclusive
    var row: Values = [
      "id": point.run, "scenario": scenario, "scenarioWord": pathWord(scenario), "kernel": point.kernelName,
      "release": point.release, "started": minuteText(point.started), "fails": point.fails, "judged": rate.trials,
      "bar": rateBar(rate),
      "verdict": verdictTag(verdict),
    ]
    if point.misses > 0 { row["misses"] = point.misses }
    return row
  }

  func compare(_ query: [String: String]) throws -> Reply {
    var values: Values = ["title": "Compare two runs", "one": query["one"] ?? "", "other": query["other"] ?? ""]
    guard let one = query["one"], let other = query["other"], !one.isEmpty, !other.isEmpty else {
      return render("compare", values)
    }
    guard let first = try store.countedRun(try store.run(one).id),
      let second = try store.countedRun(try store.run(other).id)
    else { return missing("Run not found.") }
    values["result"] = true
    (values["one"], values["other"]) = (first.run.id, second.run.id)
    values["runs"] = [runRow(first), runRow(second)]
    let chance = fisherTest(
      Share(failures: first.fails, trials: first.fails + first.passes),
      Share(failures: second.fails, trials: second.fails + second.passes))
    values["verdict"] =
      "p = \(percent(chance)) if both have the same failure rate (Fisher's exact test)."
    let rows = try signatureRows(first.run.id, second.run.id)
    values["findings"] = rows
    values["hasFindings"] = !rows.isEmpty
    values["differences"] = differences(first.run, second.run)
    return render("compare", values)
  }

  private func signatureRows(_ one: String, _ other: String) throws -> [Values] {
    let (first, second) = (try store.signatures(ofRun: one), try store.signatures(ofRun: other))
    let counts = (
      Dictionary(first.map { ($0.record.signature, $0.tally.trials) }) { $1 },
      Dictionary(second.map { ($0.record.signature, $0.tally.trials) }) { $1 }
    )
    var seen: Set<String> = []
    return (first + second).map(\.record).filter { seen.insert($0.signature).inserted }.prefix(200).map { record in
      let (before, after) = (counts.0[record.signature] ?? 0, counts.1[record.signature] ?? 0)
      return [
        "signature": record.signature, "title": record.title, "first": before, "second": after,
        "fate": after == 0 ? "only in the first" : before == 0 ? "only in the second" : "",
      ]
    }
  }

  private func differences(_ one: Run, _ other: Run) -> [Values] {
    func words(_ run: Run) -> [(String, String)] {
      [
        ("scenario", run.scenario), ("kernel", "\(run.kernel.name) \(run.kernel.id.prefix(12))"),
        ("fragments", run.kernel.build?.fragments.joined(separator: " ") ?? "stock"),
        (
          "parameters", run.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        ),
        ("schedule", run.schedule?.description ?? "mttcg"), ("QEMU", run.host["qemu"] ?? ""),
        ("seed", String(run.seed)),
      ]
    }
    return zip(words(one), words(other)).filter { $0.1 != $1.1 }.map {
      ["name": $0.0, "first": $0.1, "second": $1.1]
    }
  }
}

/// `/scenarios?format=json`.
private struct ScenarioList: Encodable {
  struct Line: Encodable {
    let name: String
    let runs: Int
    let newest: Date
  }

  let schema = "zlab.scenarios/1"
  let scenarios: [Line]
}

/// `/scenario/NAME?format=json`.
private struct ScenarioDocument: Encodable {
  let schema = "zlab.scenario-history/1"
  let name: String
  /// The newest first.
  let history: [HistoryPoint]
}
