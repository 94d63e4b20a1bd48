import Model

/// Compares a trial with what was expected of its trigger.
///
/// - Parameters:
///   - expectation: nil for a trigger that zlab does not know.
///   - isSet: whether the kernel has an option; nil when its configuration is not known.
///   - log: where the console is.
func judge(
  _ trigger: String, _ trial: Trial, against expectation: TriggerExpectation?, log: String, isSet: (String) -> Bool?
) -> TriggerResult {
  let words = ActorWords.pull(trial.actors.first?.output ?? "")
  var result = TriggerResult(
    trigger: trigger, verdict: .unknown, expected: expectation?.words(isSet), findings: trial.findings,
    outcome: words.outcome, words: words.words, end: trial.end, note: trial.note, seconds: trial.duration, log: log)
  if trial.findings.isEmpty, isLabsFault(trial) {
    result.verdict = .missed
    return result
  }
  guard let expectation else { return result }
  result.verdict = verdict(&result.findings, expectation, isSet)
  // Of reports that may come, none did: why that is right is what matters.
  if result.verdict == .silent { result.expected = expectation.reasonForSilence }
  return result
}

/// A trial that tells nothing of the kernel: a guest that hangs does.
private func isLabsFault(_ trial: Trial) -> Bool {
  switch trial.end {
  case .completed, .finding, .panic, .storm, .flood: false
  case .silence, .overran: trial.boot == nil
  case .emulatorDied, .noBoot, .labFailure, .interrupted: true
  }
}

// Puts the finding that was expected first.
private func verdict(
  _ findings: inout [Finding], _ expectation: TriggerExpectation, _ isSet: (String) -> Bool?
) -> TriggerVerdict {
  let reports = expectation.reports.filter { $0.condition.holds(isSet) != false }
  if let index = findings.firstIndex(where: { finding in reports.contains { $0.matches(finding) } }) {
    findings.insert(findings.remove(at: index), at: 0)
    return .seen
  }
  guard findings.isEmpty else { return .wrong }
  return switch expectation.isDue(isSet) {
  case true?: .blind
  case false?: .silent
  case nil: .unknown
  }
}
