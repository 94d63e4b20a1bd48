import Model
package import Reports

extension SelftestReport {
  /// The report for a person: the verdict, then a line for each trigger, then what is wrong with its log.
  package func text(_ style: Style) -> String {
    var parts = [headline(style), "  " + counts, ""]
    let rows = results.map { [$0.trigger, $0.verdict.rawValue, seen($0)] }
    parts.append(table([["TRIGGER", "VERDICT", "FINDING"]] + rows.map { $0.map(escapedForTerminal) }))
    for result in results where !result.verdict.isSound { parts.append(trouble(result, style)) }
    parts += ["", style.strong("To reproduce"), "  " + escapedForTerminal(command)]
    parts.append(style.strong("Logs") + "\n  " + folder)
    return parts.joined(separator: "\n") + "\n"
  }

  private func headline(_ style: Style) -> String {
    let words =
      switch verdict {
      case .sees: style.good("the lab sees")
      case .blind: style.bad("the lab does not see all")
      case .inconclusive: style.doubtful("inconclusive")
      }
    let name = kernel.name == kernel.release ? "" : " (\(escapedForTerminal(kernel.release)))"
    return "selftest on \(escapedForTerminal(kernel.name))\(name): \(words)"
  }

  private var counts: String {
    let cut = results.count < wanted ? " of \(wanted)" : ""
    let parts = TriggerVerdict.allCases.compactMap { verdict in
      let number = results.count { $0.verdict == verdict }
      return number == 0 ? nil : "\(number) \(verdict.rawValue)"
    }
    return "\(count(results.count, "trigger"))\(cut) in \(decimals(duration, 0)) s: " + parts.joined(separator: ", ")
  }

  private func seen(_ result: TriggerResult) -> String {
    let titles = result.findings.prefix(3).map(\.title).joined(separator: "; ")
    return switch result.verdict {
    case .seen: result.findings.first.map { "\($0.kind.rawValue): \($0.title)" } ?? ""
    case .silent: result.expected ?? ""
    case .unknown: "not known to zlab: " + (titles.isEmpty ? silence(result) : titles)
    case .wrong: "\(titles), not \(result.expected ?? "")"
    case .blind: "\(silence(result)), not \(result.expected ?? "")"
    case .missed: result.note ?? result.end.rawValue
    }
  }

  private func silence(_ result: TriggerResult) -> String {
    let end = result.outcome.map { "the task \($0 == .running ? "was still running" : $0.rawValue)" }
    return "no finding, " + (end ?? result.note ?? result.end.rawValue)
  }

  private func trouble(_ result: TriggerResult, _ style: Style) -> String {
    var lines = ["", style.strong(result.trigger)]
    lines += result.findings.map { "  finding: \($0.kind.rawValue) in \($0.function ?? "no function"): \($0.title)" }
    lines += result.words.suffix(4).map { "  lkdtm: " + $0 }
    lines.append("  console: " + result.log)
    return lines.map { escapedForTerminal($0) }.joined(separator: "\n")
  }
}
