import Foundation
import Model
import Nightly
import Statistics
import Testing

@Suite struct ExactTestTests {
  // Computed with whole numbers: sums of products of binomial coefficients.
  @Test(arguments: [
    (3, 4, 1, 4, 0.4857142857), (8, 10, 1, 10, 0.0054774946), (0, 10, 5, 10, 0.03250774), (2, 30, 9, 30, 0.0419001189),
  ])
  func `Fisher's test gives what others compute`(a: Int, n: Int, b: Int, m: Int, expected: Double) {
    let chance = fisherTest(Share(failures: a, trials: n), Share(failures: b, trials: m))
    #expect(abs(chance - expected) < 1e-6)
  }

  @Test func `nothing to compare is no difference`() {
    #expect(fisherTest(Share(failures: 0, trials: 0), Share(failures: 3, trials: 3)) == 1)
    #expect(fisherTest(Share(failures: 0, trials: 9), Share(failures: 0, trials: 3)) == 1)
    #expect(fisherTest(Share(failures: 9, trials: 9), Share(failures: 3, trials: 3)) == 1)
  }

  @Test func `an absence is as sure as the old rate allows`() {
    // One failure in four trials and four clean ones: chance puts it among the first four in half of all cases.
    #expect(abs(absenceConfidence(before: Share(failures: 1, trials: 4), clean: 4) - 0.5) < 1e-12)
    #expect(abs(absenceConfidence(before: Share(failures: 2, trials: 4), clean: 4) - (1 - 6.0 / 28)) < 1e-12)
    #expect(absenceConfidence(before: Share(failures: 20, trials: 20), clean: 20) > 0.999_999)
    #expect(absenceConfidence(before: Share(failures: 0, trials: 20), clean: 20) == 0)
    #expect(absenceConfidence(before: Share(failures: 3, trials: 20), clean: 0) == 0)
  }

  @Test func `Holm's correction multiplies the smallest most and keeps the order`() {
    #expect(holmAdjusted([0.04, 0.01, 0.03]) == [0.06, 0.03, 0.06])
    #expect(holmAdjusted([0.9, 0.8]) == [1, 1])
    #expect(holmAdjusted([]).isEmpty)
  }
}

@Suite struct NightComparisonTests {
  private let key = CellKey(scenario: "s", variant: "", line: "6.1", config: "stock")

  /// A night of 10 trials, all of them telling, in which signatures show so often.
  private func night(_ shown: [String: Int], judged: Int = 10, cut: Int = 0) -> CellTally {
    var tally = CellTally(
      night: "n", started: Date(timeIntervalSince1970: 0), run: "r", kernel: "k", passes: judged, fails: 0, misses: 0,
      cut: cut)
    for (signature, count) in shown {
      tally.signatures[signature] = SignatureTally(trials: count, named: count, cut: 0)
    }
    return tally
  }

  private func kinds(_ tonight: CellTally, _ earlier: [CellTally], known: Set<String> = []) -> [String:
    RegressionStatus]
  {
    let cell = CellHistory(key: key, tonight: tonight, earlier: earlier, known: known)
    return Dictionary(NightComparison().news([cell]).map { ($0.signature, $0.kind) }) { first, _ in first }
  }

  @Test func `what no night has seen is new, once`() {
    #expect(kinds(night(["a": 1]), []) == ["a": .new])
    #expect(kinds(night(["a": 1]), [night([:])]) == ["a": .new])
    #expect(kinds(night(["a": 1]), [night(["a": 1])]) == ["a": .seen])
  }

  @Test func `what another configuration of the line knows is not new`() {
    #expect(kinds(night(["a": 1]), [night([:])], known: ["a"]) == ["a": .seen])
  }

  @Test func `what is not seen is gone when chance is excluded, and that is said once`() {
    let often = night(["a": 5])
    #expect(kinds(night([:], judged: 2), [often]) == ["a": .quiet])
    #expect(kinds(night([:]), [often]) == ["a": .gone])
    #expect(kinds(night([:]), [night([:]), often]) == [:])
    // One in ten, seen once: it takes many trials.
    #expect(kinds(night([:]), [night(["a": 1])]) == ["a": .quiet])
    #expect(kinds(night([:], judged: 200), [night(["a": 1])]) == ["a": .gone])
  }

  @Test func `what was surely gone reappears, and what may have hidden does not`() {
    #expect(kinds(night(["a": 5]), [night([:]), night([:]), night(["a": 5])]) == ["a": .reappeared])
    #expect(kinds(night(["a": 1]), [night([:]), night(["a": 1])]) == ["a": .seen])
  }

  @Test func `a bug that is masked by another is not gone`() {
    // Tonight every trial is cut short by b before a can show.
    var tonight = night(["b": 10], cut: 10)
    tonight.signatures["b"]?.cut = 10
    let kinds = kinds(tonight, [night(["a": 9])])
    #expect(kinds == ["a": .quiet, "b": .new])
  }

  @Test func `a consequence of another finding is no news`() {
    var tonight = night(["a": 5])
    tonight.signatures["after"] = SignatureTally(trials: 5, named: 0, cut: 5)
    #expect(kinds(tonight, []) == ["a": .new])
  }

  @Test func `a rate that changed is told on the first morning, and is the rate to compare with from then on`() {
    let (low, high) = (night(["a": 4], judged: 40), night(["a": 36], judged: 40))
    #expect(kinds(high, [low, low, low]) == ["a": .rateChanged])
    #expect(kinds(high, [high, low, low]) == ["a": .seen])
    #expect(kinds(low, [low, low]) == ["a": .seen])
  }

  @Test func `of many comparisons of equal rates hardly ever one is called changed`() {
    var random = SplitMix64(seed: 99)
    var alarms = 0
    for _ in 0..<200 {
      let cells = (0..<40).map { _ in
        let draw = { night(["a": 1 + (0..<20).count { _ in random.next() % 5 == 0 }], judged: 21) }
        return CellHistory(key: key, tonight: draw(), earlier: [draw(), draw(), draw()], known: [])
      }
      if NightComparison().news(cells).contains(where: { $0.kind == .rateChanged }) { alarms += 1 }
    }
    // At most 5 % of the mornings, and some luck.
    #expect(alarms <= 16)
  }
}
