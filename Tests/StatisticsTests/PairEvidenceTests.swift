import Foundation
import Statistics
import Testing

@Suite struct PairEvidenceTests {
  @Test(arguments: [(0.5, 1), (0.05, 5), (0.03125, 5), (0.01, 7), (0.001, 10)])
  func `failures are needed until chance is excluded, and no more`(error: Double, failures: Int) {
    var evidence = SequentialPairTest(error: error)
    #expect(evidence.failuresNeeded == failures)
    for count in 1...failures {
      #expect(!evidence.isConvincing)
      evidence.add(before: true, after: false)
      #expect(evidence.value == exp2(Double(count)))
    }
    #expect(evidence.isConvincing)
    #expect(evidence.value >= 1 / error)
  }

  @Test func `clean pairs say nothing, and one failure after the patch ends it for good`() {
    var evidence = SequentialPairTest(error: 0.05)
    for _ in 0..<1000 { evidence.add(before: false, after: false) }
    #expect(evidence.value == 1)
    for _ in 0..<5 { evidence.add(before: true, after: false) }
    #expect(evidence.isConvincing)
    evidence.add(before: true, after: true)
    evidence.add(before: true, after: false)
    #expect(evidence.value == 0)
    #expect(!evidence.isConvincing)
  }

  @Test func `the value stays a number however long it goes on`() {
    var evidence = SequentialPairTest(error: 1e-300)
    for _ in 0..<5000 { evidence.add(before: true, after: false) }
    #expect(evidence.value.isFinite)
    #expect(evidence.isConvincing)
  }

  @Test(arguments: [0.05, 0.01, 0.001])
  func `looking after each pair does not raise the error, at any rate`(error: Double) {
    // Not sampled: the chance that a patch without effect convinces within 20 000 pairs, summed over all courses.
    for rate in [0.0005, 0.01, 0.05, 0.1, 0.25, 0.5, 0.8, 0.99, 1] {
      var evidence = SequentialPairTest(error: error)
      // The chance to have so many failures before the patch and none after it.
      var chances = [1.0]
      while !evidence.isConvincing {
        evidence.add(before: true, after: false)
        chances.append(0)
      }
      let last = chances.count - 1
      for _ in 0..<20_000 / max(1, Int(rate * 100)) {
        for count in stride(from: last, through: 0, by: -1) {
          let stays = count == last ? 1 : (1 - rate) * (1 - rate)
          let grows = count == 0 ? 0 : rate * (1 - rate) * chances[count - 1]
          chances[count] = chances[count] * stays + grows
        }
      }
      #expect(chances[last] <= error)
      // The bound is no weaker than it needs to be: rare failures come near it.
      if rate == 0.0005 { #expect(chances[last] > exp2(-Double(last)) * 0.9) }
    }
  }

  @Test func `the e-value does not grow on average, even if one trial of a pair prevents the other's failure`() {
    // In each pair exactly the first or exactly the second trial fails; which is the patched one was drawn by lot.
    var failsFirst = SequentialPairTest(error: 0.01)
    failsFirst.add(before: true, after: false)
    var failsSecond = SequentialPairTest(error: 0.01)
    failsSecond.add(before: false, after: true)
    #expect((failsFirst.value + failsSecond.value) / 2 <= 1)
  }
}
