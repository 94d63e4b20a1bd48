import Foundation
import Model

extension NightReport {
  /// KTAP version 1: a test for each cell with a subtest for each trial.
  ///
  /// A miss is skipped: it is no failure of the kernel's. Text from a guest stands behind `# | `, where no parser takes
  /// it for a line of the protocol.
  var ktap: String {
    var lines = ["KTAP version 1", "1..\(cells.count)"]
    if cells.isEmpty { lines = ["KTAP version 1", "1..1", "ok 1 nothing # SKIP no cells planned"] }
    lines += ["plan: \(plan)", name, times, numbers].map { ktapDiagnostic($0) }
    let byKey = Dictionary(grouping: changes) { ChangeKey($0) }
    for (index, cell) in cells.enumerated() { lines += cell.ktap(index + 1, byKey) }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// KTAP diagnostics of a finding.
struct ChangeKey: Hashable {
  let signature: String
  let scenario: String
  let line: String

  init(_ change: NightChange) { (signature, scenario, line) = (change.signature, change.scenario, change.line) }
  init(_ signature: String, _ cell: NightCell) {
    (self.signature, scenario, line) = (signature, cell.scenario, cell.line)
  }
}

extension NightCell {
  fileprivate func ktap(_ number: Int, _ changes: [ChangeKey: [NightChange]]) -> [String] {
    let title = ktapName(name)
    guard !trials.isEmpty else {
      let isBad = state == .cannotBuild || count(.fail) > 0
      let skip = isBad || count(.pass) > 0 ? "" : " # SKIP \(ktapName(outcome))"
      return [ktapDiagnostic(outcome), "\(isBad ? "not ok" : "ok") \(number) \(title)\(skip)"]
    }
    var lines = ["  KTAP version 1", "  # Subtest: \(title)", "  1..\(trials.count)"]
    for (index, trial) in trials.enumerated() { lines += ktap(trial, index + 1, changes).map { "  " + $0 } }
    let skipped = trials.allSatisfy { $0.verdict == .miss } ? " # SKIP no valid trial" : ""
    lines.append(ktapDiagnostic(outcome + "; " + rateWords(rate)))
    return lines + ["\(count(.fail) > 0 ? "not ok" : "ok") \(number) \(title)\(skipped)"]
  }

  private func ktap(_ trial: NightTrial, _ number: Int, _ changes: [ChangeKey: [NightChange]]) -> [String] {
    let name = ktapName("\(trial.run) trial \(trial.number)")
    switch trial.verdict {
    case .pass: return ["ok \(number) \(name)"]
    case .miss: return ["ok \(number) \(name) # SKIP infrastructure error: \(ktapName(trial.note ?? "no reason"))"]
    case .fail:
      var lines: [String] = []
      for signature in trial.signatures.prefix(20) {
        guard let change = changes[ChangeKey(signature, self)]?.first else {
          lines.append(ktapDiagnostic("finding \(signature)"))
          continue
        }
        lines.append(ktapDiagnostic("\(change.kind.mark) \(change.title) \(signature)"))
        guard let sighting = change.sighting, sighting.run == trial.run, sighting.trial == trial.number else {
          continue
        }
        lines += traceLines(sighting.finding).map { ktapDiagnostic($0) }
      }
      if let note = trial.note { lines.append(ktapDiagnostic(note)) }
      return lines + ["not ok \(number) \(name)"]
    }
  }
}
