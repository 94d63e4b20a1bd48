import Foundation
import Model
import Statistics

extension NightReport {
  /// A plain-text mail for `sendmail -t`: the first lines say what is new, traces and numbers follow.
  ///
  /// Lines have at most 72 columns, but for those of a kernel's trace: a trace that is broken anew cannot be searched
  /// for. Those stand behind a bar, so that no program that reads mails takes a guest's text for a trailer or a patch.
  func mail(_ addresses: MailAddresses) -> String {
    var lines = headlines + [""]
    lines += wrapped("\(sentence(name)), \(times), with zlab \(host["zlab"] ?? "") on \(machine).")
    lines += wrapped(sentence(numbers) + (state == .finished ? "." : "; \(state.rawValue)."))
    if let link { lines += ["", "  " + oneLine(link, width: 900)] }
    var told: Set<String> = []
    for kind in NightChangeKind.allCases { lines += section(kind, &told) }
    lines += fieldLines
    lines += ["", "Cells", ""] + cells.flatMap(cellLines)
    if !trouble.isEmpty {
      lines += ["", "Infrastructure errors (not kernel failures)", ""]
      lines += trouble.prefix(10).flatMap { bounded("  \($0.count)  ", $0.reason) }
      if trouble.count > 10 { lines.append("  and \(count(trouble.count - 10, "more reason"))") }
    }
    lines += ["", "To reproduce", ""] + commandLines(command)
    let single = lines.enumerated().filter { $0 == 0 || !$1.isEmpty || !lines[$0 - 1].isEmpty }
    return header(addresses) + "\n" + single.map { $0.element.trimmedEnd + "\n" }.joined()
  }

  private var machine: String {
    "QEMU " + (host["qemu"] ?? "").replacing("QEMU emulator version ", with: "").prefix { $0 != " " }
  }

  private func header(_ addresses: MailAddresses) -> String {
    var text = addresses.fields + mailHeader("Subject", subjectLine)
    text += "Date: \(mailDate(ended ?? started))\n"
    // RFC 3834: no vacation program answers it.
    text += "Auto-Submitted: auto-generated\n"
    return text + plainTextFields
  }

  private var subjectLine: String {
    guard let first = headlineNews.first else {
      if let otherNews { return "[zlab] \(oneLine(plan, width: 60)): \(oneLine(otherNews, width: 160))" }
      let what = subject == .run ? tally.verdict.rawValue : "nothing new"
      return "[zlab] \(oneLine(plan, width: 60)): \(what)"
        + (tally.fails > 0 ? ", \(count(tally.fails, "trial")) failed" : "")
    }
    let more = headlineNews.count > 1 ? " and \(headlineNews.count - 1) more" : ""
    return "[zlab] \(oneLine(plan, width: 60)): \(first.kind.mark) \(oneLine(first.title, width: 100))\(more)"
  }

  private var headlines: [String] {
    guard !news.isEmpty else { return [subject == .run ? sentence(tally.verdict.rawValue) + "." : "Nothing new."] }
    let all = headlineNews
    let lines = all.prefix(10).flatMap { change in
      bounded(change.kind.mark + "  ", change.title) + bounded("     ", change.place)
    }
    return lines + (all.count > 10 ? ["and \(all.count - 10) more"] : []) + (otherNews.map { bounded("", $0) } ?? [])
  }

  private func section(_ kind: NightChangeKind, _ told: inout Set<String>) -> [String] {
    let changes = changes(kind)
    guard !changes.isEmpty else { return [] }
    var lines = ["", subject == .run && kind == .seen ? "Findings" : kind.heading, ""]
    for change in changes.prefix(20) {
      lines += bounded("* ", change.title)
      lines += bounded("  ", "\(change.place), signature \(change.signature)")
      lines += change.facts.flatMap { bounded("  ", $0) }
      guard kind.isLoud || subject == .run, let sighting = change.sighting, told.insert(change.signature).inserted
      else { continue }
      lines += sightingLines(sighting, change)
    }
    if changes.count > 20 { lines.append("and \(changes.count - 20) more") }
    return lines
  }

