import Foundation
import Model
import Statistics
import Testing

@Suite struct PatchTestTests {
  private let limits = FixLimits(error: 0.05, factor: 1)
  private let clean = TrialObservation(verdict: .pass, ranToEnd: true)

  private func shows(_ signatures: Set<String>, ranToEnd: Bool = false) -> TrialObservation {
    TrialObservation(verdict: .fail, signatures: signatures, ranToEnd: ranToEnd)
  }

  private func judge(
    targeting targeted: Set<String>? = nil, limits: FixLimits? = nil, _ pairs: [(TrialObservation, TrialObservation)]
  ) -> PatchTest {
    var judge = PatchTest(targeting: targeted, limits: limits ?? self.limits)
    for (index, (before, after)) in pairs.enumerated() {
      judge.add(before, PairPlace(pair: index + 1, side: .before))
      judge.add(after, PairPlace(pair: index + 1, side: .after))
    }
    return judge
  }

  private func times<Value>(_ count: Int, _ value: Value) -> [Value] { Array(repeating: value, count: count) }

  @Test func `what always fails before and never after is fixed, as soon as chance is excluded`() {
    let four = judge(times(4, (shows(["a"]), clean))).judgement()
    #expect(four.verdict == .inconclusive)
    #expect(!four.isFinal)
    #expect(four.morePairs == 1)
    let five = judge(times(5, (shows(["a"]), clean))).judgement()
    #expect((five.verdict, five.reason, five.isFinal) == (.fixed, .convinced, true))
    #expect(five.evidence == 32)
    #expect(five.morePairs == nil)
    #expect(five.before == SideCounts(fails: 5, shown: 5))
    #expect(five.after == SideCounts(passes: 5))
    #expect(five.signatures.map(\.fate) == [.wentAway])
  }

  @Test func `one exact sighting after the patch is not fixed, and final when there are rates`() {
    let start = [(shows(["a"]), shows(["a"]))]
    let early = judge(start).judgement()
    #expect((early.verdict, early.reason, early.isFinal) == (.notFixed, .shownAfter, false))
    let late = judge(start + times(4, (shows(["a"]), clean))).judgement()
    #expect((late.verdict, late.isFinal) == (.notFixed, true))
    #expect((late.before.shown, late.after.shown) == (5, 1))
    #expect(late.evidence == 0)
    #expect(judge(start).judgement(isOver: true).isFinal)
  }

  @Test func `a target that comes back after the verdict takes it back`() {
    var judge = judge(times(6, (shows(["a"]), clean)))
    #expect(judge.judgement().verdict == .fixed)
    judge.add(shows(["a"]), PairPlace(pair: 7, side: .after))
    #expect(judge.judgement().verdict == .notFixed)
  }

  @Test func `a failure seen after the patch first and before it later has stayed`() {
    let judgement = judge([(clean, shows(["a"])), (shows(["a"]), clean)] + times(4, (clean, clean))).judgement()
    #expect((judgement.verdict, judgement.reason) == (.notFixed, .shownAfter))
    #expect(judgement.signatures.map(\.fate) == [.stayed])
  }

  @Test func `noise on both sides stays and does not count when something else is the target`() {
    let pairs = times(5, (shows(["a", "noise"]), shows(["noise"], ranToEnd: true)))
    let asked = judge(targeting: ["a"], pairs).judgement()
    #expect(asked.verdict == .fixed)
    #expect(asked.signatures.map(\.signature) == ["a", "noise"])
    #expect(asked.signatures.map(\.fate) == [.wentAway, .stayed])
    #expect(asked.signatures.map(\.isTargeted) == [true, false])
    // Without a word from the user all that was seen before must go.
    #expect(judge(pairs).judgement().verdict == .notFixed)
  }

  @Test func `something new after the patch is told, also where the old is gone`() {
    let pairs = [(clean, clean)] + times(8, (shows(["a"]), clean)) + times(2, (shows(["a"]), shows(["b"])))
    let judgement = judge(pairs).judgement()
    #expect((judgement.verdict, judgement.reason, judgement.isFinal) == (.addsNew, .convinced, true))
    #expect(judgement.signatures.map(\.fate) == [.wentAway, .new])
    #expect(judgement.after.censored == 2)
    #expect(judgement.after.telling == 9)
  }

  @Test func `something new that comes first each time hides the old, which is no fix`() {
    let judgement = judge(times(4, (shows(["a"]), shows(["b"]))) + [(clean, shows(["b"]))]).judgement()
    #expect((judgement.verdict, judgement.reason, judgement.isFinal) == (.notFixed, .censored, true))
    #expect(judgement.evidence == 1)
    // Where it had no chance to show before, nothing is said of it, nor of what it hides.
    let unmasked = judge(times(8, (shows(["a"]), shows(["b"])))).judgement(isOver: true)
    #expect((unmasked.verdict, unmasked.reason) == (.inconclusive, .censored))
    // A new finding that lets the trial go on hides nothing; the first pair only shows what to hunt.
    let pairs = [(clean, clean)] + times(6, (shows(["a"]), shows(["b"], ranToEnd: true)))
    let beside = judge(pairs).judgement()
    #expect(beside.verdict == .addsNew)
  }

