package import Model
package import Statistics

extension NightReport {
  /// One file that a browser shows as it is: no script, nothing from elsewhere, and a policy that forbids both.
  var html: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(escaped(headTitle))</title>
    <style>
    \(styleSheet)
    </style>
    </head>
    <body>
    <main>
    \(body)
    </main>
    </body>
    </html>

    """
  }

  private var headTitle: String {
    (headlineNews.first ?? news.first).map { "\($0.kind.mark): \($0.title)" } ?? "\(plan): \(tally.verdict.rawValue)"
  }

  private var body: String {
    var parts = [
      "<h1>\(escaped(headTitle))</h1>",
      "<p>\(verdictTag(tally.verdict)) \(escaped(name)), \(escaped(times))\(escaped(stateText))</p>",
      "<p>\(escaped(numbers))</p>",
    ]
    if let link { parts.append("<p>\(htmlLink(link))</p>") }
    for kind in NightChangeKind.allCases {
      let changes = changes(kind)
      guard !changes.isEmpty else { continue }
      parts.append("<h2>\(subject == .run && kind == .seen ? "Findings" : kind.heading)</h2>")
      parts += changes.prefix(200).map(card)
      if changes.count > 200 { parts.append("<p>and \(changes.count - 200) more</p>") }
    }
    if let schedule { parts += ["<h2>Schedule</h2>", schedule.html] }
    parts += ["<h2>Cells</h2>", cellTable]
    if !trouble.isEmpty {
      parts.append("<h2>Infrastructure errors (not kernel failures)</h2>\n<ul>")
      parts += trouble.prefix(50).map { "<li>\($0.count) &times; \(escaped(oneLine($0.reason, width: 500)))</li>" }
      parts.append("</ul>")
    }
    parts.append("<h2>To reproduce</h2>\n<pre>\(escaped(clipped(command, 4000)))</pre>")
    let facts = host.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    return (parts + ["<p class=\"faint\">\(escaped(clipped(facts, 1000)))</p>"]).joined(separator: "\n")
  }

  private var stateText: String { state == .finished ? "" : ", \(state.rawValue)" }

  private func card(_ change: NightChange) -> String {
    var parts = [
      "<div class=\"card\">",
      "<h3>\(changeTag(change.kind)) \(escaped(change.title))</h3>",
      "<p class=\"faint\">\(escaped(change.place)), signature <code>\(escaped(change.signature))</code></p>",
    ]
    if !change.facts.isEmpty {
      parts.append("<ul>\(change.facts.map { "<li>\(escaped(oneLine($0, width: 500)))</li>" }.joined())</ul>")
    }
    if let link = change.known?.link { parts.append("<p>\(htmlLink(link))</p>") }
    if let sighting = change.sighting { parts.append(evidence(sighting, isOpen: change.kind.isLoud)) }
    return (parts + ["</div>"]).joined(separator: "\n")
  }

  private func evidence(_ sighting: NightSighting, isOpen: Bool) -> String {
    let trace = traceLines(sighting.finding, most: 40).joined(separator: "\n")
    let excerpt = sighting.excerpt.map {
      "<details><summary>Console output</summary><pre>\(escaped($0))</pre></details>"
    }
    let command = ReproCommand(words: sighting.command).text
    return """
      <details\(isOpen || subject == .run ? " open" : "")><summary>Trial \(sighting.trial) of run \
      \(escaped(sighting.run)), \(escaped(sighting.release))</summary>
      <pre>\(escaped(trace))</pre>
      \(excerpt ?? "")
      <p>To reproduce: <code>\(escaped(command))</code></p>
      <p class="faint">\(escaped(clipped(sighting.log ?? "", 1000)))</p>
      </details>
      """
  }

  private var cellTable: String {
    let rows = cells.map { cell in
      let tag = cell.count(.fail) > 0 ? "bad" : cell.verdict == .clean ? "good" : "doubt"
      let config =
        cell.config.link.map(webOnly) == true
        ? htmlLink(cell.config.link ?? "", cell.config.name) : escaped(cell.config.name)
      return """
        <tr><td>\(escaped(cell.kernelName))<br><span class="faint">\(escaped(cell.kernel?.release ?? cell.line))</span></td>\
        <td>\(config)</td><td>\(escaped(cell.scenarioName))</td>\
        <td><span class="tag \(tag)">\(escaped(oneLine(cell.outcome, width: 200)))</span></td>\
        <td>\(rateBar(cell.rate))</td></tr>
        """
    }
    return """
      <div class="wide"><table>
      <thead><tr><th>Kernel</th><th>Config</th><th>Scenario</th><th>Outcome</th><th>Rate, 0 to 100 %</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table></div>
      """
  }
}

/// The verdict as a coloured word.
package func verdictTag(_ verdict: RunVerdict) -> String {
  let look = [RunVerdict.clean: "good", .failing: "bad", .inconclusive: "doubt"][verdict] ?? ""
  return "<span class=\"tag \(look)\">\(verdict.rawValue)</span>"
}

private func changeTag(_ kind: NightChangeKind) -> String {
  "<span class=\"tag\(kind.look.isEmpty ? "" : " " + kind.look)\">\(kind.mark)</span>"
}

/// A rate with its interval as a drawing of 124 by 14, with room for the marker at both ends; in words for those who cannot see it.
package func rateBar(_ rate: Rate) -> String {
  guard let value = rate.value else { return "" }
  func x(_ share: Double) -> String { decimals(4 + share * 112, 1) }
  return """
    <svg class="rate" width="124" height="14" viewBox="-2 0 124 14" role="img" aria-label="\(escaped(rateWords(rate)))">\
    <title>\(escaped(rateWords(rate)))</title><rect class="rail" y="6" width="120" height="2"/>\
    <rect class="span" x="\(x(rate.low))" y="4" width="\(decimals((rate.high - rate.low) * 112, 1))" height="6"/>\
    <circle class="value" cx="\(x(value))" cy="7" r="4"/></svg>
    """
}

private func webOnly(_ text: String) -> Bool { text.hasPrefix("https://") || text.hasPrefix("http://") }

/// A link where the text is an address of the web, the mere text where it is something else: no `javascript:` gets in.
package func htmlLink(_ address: String, _ text: String? = nil) -> String {
  let words = escaped(clipped(text ?? address, 300))
  guard webOnly(address), address.utf8.count < 2000 else { return words }
  return "<a href=\"\(escaped(address))\" rel=\"noreferrer\">\(words)</a>"
}
