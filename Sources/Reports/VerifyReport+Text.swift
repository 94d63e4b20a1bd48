import Foundation
import Model
import Statistics

extension VerifyReport {
  /// The report for a person: the verdict with its numbers first, then the signatures, then how to see it again.
  package func text(_ style: Style) -> String {
    var parts = [headline(style), "  " + escapedForTerminal(explanation)]
    parts.append(table(PatchSide.allCases.map { ["  \($0.rawValue)", rateText($0)] }))
    parts.append("  " + evidenceText)
    parts += missText + earlySentences.map { "  " + $0 }
    for (fate, name) in Self.sections {
      parts += section(fate, name, style)
    }
    parts += advice + (cheaperWay.map { ["", "  " + $0] } ?? [])
    parts += samples.map { sample($0, style) }
    parts += ["", style.strong("Tested"), table(facts.map { ["  \($0.label)", escapedForTerminal($0.value)] })]
    parts += stages(style)
    parts += ["", style.strong("To reproduce"), "  " + ReproCommand(words: result.command).text]
    let folders = [result.before.folder, result.after.folder].compactMap { $0 }
    if !folders.isEmpty { parts += [style.strong("Logs")] + folders.map { "  " + escapedForTerminal($0) } }
    return parts.joined(separator: "\n") + "\n"
  }

  private static let sections: [(SignatureFate, String)] = [
    (.new, "NEW"), (.unmasked, "Unmasked"), (.known, "Known issues"), (.stayed, "Stayed"), (.wentAway, "Gone"),
  ]

  private func headline(_ style: Style) -> String {
    let verdict =
      switch judgement.verdict {
      case .fixed: style.good(verdictName)
      case .notFixed, .addsNew: style.bad(verdictName)
      case .notSeen, .inconclusive: style.doubtful(verdictName)
      }
    let cut = result.state == .finished ? "" : ", " + style.doubtful(result.state.rawValue)
    return "\(escapedForTerminal(result.subject.scenario)), \(patchName(width: 100)): \(verdict)\(cut)   "
      + style.faint("verify \(result.id)")
  }

  private var missText: [String] {
    let misses = [(judgement.before.misses, "before"), (judgement.after.misses, "after")].filter { $0.0 > 0 }
    guard !misses.isEmpty else { return [] }
    let words = misses.map { "\(count($0.0, "miss", "misses")) \($0.1)" }.joined(separator: ", ")
    return ["  \(words) the patch (infrastructure errors, not kernel failures)"]
  }

  private func section(_ fate: SignatureFate, _ name: String, _ style: Style) -> [String] {
    let rows = rows(fate)
    guard !rows.isEmpty else { return [] }
    let lines = rows.map { row in
      let remarks = [
        row.isTargeted || row.before == 0 ? nil : "not a target",
        fate == .stayed || row.isBeyondChance ? nil : "not significant",
      ].compactMap { $0 }
      let remark = remarks.isEmpty ? "" : "  (\(remarks.joined(separator: ", ")))"
      return ["  \(row.before) -> \(row.after)", escapedForTerminal(title(row)), style.faint(row.signature) + remark]
    }
    return ["", style.strong("\(name), failed trials before -> after"), table(lines)]
  }

  // Nobody said which failure the patch is for, and part of what was seen went away.
  private var advice: [String] {
    guard judgement.reason == .shownAfter, result.subject.targeted == nil,
      let gone = rows(.wentAway).first(where: \.isBeyondChance)
    else { return [] }
    return ["", "  all signatures seen before the patch are targets; to select one: --signature \(gone.signature)"]
  }

  /// Findings shown in full: what is new, what should have gone, what went away.
  private var samples: [SignatureComparison] {
    let rows = (rows(.new) + rows(.unmasked) + (rows(.stayed) + rows(.wentAway)).filter(\.isTargeted))
      .filter { result.sightings[$0.signature] != nil }
    // What names no function is the rest of a report that another one tore apart.
    let telling = rows.filter { result.sightings[$0.signature]?.finding.function != nil }
    return Array((telling.isEmpty ? rows : telling).prefix(3))
  }

  private func sample(_ row: SignatureComparison, _ style: Style) -> String {
    guard let sighting = result.sightings[row.signature] else { return "" }
    let run = (sighting.side == .before ? result.before : result.after).run.map { ", run \($0)" } ?? ""
    return "\n" + style.bad(escapedForTerminal(sighting.finding.title))
      + style.faint("   \(sighting.side.rawValue) the patch\(run), trial \(sighting.trial)")
      + "\n" + details(sighting.finding, log: "\(trialFolderName(sighting.trial))/console.log")
  }

  private func stages(_ style: Style) -> [String] {
    let rows = (result.stages.map { ($0.name, $0.seconds) } + [("total", result.duration)]).map { name, seconds in
      ["  " + escapedForTerminal(name), decimals(seconds, 1) + " s"]
    }
    return ["", style.strong("Time"), table(rows)]
  }
}
