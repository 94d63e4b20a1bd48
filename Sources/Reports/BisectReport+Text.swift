import Foundation
import Model

extension BisectReport {
  /// The report for a person: what is known about the culprit first, then the evidence, then how to see it again.
  /// - Parameter width: columns of the terminal, at least 40.
  package func text(_ style: Style, width: Int = 100) -> String {
    var parts = [headline(style)]
    if let culprit {
      parts += [
        "  \(escapedForTerminal(culprit.subject))", "  by \(escapedForTerminal(culprit.author)), \(day(culprit))",
      ]
    }
    parts += (sentences + [workerSentence].compactMap { $0 }).map { "  " + escapedForTerminal($0) }
    for warning in warnings { parts.append("  " + style.doubtful("note") + ": " + escapedForTerminal(warning)) }
    parts += bars(style, width: width)
    parts += evidenceTable(style, width: width) + signatureLines(style)
    if !checks.isEmpty { parts += ["", style.strong("To verify manually")] + checks.map { "  " + $0 } }
    if !maintainers.isEmpty {
      parts += ["", style.strong("scripts/get_maintainer.pl")] + maintainers.map { "  " + escapedForTerminal($0) }
    }
    let next = state == .going && worker == nil ? ["", style.strong("To go on"), "  " + nextCommand] : []
    return (parts + next + ["", style.faint("state in \(escapedForTerminal(folder))")]).joined(separator: "\n") + "\n"
  }

  /// Progress display: bars of the likeliest commits and a line below them.
  package func progress(_ style: Style, width: Int, bars most: Int) -> [String] {
    let rows = most == 0 ? [] : suspectRows(most)
    return (rows.isEmpty ? [] : barChart(rows, width: width, style: style)) + ["  " + progressLine]
  }

  /// Progress in one line.
  package var progressLine: String {
    var words = ["\(remaining) of \(count(commits, "commit")) left"]
    words.append("\(count(Int(done.trials), "trial")), \(count(Int(done.builds), "build"))")
    if let left { words.append("about \(time(left.seconds)) left") }
    return words.joined(separator: ", ")
  }

  private var nextCommand: String { ReproCommand.bisectRun(name).text }

  private func headline(_ style: Style) -> String {
    let start = "\(escapedForTerminal(scenario)), \(count(commits, "commit")): "
    guard let outcome else { return start + style.doubtful("in progress") }
    if outcome == .found, let culprit {
      return start + style.bad("\(culprit.id.prefix(12))") + " is the culprit (confidence \(percent(confidence)))"
    }
    return start + style.doubtful(outcome.words)
  }

  /// Process that executes the bisection, as a sentence without a final stop; nil when it is over.
  private var workerSentence: String? {
    guard state == .going else { return nil }
    guard let worker else { return "not running" }
    let name = worker.process.map { "process \($0)" } ?? "a process"
    return "running in \(name) since \(worker.since.formatted(.iso8601))"
  }

  /// Progress, in sentences without a final stop.
  var sentences: [String] {
    var lines: [String] = []
    if outcome == .found, let first = suspects.first, first.commits.count > 1 {
      lines.append(
        "\(count(first.commits.count, "commit")) cannot be distinguished: none between them can be tested")
    } else if outcome == nil || outcome == .undecided, remaining > 1 {
      lines.append("99 % credible set: \(count(remaining, "commit"))")
    }
    if rate.count == 3, failures > 0 {
      let (low, high) = (percent(rate[1]), percent(rate[2]))
      lines.append("failure rate of a bad kernel: \(percent(rate[0])) (95 % interval \(low) to \(high))")
      if let shortest { lines.append(shortest) }
    }
    var spent = "\(count(Int(done.trials), "trial")) (\(failures) failed), \(count(Int(done.builds), "build"))"
    if misses > 0 { spent += ", \(count(misses, "trial")) without evidence" }
    lines.append("\(spent), \(time(done.seconds))")
    if state == .going, let left {
      lines.append(
        "about \(Int(left.trials.rounded(.up))) trials and \(Int(left.builds.rounded(.up))) builds left, "
          + time(left.seconds))
    }
    return lines
  }

