import Foundation
import Model
import Statistics

extension RunReport {
  /// The report for a person: the verdict with its numbers first, then each bug once, then how to see it again.
  package func text(_ style: Style) -> String {
    var parts = [headline(style), numbers]
    if !summary.signatures.isEmpty {
      parts.append("")
      parts.append(style.strong("Findings (number of trials)"))
      parts.append(
        table(summary.signatures.map { ["  \($0.trials)", escapedForTerminal($0.title), style.faint($0.signature)] }))
      // What names no function is the rest of a report that another one tore apart.
      let telling = summary.signatures.filter { $0.function != nil }
      for signature in (telling.isEmpty ? summary.signatures : telling).prefix(4) {
        parts.append(sighting(of: signature, style))
      }
    }
    parts += scheduleText(style) + missText + diagnosticsText
    parts.append("")
    parts.append(style.strong("To reproduce"))
    parts.append("  " + escapedForTerminal(run.command))
    if let fail = trials.first(where: { $0.verdict == .fail }), replay == nil {
      parts.append("  \(ReproCommand.replay(run.id, fail.number).text)   " + style.faint("trial \(fail.number) alone"))
      if summary.fails > 1 {
        let words = style.faint("the \(summary.fails) trials that failed")
        parts.append("  \(ReproCommand.failed(run.id).text)   \(words)")
      }
    }
    parts.append(style.strong("Logs") + "\n  " + run.folder)
    return parts.joined(separator: "\n") + "\n"
  }

  private func headline(_ style: Style) -> String {
    let verdict =
      switch summary.verdict {
      case .clean: style.good("clean")
      case .failing: style.bad("failing")
      case .inconclusive: style.doubtful("inconclusive")
      }
    let name = run.kernel.name == run.kernel.release ? "" : " (\(escapedForTerminal(run.kernel.release)))"
    let cut = state == .finished ? "" : ", " + style.doubtful(state.rawValue)
    return "\(escapedForTerminal(run.scenario)) on \(escapedForTerminal(run.kernel.name))\(name): \(verdict)\(cut)   "
      + style.faint("run \(run.id)")
  }

  private var numbers: String {
    var lines: [String] = []
    if summary.fails > 0 {
      lines.append(
        "\(summary.fails) of \(count(summary.rate.trials, "trial")) failed: \(percent(summary.rate.value ?? 0)), "
          + "\(percent(summary.rate.confidence)) interval \(percent(summary.rate.low)) to \(percent(summary.rate.high))"
      )
    } else if let excluded = summary.excludedRate {
      lines.append(
        "\(count(summary.passes, "trial")) passed, none failed: failure rates of \(percent(excluded)) or more "
          + "are excluded at \(percent(run.confidence)) confidence")
    } else {
      lines.append("no valid trial")
    }
    if let wanted = run.goal.trials, summary.fails == 0, summary.passes < wanted {
      lines.append("\(wanted - summary.passes) more passes needed for the requested \(wanted)")
    }
    if let replay { lines.append(escapedForTerminal(replay.text)) }
    if let repeats = run.repeats {
      let again = trials.count { $0.verdict == .fail }
      lines.append(
        "repeats \(count(repeats.trials.count, "failed trial")) of run \(escapedForTerminal(repeats.run)): "
          + "\(again) failed again")
    }
    if pruned != nil {
      lines.append("trials were pruned, except those that are evidence")
    } else if let time = medianTime {
      lines.append("median trial duration \(time) s")
    }
    return (lines + testLines).map { "  " + $0 }.joined(separator: "\n")
  }

  /// A line for each program that told of tests: how many passed, in the worst trial to the best.
  private var testLines: [String] {
    var counts: [String: [TestCounts]] = [:]
    for actor in trials.filter({ $0.verdict != .miss }).flatMap(\.actors) {
      if let tests = actor.tests { counts[actor.name, default: []].append(tests) }
    }
    return counts.sorted { $0.key < $1.key }.map { name, all in
      let planned = all.map { $0.planned ?? 0 }.max() ?? 0
      let passed = range(all.map(\.passed))
      return
        "\(escapedForTerminal(name)): \(passed) of \(count(planned, "test")) passed, \(range(all.map(\.skipped))) skipped"
    }
  }

