import Foundation
import Model
import Statistics
import Testing

@Suite struct RunSummaryTests {
  private func trial(_ number: Int, _ verdict: TrialVerdict, _ titles: [String] = []) -> Trial {
    var trial = Trial(number: number, seed: 0, started: Date(timeIntervalSince1970: 0))
    trial.verdict = verdict
    trial.findings = titles.map {
      Finding(kind: .warning, title: $0, message: $0, firstLine: 1, lastLine: 1, signature: $0)
    }
    return trial
  }

  @Test func `misses are evidence of nothing`() {
    let summary = RunSummary([trial(1, .pass), trial(2, .miss), trial(3, .pass)], wanted: 2, confidence: 0.95)
    #expect(summary.verdict == .clean)
    #expect(summary.rate.trials == 2)
    #expect(summary.misses == 1)
  }

  @Test func `too few passes are inconclusive`() {
    #expect(RunSummary([trial(1, .pass)], wanted: 2, confidence: 0.95).verdict == .inconclusive)
    #expect(RunSummary([trial(1, .miss)], wanted: nil, confidence: 0.95).verdict == .inconclusive)
    #expect(RunSummary([], wanted: nil, confidence: 0.95).verdict == .inconclusive)
  }

  @Test func `an open-ended run that was given up or cut short is not clean`() {
    #expect(RunSummary([trial(1, .pass)], wanted: nil, isFinished: false, confidence: 0.95).verdict == .inconclusive)
    #expect(RunSummary([trial(1, .pass)], wanted: 1, isFinished: false, confidence: 0.95).verdict == .clean)
  }

  @Test func `one fail makes a run failing, and nothing is excluded`() {
    let summary = RunSummary([trial(1, .pass), trial(2, .fail, ["a"])], wanted: 2, confidence: 0.95)
    #expect(summary.verdict == .failing)
    #expect(summary.excludedRate == nil)
  }

  @Test func `an oops stands before a warning that is more frequent`() {
    var oops = trial(3, .fail, ["o"])
    oops.findings[0].kind = .oops
    let signatures = RunSummary([trial(1, .fail, ["w"]), trial(2, .fail, ["w"]), oops], wanted: nil, confidence: 0.95)
    #expect(signatures.signatures.map(\.title) == ["o", "w"])
  }

  @Test func `a trial's worst finding is the one that a line names`() {
    var one = trial(1, .fail, ["w", "o", "p"])
    (one.findings[1].kind, one.findings[2].kind) = (.oops, .oops)
    #expect(one.worstFinding?.title == "o")
    one.findings[2].function = "named"
    #expect(one.worstFinding?.title == "p")
    #expect(one.findingsWorstFirst.map(\.title) == ["p", "o", "w"])
    #expect(trial(1, .pass).worstFinding == nil)
  }

  @Test func `a signature counts once for each trial, the most frequent first`() {
    let trials = [trial(1, .fail, ["a", "b", "b"]), trial(2, .fail, ["b"]), trial(3, .fail, ["c"])]
    let signatures = RunSummary(trials, wanted: nil, confidence: 0.95).signatures
    #expect(signatures.map(\.title) == ["b", "a", "c"])
    #expect(signatures.map(\.trials) == [2, 1, 1])
    #expect(signatures.map(\.firstTrial) == [1, 1, 3])
  }
}
