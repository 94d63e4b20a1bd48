import Foundation
import Model
import Statistics
import Testing

/// Trials under a schedule file that did not reach each of its rules.
@Suite struct UnreachedTests {
  private func observation(_ verdict: TrialVerdict, arrivals: [Int]?) -> TrialObservation {
    var trial = Trial(number: 1, seed: 1, started: Date(timeIntervalSince1970: 0))
    (trial.verdict, trial.end) = (verdict, .completed)
    trial.schedule = arrivals.map { TrialSchedule(rules: $0.map { RuleCounts(arrivals: $0) }, events: []) }
    return TrialObservation(trial)
  }

  @Test func `a pass that did not reach each rule is evidence of nothing`() {
    for targets in [TargetSignatures.any, .signatures(["0123"])] {
      #expect(targets.look(at: observation(.pass, arrivals: nil)) == .clean)
      #expect(targets.look(at: observation(.pass, arrivals: [1, 3])) == .clean)
      #expect(targets.look(at: observation(.pass, arrivals: [1, 0])) == .censored)
    }
    #expect(TargetSignatures.any.look(at: observation(.fail, arrivals: [0])) == .shown)
  }

  @Test func `an observation of an older journal reads`() throws {
    let text = #"{"verdict": "pass", "signatures": [], "ranToEnd": true}"#
    let old = try JSONDecoder().decode(TrialObservation.self, from: Data(text.utf8))
    #expect(TargetSignatures.any.look(at: old) == .clean)
  }

  @Test func `a run with a rule that was never reached is never clean, and fails as any other`() {
    var pass = Trial(number: 1, seed: 1, started: Date(timeIntervalSince1970: 0))
    pass.verdict = .pass
    #expect(RunSummary([pass], wanted: 1, confidence: 0.95).verdict == .clean)
    #expect(RunSummary([pass], wanted: 1, isReached: false, confidence: 0.95).verdict == .inconclusive)
    pass.verdict = .fail
    #expect(RunSummary([pass], wanted: 1, isReached: false, confidence: 0.95).verdict == .failing)
  }
}