  @Test func `something new in half of the trials is judged by the others`() {
    let some = times(3, (shows(["a"], ranToEnd: true), shows(["b"]))) + times(3, (shows(["a"]), clean))
    let early = judge(some).judgement()
    #expect((early.verdict, early.reason, early.isFinal) == (.notFixed, .censored, false))
    #expect(judge(some + times(3, (shows(["a"]), clean))).judgement().verdict == .addsNew)
  }

  @Test func `noise that cuts trials short is no evidence on either side`() {
    let censored = times(50, (shows(["noise"]), clean)) + times(50, (shows(["noise"]), shows(["noise"])))
    let judgement = judge(targeting: ["a"], censored).judgement()
    #expect(judgement.verdict == .inconclusive)
    #expect(judgement.evidence == 1)
    #expect(judgement.before.telling == 0)
  }

  @Test func `where nothing shows before, there is nothing to fix`() {
    // 5 failures in 200 pairs are a rate of 2.5 %, which 119 clean trials exclude.
    let quiet = times(118, (clean, clean))
    #expect(!judge(quiet).judgement().isFinal)
    let judgement = judge(quiet + [(clean, clean)]).judgement()
    #expect((judgement.verdict, judgement.reason, judgement.isFinal) == (.inconclusive, .neverBefore, true))
    #expect(judgement.morePairs == nil)
    #expect(judge([(clean, clean)]).judgement(isOver: true).reason == .neverBefore)
  }

  @Test func `too few pairs say how many more it would take`() {
    let limits = FixLimits(error: 0.05, maximumPairs: 20, factor: 1)
    let judgement = judge(limits: limits, times(18, (clean, clean)) + times(2, (shows(["a"]), clean))).judgement()
    #expect((judgement.verdict, judgement.reason, judgement.isFinal) == (.inconclusive, .tooFew, true))
    // Three more failures, one in ten pairs.
    #expect(judgement.morePairs == 30)
  }

  @Test func `the greatest number of pairs is kept to, even below the usual least`() {
    let limits = FixLimits(error: 0.05, maximumPairs: 2, factor: 1)
    #expect(limits.failuresNeeded == 5)
    #expect(!judge(limits: limits, times(1, (shows(["a"]), clean))).judgement().isFinal)
    let judgement = judge(limits: limits, times(2, (shows(["a"]), clean))).judgement()
    #expect((judgement.verdict, judgement.isFinal, judgement.morePairs) == (.inconclusive, true, 3))
  }

  @Test func `what was not seen after is fixed only when a tenth of the rate before is excluded`() {
    let limits = FixLimits(error: 0.05)
    let five = judge(limits: limits, times(5, (shows(["a"]), clean)))
    let early = five.judgement()
    // (1 + r / 10)^-5 = 0.05 at r = 8.2.
    #expect((early.verdict, early.reason, early.isFinal) == (.notSeen, .notExcluded, false))
    #expect(early.moreTrialsAfter == 37)
    #expect(abs((early.excludedShare ?? 0) - 0.8206) < 0.001)
    #expect(five.wantsOnlyAfter)
    #expect(five.judgement(isOver: true).isFinal)
    var late = five
    for pair in 6...41 { late.add(clean, PairPlace(pair: pair, side: .after)) }
    #expect(late.judgement().verdict == .notSeen)
    late.add(clean, PairPlace(pair: 42, side: .after))
    #expect((late.judgement().verdict, late.judgement().isFinal) == (.fixed, true))
    #expect(late.judgement().pairs == 5)
    late.add(shows(["a"]), PairPlace(pair: 43, side: .after))
    #expect(late.judgement().verdict == .notFixed)
  }

  @Test func `what had no chance to show before the patch is unmasked, not new`() {
    let pairs = times(8, (shows(["a"]), clean)) + times(2, (shows(["a"]), shows(["b"])))
    #expect(judge(pairs).judgement().signatures.map(\.fate) == [.wentAway, .unmasked])
    #expect(judge(pairs).judgement().verdict == .fixed)
    let chance = judge(pairs + [(clean, clean)]).judgement()
    #expect(chance.signatures.map(\.fate) == [.wentAway, .new])
    #expect(chance.verdict == .addsNew)
  }

  @Test func `a known issue is nothing new`() {
    let pairs = [(clean, clean)] + times(8, (shows(["a"]), clean)) + times(2, (shows(["a"]), shows(["bbbbbbbbb"])))
    var known = PatchTest(limits: limits, knownIssues: ["bbbbbbbb"])
    for (index, (before, after)) in pairs.enumerated() {
      known.add(before, PairPlace(pair: index + 1, side: .before))
      known.add(after, PairPlace(pair: index + 1, side: .after))
    }
    #expect(known.judgement().signatures.map(\.fate) == [.wentAway, .known])
    #expect(known.judgement().verdict == .fixed)
  }

