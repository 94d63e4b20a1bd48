import Foundation
package import Model
import Statistics

extension NightReport {
  /// A single run as a night of one cell, with nothing to compare it with.
  ///
  /// - Parameters:
  ///   - state: how the run really stands; the record of a killed process still says running.
  ///   - excerpt: what the console printed of a finding of a trial; nil when the log was not read.
  package init(
    run: Run, state: RunState, trials: [Trial], excerpt: (Trial, Finding) -> String? = { _, _ in nil }
  ) {
    self.init(RunReport(run: run, state: state, trials: trials), excerpt: excerpt)
  }

  /// The same of a run whose report was read already.
  package init(_ report: RunReport, excerpt: (Trial, Finding) -> String? = { _, _ in nil }) {
    let (run, state, trials) = (report.run, report.state, report.trials)
    self.init(
      subject: .run, id: run.id, plan: run.scenario, state: state, started: run.started, ended: run.ended,
      command: run.command, host: run.host,
      cells: [NightCell(run: run, state: state, trials: trials, pruned: report.pruned)])
    let clearest = clearestSightings(before: [], after: trials)
    changes = report.summary.signatures.map { count in
      let trial = clearest[count.signature].flatMap { best in trials.first { $0.number == best.trial } }
      let finding = clearest[count.signature]?.finding
      var change = NightChange(
        kind: .seen, signature: count.signature, title: count.title, scenario: run.scenario,
        line: kernelLine(run.kernel.release),
        now: Rate(failures: count.trials, trials: report.summary.rate.trials, confidence: run.confidence),
        sighting: finding.flatMap { finding in
          trial.map { NightSighting(run: run, trial: $0, finding: finding, excerpt: excerpt($0, finding)) }
        })
      change.findingKind = count.kind
      return change
    }
    schedule = report.schedulePart
    trouble = nightTrouble(trials.filter { $0.verdict == .miss }.map { NightTrial($0, run: run.id) })
  }
}

extension NightCell {
  /// A run as a cell; what a plan would name, the run's records name.
  package init(run: Run, state: RunState, trials: [Trial], pruned: RunCounts? = nil) {
    let states: [RunState: NightCellState] = [
      .running: .running, .finished: .finished, .interrupted: .interrupted, .abandoned: .abandoned,
    ]
    self.init(
      kernel: run.kernel, kernelName: run.kernel.name, line: kernelLine(run.kernel.release),
      config: NightConfig(
        name: run.kernel.build.map { $0.fragments.joined(separator: " ") } ?? "stock",
        fragments: run.kernel.build?.fragments ?? []),
      scenario: run.scenario, parameters: run.parameters, state: states[state] ?? .finished, runs: [run.id],
      confidence: run.confidence, command: run.command, trials: trials.map { NightTrial($0, run: run.id) },
      pruned: pruned)
  }
}

extension NightSighting {
  /// Sighting of a trial of a run; it is repeated by its seed.
  package init(run: Run, trial: Trial, finding: Finding, excerpt: String? = nil) {
    self.init(
      run: run.id, trial: trial.number, kernelName: run.kernel.name, release: run.kernel.release, finding: finding,
      excerpt: excerpt, command: ReproCommand.replay(run.id, trial.number).words,
      log: run.consoleLog(ofTrial: trial.number))
  }
}

/// Reason why trials were missed, the most frequent reason first.
package func nightTrouble(_ misses: [NightTrial]) -> [NightTrouble] {
  var found: [String: NightTrouble] = [:]
  for miss in misses {
    let reason = miss.note ?? "no reason recorded"
    var entry = found[reason] ?? NightTrouble(reason: reason, count: 0)
    entry.count += 1
    if entry.runs.last != miss.run, !entry.runs.contains(miss.run) { entry.runs.append(miss.run) }
    found[reason] = entry
  }
  return found.values.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
}
