import Model
import Statistics

extension NightReport {
  /// For a person at a terminal: what is new first, then the rest by what it asks of the reader.
  func text(_ style: Style) -> String {
    var lines = headlines(style)
    lines += ["", style.strong(escapedForTerminal(name)) + style.faint("   \(times)" + stateText), "  " + numbers]
    for kind in NightChangeKind.allCases { lines += section(kind, style) }
    lines += ["", style.strong("Cells")]
    lines += table(cells.map { ["  " + escapedForTerminal($0.name), oneLine(outcomeAboveTrouble($0), width: 160)] })
      .split(separator: "\n").map(String.init)
    if !trouble.isEmpty {
      lines += ["", style.strong("Infrastructure errors (not kernel failures)")]
      lines += trouble.prefix(10).flatMap { one in
        wrapped(oneLine(one.reason, width: 1000), first: "  \(one.count)  ", rest: "     ")
      }
      if trouble.count > 10 { lines.append("  and \(count(trouble.count - 10, "more reason"))") }
    }
    lines += ["", style.strong("To reproduce"), "  " + escapedForTerminal(command)]
    if let link { lines.append(style.strong("More") + "\n  " + escapedForTerminal(link)) }
    return lines.joined(separator: "\n") + "\n"
  }

  private var stateText: String { state == .finished ? "" : ", \(state.rawValue)" }

  private func headlines(_ style: Style) -> [String] {
    if news.isEmpty {
      let failing = subject == .run && tally.fails > 0
      return [failing ? style.bad("Failing") : style.good(tally.passes > 0 ? "Nothing new" : "No results")]
    }
    let all = headlineNews
    let lines = all.prefix(10).map {
      style.bad($0.kind.mark) + "  " + style.strong(escapedForTerminal($0.title)) + "   " + escapedForTerminal($0.place)
        + "   "
        + style.faint(escapedForTerminal($0.signature))
    }
    return lines + (all.count > 10 ? ["and \(all.count - 10) more"] : [])
      + [otherNews.map(escapedForTerminal)].compactMap(\.self)
  }

  private func section(_ kind: NightChangeKind, _ style: Style) -> [String] {
    let changes = changes(kind)
    guard !changes.isEmpty else { return [] }
    var lines = ["", style.strong(subject == .run && kind == .seen ? "Findings" : kind.heading)]
    var told: Set<String> = []
    for change in changes.prefix(50) {
      lines.append("  " + escapedForTerminal(change.title) + "   " + style.faint(escapedForTerminal(change.signature)))
      lines.append("    " + escapedForTerminal(change.place))
      lines += change.facts.map { "    " + oneLine($0, width: 300) }
      guard kind.isLoud || subject == .run, let sighting = change.sighting, told.insert(change.signature).inserted
      else { continue }
      let log = sighting.log ?? "\(trialFolderName(sighting.trial))/console.log"
      lines.append(details(sighting.finding, log: log).replacing("\n", with: "\n  ").indented)
      lines.append("    to reproduce: " + ReproCommand(words: sighting.command).text)
    }
    if changes.count > 50 { lines.append("  and \(changes.count - 50) more") }
    return lines
  }
}

extension NightChangeKind {
  /// True if a reader needs the trace at once.
  var isLoud: Bool { self == .new || self == .reappeared || self == .expiredKnown }
}

extension String {
  fileprivate var indented: String { "  " + self }
}
