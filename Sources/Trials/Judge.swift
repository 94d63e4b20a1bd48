import Dmesg
import Foundation
import Guest
import Model

/// Facts of a trial beside the findings that count.
struct Evidence {
  let watcher: ConsoleWatcher
  let notes: TrialTimeline
  /// Reason why bytes of the console are not in its file; nil when all are.
  let consoleLoss: String?

  init(_ watcher: ConsoleWatcher, _ notes: TrialTimeline, consoleLoss: String?) {
    (self.watcher, self.notes, self.consoleLoss) = (watcher, notes, consoleLoss)
  }

  /// Taint flags that were set before the scenario began, that no report explains, and that no counter could tell a
  /// second time (before Linux 6.2); nil for none.
  var blindSpot: String? {
    guard let before = notes.before, let after = notes.after, watcher.uncounted == nil else { return nil }
    let counted = [after.state.warnings.map { _ in "W" }, after.state.oopses.map { _ in "D" }].compactMap(\.self)
    let letters = before.failureLetters(since: KernelState(taint: 0)).filter { letter in
      "WD".contains(letter) && !counted.contains(String(letter))
    }
    return letters.isEmpty ? nil : letters
  }

  /// The runner said that the scenario has begun, or the console does.
  var hasBegun: Bool { notes.before != nil || watcher.hasBegun }
}

// EXIT_WRONG of images/actors/actor.h.
private let exitWrong = 65

/// Turns what was seen into a verdict: a finding since the scenario began is a fail, whatever ended the trial; without
/// one, only an undisturbed end with a whole console is a pass.
func judge(_ trial: inout Trial, _ ending: TrialOutcome, _ evidence: Evidence, of scenario: Scenario) {
  let watcher = evidence.watcher
  trial.end = ending.end
  trial.note = ending.note ?? trial.note
  for actor in trial.actors where actor.exitCode == exitWrong {
    let finding = programFinding(actor.name, stderr: actor.stderr, line: watcher.lines)
    if watcher.counts(finding) { trial.findings.append(finding) }
  }
  let early = watcher.early
  if !early.isEmpty { return dismiss(&trial, for: early) }
  if !trial.findings.isEmpty {
    trial.verdict = .fail
    return
  }
  let admitted = admission(evidence)
  if let admitted, watcher.counts(admitted) {
    (trial.verdict, trial.findings) = (.fail, [admitted])
    return
  }
  switch trial.end {
  case .completed: trial.verdict = .pass
  case .panic where trial.boot != nil && evidence.hasBegun && watcher.uncounted == nil:
    let stop = silentStop(psw: trial.panicPSW, line: watcher.lines)
    trial.verdict = watcher.counts(stop) ? .fail : .miss
    if trial.verdict == .fail { trial.findings = [stop] }
  default: trial.verdict = .miss
  }
  if trial.verdict == .pass, let reason = doubt(trial, evidence, admitted, scenario) {
    (trial.verdict, trial.end, trial.note) = (.miss, .labFailure, reason)
  }
  if trial.verdict == .miss, trial.note == nil { trial.note = words(for: trial.end, watcher) }
}

/// Makes a trial a miss whose kernel had reported something before the scenario began.
private func dismiss(_ trial: inout Trial, for early: [Finding]) {
  trial.verdict = .miss
  trial.findings = []
  if trial.boot == nil, early.allSatisfy(\.blamesImage) {
    (trial.end, trial.note) = (.labFailure, "the image does not boot: \(early[0].message)")
    return
  }
  trial.earlyFindings = early
  if trial.end == .finding { trial.end = .labFailure }
  var titles = early.prefix(3).map(\.title)
  if early.count > titles.count { titles.append("\(early.count - titles.count) more") }
  let words = "before the scenario began, the kernel reported: \(titles.joined(separator: "; "))"
  trial.note = trial.note.map { "\(words); \($0)" } ?? words
}

/// Reason why a trial that came to its end is no pass all the same; nil when it is one.
private func doubt(_ trial: Trial, _ evidence: Evidence, _ admitted: Finding?, _ scenario: Scenario) -> String? {
  let watcher = evidence.watcher
  guard let after = evidence.notes.after, evidence.notes.before != nil else {
    return "the guest's runner did not report the kernel's state"
  }
  // Who counts a few kinds only has not asked for this one, but nobody knows whether it is one of them.
  if let admitted, !scenario.ignoredTitles.contains(admitted.title) { return admitted.title }
  if let letters = evidence.blindSpot {
    return "before the scenario began, the kernel was tainted (\(letters)) without a report that zlab knows"
  }
  if let loss = evidence.consoleLoss { return loss }
  if let problem = watcher.problem ?? watcher.gap(upTo: max(2, after.marks)) { return problem }
  return watcher.boots > (trial.start == .booted ? 1 : 0) ? "the guest booted again during the trial" : nil
}

/// A failure of the kernel that its own counters admit and no report explains; nil for none.
private func admission(_ evidence: Evidence) -> Finding? {
  guard let before = evidence.notes.before, let after = evidence.notes.after else { return nil }
  let explained = evidence.watcher.explainedTaint
  let taint = after.state.failureLetters(since: before).filter { !explained.contains($0) }
  // An oops of a kernel with panic_on_oops=0 raises the one, whatever else is reported the other (check_panic_on_warn()
  // in kernel/panic.c).
  let counters = after.state.risenCounters(since: before).filter { counter in
    counter == "oops_count" ? !explained.contains("D") : explained.isEmpty
  }
  guard !taint.isEmpty || !counters.isEmpty else { return nil }
  let last = evidence.watcher.lines
  return taintFinding(taint, counters: counters, lines: max(1, last - 40)...last)
}

private func words(for end: EndReason, _ watcher: ConsoleWatcher) -> String? {
  switch end {
  case .panic:
    watcher.uncounted.map { "the kernel stopped after '\($0)', which does not count in this scenario" }
      ?? "the kernel stopped in a disabled wait"
  case .flood: "the console outgrew its cap without a report that counts"
  case .interrupted: "interrupted"
  default: nil
  }
}

/// A kernel that ran and then sits in a disabled wait has failed, also when it printed nothing.
private func silentStop(psw: String?, line: Int) -> Finding {
  Finding(
    kind: .panic, title: "kernel stopped in a disabled wait", message: "disabled wait, PSW \(psw ?? "unknown")",
    arch: "s390x", fatal: true, firstLine: line, lastLine: line, signature: "d15ab1edd15ab1ed")
}

extension Finding {
  // The initramfs is missing, cut or without an init: init/main.c, init/do_mounts.c and init/initramfs.c say so.
  fileprivate var blamesImage: Bool {
    kind == .panic
      && ["No working init found", "Unable to mount root fs", "Requested init"].contains { message.contains($0) }
  }
}