  /// Counts only: names of machines stay in the house.
  private var fieldLines: [String] {
    guard let field, !field.isEmpty else { return [] }
    var lines = ["", "New in the field", ""]
    for group in field.prefix(20) {
      lines += bounded("* ", group.title)
      let places = "\(count(group.field, "sighting")) on \(count(group.hosts, "host"))"
      let lab = group.lab > 0 ? ", in the lab in \(count(group.lab, "trial"))" : ", not seen in the lab"
      lines += bounded("  ", places + lab + ", signature \(group.signature)")
    }
    if field.count > 20 { lines.append("and \(field.count - 20) more") }
    return lines
  }

  private func sightingLines(_ sighting: NightSighting, _ change: NightChange) -> [String] {
    var lines = [""] + traceLines(sighting.finding).map { "| " + $0 } + [""]
    lines += bounded("  ", "seen in trial \(sighting.trial) of run \(sighting.run); to reproduce:") + [""]
    lines += shellLines(sighting.command, width: mailWidth)
    let cell = cells.first { $0.runs.contains(sighting.run) }
    if let cell {
      if let command = cell.command {
        lines += ["", "  or, to repeat all trials of that run:", ""] + commandLines(command)
      }
      lines += [""] + cell.kernelFacts.flatMap { bounded("  ", $0) }
      if let link = cell.config.link { lines.append("  " + oneLine(link, width: 900)) }
    }
    return lines + [""]
  }

  private func cellLines(_ cell: NightCell) -> [String] { bounded("  ", "\(cell.name): \(outcomeAboveTrouble(cell))") }

  /// Text from outside, on lines of ours, and never so much of it that it hides the rest.
  private func bounded(_ first: String, _ text: String) -> [String] {
    wrapped(oneLine(text, width: 500), first: first, rest: String(repeating: " ", count: min(12, first.width + 2)))
  }

  /// A command that is one line already; a shell's reader mends what is broken at a blank.
  private func commandLines(_ command: String) -> [String] {
    var lines: [String] = []
    var line = "  "
    for word in oneLine(command, width: 2000).split(separator: " ", omittingEmptySubsequences: false) {
      if line.width + word.unicodeScalars.count + 3 > mailWidth, line.contains(where: { $0 != " " }) {
        lines.append(line + "\\")
        line = "      "
      }
      line += word + " "
    }
    return lines + [line]
  }
}

extension NightCell {
  /// Build inputs needed to reproduce the kernel.
  fileprivate var kernelFacts: [String] {
    let build = kernel?.build
    let fragments = config.fragments.joined(separator: " ")
    var facts = ["source: \(build?.source ?? kernel?.origin ?? kernelName)"]
    facts += (build?.patches ?? []).prefix(10).map { "patched with: \($0.subject)" }
    facts.append(
      "config: " + (config.name == fragments || fragments.isEmpty ? "" : fragments + ", named ") + config.name)
    if let toolchain = build?.toolchain { facts.append("toolchain: \(toolchain)") }
    return facts
  }
}

func sentence(_ clause: String) -> String { clause.prefix(1).uppercased() + clause.dropFirst() }

/// The date of a mail in UTC, RFC 5322 section 3.3.
func mailDate(_ date: Date) -> String {
  var calendar = Calendar(identifier: .gregorian)
  calendar.timeZone = .gmt
  let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second, .weekday], from: date)
  let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  let (day, month) = (((parts.weekday ?? 1) + 6) % 7, ((parts.month ?? 1) + 11) % 12)
  let time = [parts.hour, parts.minute, parts.second].map { twoDigits($0 ?? 0) }.joined(separator: ":")
  return "\(days[day]), \(parts.day ?? 1) \(months[month]) \(parts.year ?? 1970) \(time) +0000"
}

private func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