  private var medianTime: String? {
    let times = trials.filter { $0.verdict != .miss }.map(\.duration).sorted()
    return times.isEmpty ? nil : decimals(times[times.count / 2], 1)
  }

  private func sighting(of signature: SignatureCount, _ style: Style) -> String {
    guard let (trial, finding) = clearest(signature.signature) else { return "" }
    let log = "\(trialFolderName(trial.number))/console.log"
    return "\n" + style.bad(escapedForTerminal(finding.title))
      + style.faint("   trial \(trial.number), \(trial.endText)")
      + "\n" + details(finding, log: log)
  }

  /// Of all sightings the one that is easiest to read: whole, unmixed, short.
  private func clearest(_ signature: String) -> (Trial, Finding)? {
    let sightings = trials.flatMap { trial in
      trial.findings.filter { $0.signature == signature }.map { (trial, $0) }
    }
    return sightings.min { trouble($0.1) < trouble($1.1) }
  }

  private var missText: [String] {
    let misses = trials.filter { $0.verdict == .miss }
    guard !misses.isEmpty else { return [] }
    var reasons: [String: Int] = [:]
    for miss in misses { reasons[miss.note ?? miss.end.rawValue, default: 0] += 1 }
    let lines = reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5).map {
      "  \($1)  \(escapedForTerminal($0))"
    }
    return ["", "\(count(misses.count, "miss", "misses")) (infrastructure errors, not kernel failures)"] + lines
  }
}

extension RunReport {
  /// Locations of memory dumps, registers and collected files.
  private var diagnosticsText: [String] {
    let rows = trials.flatMap { diagnostics(of: $0) }
    // The notes of misses are told with them.
    let notes = trials.filter { $0.verdict == .fail }.flatMap { trial in
      (trial.missing ?? []).filter { $0.kind != .registers }.map { "trial \(trial.number): \($0.words)" }
    }
    guard !rows.isEmpty || !notes.isEmpty else { return [] }
    var lines = ["", "Diagnostics of guests that failed or hung"]
    if !rows.isEmpty { lines.append(table(Array(rows.prefix(20)))) }
    if rows.count > 20 { lines.append("  and \(rows.count - 20) more") }
    return lines + notes.prefix(3).map { "  " + escapedForTerminal($0) }
  }

  // A file and what it is, for each.
  private func diagnostics(of trial: Trial) -> [[String]] {
    var rows: [[String]] = []
    if let core = trial.core { rows.append(["  " + escapedForTerminal(core), "memory, an ELF core"]) }
    if let registers = trial.registers { rows.append(["  " + escapedForTerminal(registers), "registers"]) }
    for file in trial.collected ?? [] {
      let words = [file.file == nil ? nil : file.path, file.note].compactMap { $0 }
      rows.append([
        "  " + escapedForTerminal(file.file ?? file.path), escapedForTerminal(words.joined(separator: ", ")),
      ])
    }
    return rows
  }
}

extension Trial {
  fileprivate var endText: String {
    switch end {
    case .completed: "ran to completion"
    case .finding: "ended by this finding"
    case .panic: "ended by a panic" + (panicPSW.map { ", PSW \($0)" } ?? "")
    case .storm: "ended by too many findings"
    case .flood: "ended by console flood"
    case .overran: "timed out"
    case .silence: "guest stopped responding"
    case .noBoot: "guest did not boot"
    case .emulatorDied, .labFailure: "infrastructure error: \(note ?? "")"
    case .interrupted: "interrupted"
    }
  }
}

private func range(_ numbers: [Int]) -> String {
  guard let least = numbers.min(), let most = numbers.max(), least < most else { return String(numbers.first ?? 0) }
  return "\(least) to \(most)"
}

/// A share as a percentage with as many digits as it deserves.
package func percent(_ share: Double) -> String {
  let value = share * 100
  return (value == value.rounded() ? String(Int(value)) : decimals(value, value < 0.1 ? 4 : value < 1 ? 2 : 1)) + " %"
}

/// `3 trials`, `1 trial`.
package func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
  "\(number) " + (number == 1 ? one : many ?? one + "s")
}

/// A number with a fixed count of digits after the point.
package func decimals(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
