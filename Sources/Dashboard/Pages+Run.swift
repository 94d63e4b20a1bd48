import Foundation
import Model
import Reports
import ResultStore
import Statistics
import Storage

extension Pages {
  static let trialsOnPage = 200
  static let linesOnPage = 1000
  /// Bytes of a log that are handed out; consoles that zlab keeps are smaller.
  static let bytesOfLog = 256 << 20

  func run(_ id: String, _ query: [String: String]) throws -> Reply {
    guard let counted = try countedRun(id) else { return missing("Run '\(id)' not found.") }
    let run = counted.run
    let page = min(max(1, query["page"].flatMap(Int.init) ?? 1), 1_000_000)
    let first = (page - 1) * Self.trialsOnPage + 1
    let trials = try store.trials(of: run.id, from: first, limit: Self.trialsOnPage + 1)
    if query["format"] == "json" {
      return try json(
        RunPage(
          run: runDocument(counted), record: run, page: page, trials: Array(trials.prefix(Self.trialsOnPage)),
          next: trials.count > Self.trialsOnPage ? page + 1 : nil))
    }
    var values = runRow(counted)
    let rate = Rate(failures: counted.fails, trials: counted.fails + counted.passes, confidence: run.confidence)
    values["title"] = "\(run.scenario) on \(run.kernel.name)"
    values["state"] = "\(state(run).rawValue), run \(run.id)"
    values["rate"] = rateWords(rate) + (counted.misses > 0 ? "; \(count(counted.misses, "miss", "misses"))" : "")
    values["origin"] = run.kernel.origin
    values["kernelID"] = run.kernel.id
    values["parameters"] = run.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      .joined(separator: " ")
    values["command"] = run.command
    values["ended"] = run.ended.map(minuteText)
    let findings = try worstFirst(store.signatures(ofRun: run.id)).prefix(200).map {
      findingRow($0.record, $0.tally.trials)
    }
    (values["findings"], values["hasFindings"]) = (findings, !findings.isEmpty)
    values["trials"] = trials.prefix(Self.trialsOnPage).map { trialRow($0, run.id) }
    if let rules = run.rules {
      let shown = try page == 1 ? trials : store.trials(of: run.id, from: 1, limit: Self.trialsOnPage)
      values["schedule"] =
        SchedulePart(schedule: rules, valid: counted.fails + counted.passes, trials: shown).html
    }
    if page > 1 { values["back"] = page - 1 }
    if trials.count > Self.trialsOnPage { values["next"] = page + 1 }
    return render("run", values)
  }

  // An id from elsewhere may be the first letters only.
  private func countedRun(_ text: String) throws -> CountedRun? {
    if let run = try store.countedRun(text) { return run }
    guard text.count >= 4 else { return nil }
    return try store.countedRun(store.run(text).id)
  }

  private func trial(_ run: String, _ number: String) throws -> (Run, Trial)? {
    guard let run = try countedRun(run)?.run, let number = Int(number), number > 0,
      let trial = try store.trial(number, of: run.id)
    else { return nil }
    return (run, trial)
  }

  private func consolePath(_ run: Run, _ trial: Trial) -> String {
    folders.run(run.id).appending(path: "\(trialFolderName(trial.number))/console.log").path
  }

  /// The console as the guest wrote it, to be kept; no browser shows it.
  func console(_ id: String, _ number: String) throws -> Reply {
    guard let (run, trial) = try trial(id, number) else {
      return missing("Trial \(number) of run '\(id)' not found.")
    }
    do throws(LogWindow.Failure) {
      var reply = Reply(status: 200, type: "application/octet-stream", body: "")
      reply.data = try rawLog(consolePath(run, trial), most: Self.bytesOfLog)
      return reply
    } catch {
      return missing("The log cannot be read: \(error.text).")
    }
  }

  private func trialRow(_ trial: Trial, _ run: String) -> Values {
    [
      "id": run, "number": trial.number, "verdict": trial.verdict.rawValue, "end": trial.end.rawValue,
      "look": look(trial.verdict), "duration": decimals(trial.duration, 1), "note": trial.note ?? "",
      "findings": trial.findingsWorstFirst.prefix(20).map { findingRow($0, trial, run) },
    ]
  }