  @Test func `failures of an earlier run need no further ones`() {
    let earlier = times(20, shows(["a"])) + times(20, clean)
    var judge = PatchTest(limits: FixLimits(), earlier: earlier)
    #expect(judge.wantsOnlyAfter && judge.judgement().verdict == .inconclusive)
    // (1 + n / 40)^-20 = 0.01 at n = 10.4; (1 + n / 400)^-20 = 0.05 at n = 64.6.
    for pair in 1...10 { judge.add(clean, PairPlace(pair: pair, side: .after)) }
    #expect(judge.judgement().verdict == .inconclusive)
    judge.add(clean, PairPlace(pair: 11, side: .after))
    #expect(judge.judgement().verdict == .notSeen && judge.judgement().moreTrialsAfter == 54)
    for pair in 12...65 { judge.add(clean, PairPlace(pair: pair, side: .after)) }
    #expect(judge.judgement().verdict == .fixed)
    // A kernel that does not fail any more says that something else changed.
    for pair in 1...20 { judge.add(clean, PairPlace(pair: pair, side: .before)) }
    #expect(judge.judgement().verdict == .inconclusive)
  }

  @Test func `a side that only misses ends it without a verdict`() {
    var judge = PatchTest(limits: limits)
    for _ in 0..<3 {
      #expect(!judge.judgement().isFinal)
      judge.add(TrialObservation(verdict: .miss), PairPlace(pair: 1, side: .after))
    }
    let judgement = judge.judgement()
    #expect((judgement.verdict, judgement.reason, judgement.isFinal) == (.inconclusive, .misses, true))
    #expect(judgement.missing == .after)
    #expect(judgement.pairs == 0)
    judge.add(clean, PairPlace(pair: 1, side: .after))
    #expect(!judge.judgement().isFinal)
  }

  @Test func `pairs are those that were drawn together, in whatever order they end`() {
    var judge = PatchTest(targeting: ["a"], limits: limits)
    for pair in 1...5 { judge.add(shows(["a"]), PairPlace(pair: pair, side: .before)) }
    #expect(judge.judgement().pairs == 0)
    for pair in [4, 2, 9, 5] { judge.add(clean, PairPlace(pair: pair, side: .after)) }
    #expect(judge.judgement().pairs == 3)
    #expect(judge.judgement().evidence == 8)
  }

  @Test func `a trial is read as it was recorded`() {
    var trial = Trial(number: 1, seed: 0, started: Date(timeIntervalSince1970: 0))
    (trial.verdict, trial.end) = (.fail, .panic)
    trial.findings = [Finding(kind: .oops, title: "t", message: "m", firstLine: 1, lastLine: 1, signature: "s")]
    #expect(TrialObservation(trial) == shows(["s"]))
    trial.end = .completed
    #expect(TrialObservation(trial) == shows(["s"], ranToEnd: true))
  }

  @Test func `the exit codes are the contract's`() {
    #expect(FixVerdict.allCases.map(\.exitCode) == [0, 2, 1, 1, 2])
  }
}

@Suite struct PairOrderTests {
  @Test func `each pair has both sides, in an order drawn by lot`() {
    var order = PairOrder(seed: 7)
    var beforeFirst = 0
    for pair in 1...1000 {
      let places = [order.next(), order.next()]
      #expect(places.map(\.pair) == [pair, pair])
      #expect(Set(places.map(\.side)) == [.before, .after])
      if places[0].side == .before { beforeFirst += 1 }
    }
    #expect((440...560).contains(beforeFirst))
  }

  @Test func `a miss is made up for in its own pair, after its partner had its turn`() {
    var order = PairOrder(seed: 3)
    let first = order.next()
    order.missed(first)
    let second = order.next()
    #expect(second == PairPlace(pair: 1, side: first.side == .before ? .after : .before))
    #expect(order.next() == first)
    order.missed(first)
    #expect(order.next() == first)
    #expect(order.next().pair == 2)
  }
}

@Suite struct ClearestSightingsTests {
  private func trial(_ number: Int, _ finding: Finding) -> Trial {
    var trial = Trial(number: number, seed: 0, started: Date(timeIntervalSince1970: 0))
    trial.findings = [finding]
    return trial
  }

  @Test func `the whole one is taken, and one before the patch rather than one after it`() throws {
    let whole = Finding(
      kind: .warning, title: "whole", message: "m", frames: [Frame(name: "f")], firstLine: 1, lastLine: 30,
      signature: "s")
    var cut = whole
    (cut.title, cut.truncated, cut.lastLine) = ("cut", true, 3)
    var new = whole
    new.signature = "n"
    let found = clearestSightings(before: [trial(1, cut), trial(2, whole)], after: [trial(1, whole), trial(4, new)])
    #expect(found["s"] == SignatureSighting(side: .before, trial: 2, finding: whole))
    #expect(found["n"] == SignatureSighting(side: .after, trial: 4, finding: new))
    #expect(found.count == 2)
  }
}
