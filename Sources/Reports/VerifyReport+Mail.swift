import Foundation
import Model
import Statistics

extension VerifyReport {
  /// A plain-text reply to the mail that carried the patch, to be read over and sent by the user.
  ///
  /// It has no addressees, and when the patch is `fixed` an empty `Tested-by:` line, which b4 and git leave alone until
  /// a name stands there. Lines have at most 72 columns, but for header fields that cannot be folded. Text from outside
  /// never begins a line: programs that gather trailers would take one there for the user's own.
  package func mail() -> String {
    var lines = attribution
    let state = result.state == .finished ? "" : " (\(result.state.rawValue))"
    lines += wrapped("Tested\(zlabVersion) on emulated s390x guests: \(verdictName)\(state).")
    lines += wrapped("In summary, \(explanation).") + [""]
    for sentence in earlySentences { lines += wrapped("\(sentence).") + [""] }
    for side in PatchSide.allCases {
      let label = side == .before ? "  before  " : "  after   "
      lines += wrapped(rateText(side), first: label, rest: "          ")
    }
    lines += [""] + wrapped(sentence(evidenceText)) + [""]
    lines += signatureLines
    lines += traces
    lines += ["What was tested", ""] + facts.flatMap(factLines) + ["", "To reproduce", ""]
    lines += shellLines(result.command, width: mailWidth)
    if judgement.verdict == .fixed { lines += ["", "Tested-by:"] }
    return header + "\n" + lines.map { $0.trimmedEnd + "\n" }.joined()
  }

  private var zlabVersion: String { result.host["zlab"].map { " with zlab \($0)" } ?? " with zlab" }

  private func sentence(_ clause: String) -> String { clause.prefix(1).uppercased() + clause.dropFirst() + "." }

  private var header: String {
    let mail = result.subject.mail
    var subject = oneLine(mail?.subject ?? result.subject.patches.first?.title ?? "the patch", width: 800)
    while subject.lowercased().hasPrefix("re:") { subject = String(subject.dropFirst(3).drop { $0 == " " }) }
    var text = mailHeader("Subject", subject, prefix: "Re:")
    if let id = mail?.messageID.flatMap(bracketedID) {
      text += "In-Reply-To: \(id)\n"
      let earlier = (mail?.references ?? []).suffix(20).compactMap(bracketedID).filter { $0 != id }
      text += "References: " + (earlier + [id]).joined(separator: "\n ") + "\n"
    }
    return text + plainTextFields
  }

  private var attribution: [String] {
    guard let mail = result.subject.mail else { return [] }
    let author = oneLine(mail.author ?? "the author", width: 200)
    let start = mail.date.map { "On \(oneLine($0, width: 40)), " } ?? "Earlier, "
    var line = start + author + " wrote:"
    if line.width > mailWidth { line = start + oneLine(author, width: mailWidth - start.width - 7) + " wrote:" }
    return [line, "> " + oneLine(mail.subject, width: mailWidth - 2), ""]
  }

  private var signatureLines: [String] {
    var lines: [String] = []
    let sections: [(SignatureFate, String)] = [
      (.wentAway, "Gone"), (.stayed, "Stayed"), (.known, "Known issues"), (.unmasked, "Unmasked"), (.new, "New"),
    ]
    for (fate, name) in sections {
      let rows = rows(fate)
      guard !rows.isEmpty else { continue }
      lines += ["\(name) (failed trials before -> after)", ""]
      for row in rows.prefix(10) {
        let counts = "  \(row.before) -> \(row.after)  "
        let remark = row.fate == .stayed || row.isBeyondChance ? "" : ", not significant"
        let signature = " [\(oneLine(row.signature, width: 16))\(remark)]"
        lines.append(counts + oneLine(title(row), width: mailWidth - counts.width - signature.width) + signature)
      }
      if rows.count > 10 { lines.append("  and \(rows.count - 10) more") }
      lines.append("")
    }
    if rows(.new).isEmpty, rows(.unmasked).isEmpty, judgement.after.judged > 0 {
      lines += ["No new signatures after the patch.", ""]
    }
    return lines
  }

  /// New findings in full as far as it fits, and one of a target.
  private var traces: [String] {
    let targeted = (rows(.wentAway) + rows(.stayed)).filter(\.isTargeted)
    let told =
      rows(.new).prefix(2) + targeted.filter { result.sightings[$0.signature]?.finding.function != nil }.prefix(1)
    return (told.isEmpty ? targeted.prefix(1) : told).compactMap { result.sightings[$0.signature] }.flatMap(trace)
  }

  private func trace(_ sighting: SignatureSighting) -> [String] {
    let finding = sighting.finding
    var log = [finding.message]
    if let kernel = finding.kernel { log.append("kernel \(kernel), \(finding.comm.map { "task \($0)" } ?? "no task")") }
    if !finding.frames.isEmpty { log.append("Call Trace:") }
    log += finding.frames.prefix(12).map { frame in
      " " + frame.name + (frame.offset.map { "+0x" + String($0, radix: 16) } ?? "")
        + (frame.module.map { " [\($0)]" } ?? "")
    }
    if finding.frames.count > 12 { log.append(" and \(finding.frames.count - 12) more") }
    let lines = log.flatMap { line in
      // A bar before each line, also where a long one is broken: see `mail()`.
      wrapped(oneLine(line, width: 200), first: line.hasPrefix(" ") ? "|  " : "| ", rest: "|     ")
    }
    let place = sighting.side == .before ? "Before" : "After"
    return ["\(place) the patch, in trial \(sighting.trial)", ""] + lines + [""]
  }

  private func factLines(_ fact: VerifyFact) -> [String] {
    let label = "  " + fact.label.padding(toLength: 11, withPad: " ", startingAt: 0)
    if fact.isForeign { return [label + oneLine(fact.value, width: mailWidth - label.width)] }
    return wrapped(fact.value, first: label, rest: String(repeating: " ", count: label.width))
  }
}