  private func findingRow(_ finding: Finding, _ trial: Trial, _ run: String) -> Values {
    [
      "id": run, "number": trial.number, "signature": finding.signature, "title": finding.title,
      "line": finding.firstLine, "last": finding.lastLine, "from": windowStart(finding.firstLine),
      "trace": traceText(finding),
    ]
  }

  /// A row of the table of what a run or a kernel showed.
  func findingRow(_ record: SignatureRecord, _ trials: Int) -> Values {
    [
      "signature": record.signature, "title": record.title, "kind": record.kind, "trials": trials,
      "look": FindingKind(rawValue: record.kind)?.isGrave == true ? "bad" : "doubt",
      "firstSeen": dayText(record.firstSeen),
    ]
  }

  private func worstFirst(
    _ signatures: [(record: SignatureRecord, tally: SignatureTally, firstTrial: Int)]
  ) -> [(record: SignatureRecord, tally: SignatureTally, firstTrial: Int)] {
    signatures.sorted { one, other in
      rank(one.record, one.tally, one.firstTrial) < rank(other.record, other.tally, other.firstTrial)
    }
  }

  // The store keeps no function beside a title; a title that names one has the form `KIND in FUNCTION`.
  private func rank(_ record: SignatureRecord, _ tally: SignatureTally, _ firstTrial: Int) -> FindingRank {
    FindingRank(
      kind: FindingKind(rawValue: record.kind), namesFunction: record.title.contains(" in "), trials: tally.trials,
      firstTrial: firstTrial, title: record.title)
  }

  func look(_ verdict: TrialVerdict) -> String { [.pass: "good", .fail: "bad"][verdict] ?? "doubt" }

  /// First line of a page of the log that shows this line with context before it.
  func windowStart(_ line: Int) -> Int { max(1, line - 50) }

  func trial(_ id: String, _ number: String, _ query: [String: String]) throws -> Reply {
    guard let (run, trial) = try trial(id, number) else {
      return missing("Trial \(number) of run '\(id)' not found.")
    }
    if query["format"] == "json" { return try json(TrialPage(run: run.id, trial: trial)) }
    var values = trialRow(trial, run.id)
    values["title"] = "Trial \(number) of \(run.scenario) on \(run.kernel.name)"
    values["started"] = minuteText(trial.started)
    values["note"] = trial.note
    values["command"] = ReproCommand.replay(run.id, trial.number).text
    if let course = run.rules.flatMap({ ScheduleCourse(of: trial, $0) }) { values["course"] = course.drawing }
    let first = min(max(1, query["from"].flatMap(Int.init) ?? 1), 1 << 40)
    let log = consolePath(run, trial)
    do {
      let window = try LogWindow(log, from: first, most: Self.linesOnPage)
      let last = window.lines.last?.number ?? first - 1
      values["span"] =
        window.lines.isEmpty
        ? "The log has \(window.total) lines; there is no line \(first)."
        : "Lines \(first) to \(last) of \(window.total)."
      values["lines"] = window.lines.map { line -> Values in
        let isHit = trial.findings.contains { $0.firstLine <= line.number && line.number <= $0.lastLine }
        return ["number": line.number, "text": line.text, "hit": isHit]
      }
      if first > 1 { values["back"] = max(1, first - Self.linesOnPage) }
      if last < window.total, !window.lines.isEmpty { values["next"] = last + 1 }
    } catch {
      values["problem"] = "The log cannot be read: \(error.text)."
    }
    return render("trial", values)
  }
}

/// `/run/ID?format=json`: trials of one page.
private struct RunPage: Encodable {
  let schema = "zlab.run-page/1"
  let run: RunDocument
  let record: Run
  let page: Int
  let trials: [Trial]
  /// The next page; nil on the last.
  let next: Int?
}

/// `/run/ID/trial/NUMBER?format=json`.
private struct TrialPage: Encodable {
  let schema = "zlab.trial-page/1"
  let run: String
  let trial: Trial
}
