import Foundation
import Model

@testable import Selftest

/// A finding of a kind, in a function.
func finding(_ kind: FindingKind, in function: String?) -> Finding {
  Finding(
    kind: kind, title: "\(kind.rawValue) in \(function ?? "nothing")", function: function, message: "", firstLine: 1,
    lastLine: 2, signature: "0123456789abcdef")
}

/// A trial that ended like this.
func trial(_ end: EndReason, _ findings: Finding..., output: String = "", boot: Double? = 1) -> Trial {
  var trial = Trial(number: 1, seed: 0, started: Date(timeIntervalSince1970: 0))
  (trial.end, trial.findings, trial.boot) = (end, findings, boot)
  trial.verdict = findings.isEmpty ? .pass : .fail
  trial.actors = [ActorResult(name: "lkdtm", exitCode: 0, output: output, stderr: "")]
  return trial
}

/// Output of the actor after a trigger.
func actorOutput(_ trigger: String, _ outcome: TriggerOutcome, _ words: String...) -> String {
  let summary =
    "{\"actor\": \"lkdtm\", \"trigger\": \"\(trigger)\", \"outcome\": \"\(outcome.rawValue)\", \"errno\": 0}"
  return ([summary] + words.map { "lkdtm: " + $0 }).joined(separator: "\n") + "\n"
}