  /// Length of a search in which a bad kernel fails in nearly each trial, as under a schedule; nil where it does not.
  private var shortest: String? {
    // A search ends with few failures, so that the rate is never known to be near 1.
    let neverPassed = evidence.allSatisfy { $0.failures == 0 || $0.failures == $0.trials }
    guard rate[0] >= 0.7, failures >= 3, neverPassed, commits > 2 else { return nil }
    let trials = Int(log2(Double(commits)).rounded(.up))
    return "with a rate near 1 a trial halves what is left: about \(trials) trials for \(commits) commits (log2), "
      + "beside those of the two ends"
  }

  private var failures: Int { evidence.reduce(0) { $0 + $1.failures } }

  private func bars(_ style: Style, width: Int) -> [String] {
    guard !suspects.isEmpty, outcome != .found || (suspects.first?.commits.count ?? 0) > 1 || suspects.count > 1 else {
      return []
    }
    return ["", style.strong("Probability of being the culprit")]
      + barChart(suspectRows(10), width: width, style: style)
  }

  private func suspectRows(_ most: Int) -> [(name: String, value: Double, words: String)] {
    let shown = suspects.prefix(most).prefix { $0.chance >= 0.001 || suspects.count <= most }
    var rows = shown.map { suspect in
      let last = suspect.commits.last
      let more = suspect.commits.count > 1 ? " and \(suspect.commits.count - 1) before it" : ""
      return (name: String(last?.id.prefix(12) ?? ""), value: suspect.chance, words: (last?.subject ?? "") + more)
    }
    let rest = suspects.dropFirst(shown.count).reduce(0) { $0 + $1.chance }
    if rest > 0.0005 { rows.append((name: "others", value: rest, words: "")) }
    if olderThanGood > 0.0005 { rows.append((name: "older", value: olderThanGood, words: "than the good commit")) }
    return rows
  }

  private func evidenceTable(_ style: Style, width: Int) -> [String] {
    guard !evidence.isEmpty else { return [] }
    let rows = evidence.map { line in
      [
        "  \(line.commit.id.prefix(12))", line.result, line.extra,
        oneLine(line.commit.subject, width: max(16, width - 52)),
      ]
    }
    return ["", style.strong("Evidence, oldest first"), table([["  COMMIT", "FAILED", "", "SUBJECT"]] + rows)]
  }

  private func signatureLines(_ style: Style) -> [String] {
    guard !signatures.isEmpty else { return [] }
    let rows = signatures.map { one in
      ["  " + (one.isTargeted ? "target" : "another"), one.signature, escapedForTerminal(one.title ?? "")]
    }
    return ["", style.strong("Signatures")] + [table(rows)]
  }

  private func day(_ commit: Commit) -> String { String(commit.date.formatted(.iso8601).prefix(10)) }

  private func time(_ seconds: Double) -> String {
    seconds < 90 ? "\(Int(seconds.rounded())) s" : "\(Int((seconds / 60).rounded())) min"
  }
}

extension BisectReport.Evidence {
  /// `3 of 12`, or why there are no trials.
  var result: String {
    if untestable != nil { return "untestable" }
    return "\(failures) of \(trials)"
  }

  /// Remarks, short.
  var extra: String {
    var words = end == "between" ? [] : [end]
    if censored > 0 { words.append("\(censored) censored") }
    if misses > 0 { words.append("\(misses) missed") }
    return words.joined(separator: ", ")
  }
}

extension BisectOutcome {
  /// Description, as a clause.
  var words: String {
    switch self {
    case .found: "culprit found"
    case .goodEndFails: "the good commit fails too, so the culprit is older"
    case .badEndIsClean: "the bad commit does not fail"
    case .badEndUntestable: "the bad commit cannot be tested"
    case .onlyMisses: "repeated infrastructure errors"
    case .undecided: "undecided"
    }
  }
}
